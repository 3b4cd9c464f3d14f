"""Who may ask for what: the first rules of every service, in one documented order (R1.2, R1.8)."""

from gateway.domain.command import Command
from gateway.domain.facts import Actor
from protocol.codes import Code
from protocol.errors import Detail

OPERATOR = "/Message/Head/OperatorId"
CUSTOMER = "/Message/Head/CustomerId"


def faults(command: Command, actor: Actor | None) -> list[Detail]:
    """Why this operator may not ask for this now: customer suspended, operator frozen, permission missing; or nothing.

    An operator that was deleted since its signature was checked counts as one without permission.
    """
    head = command.head
    if actor is None or actor.operator_status == "deleted":
        return [Detail(Code.NOT_PERMITTED, OPERATOR, head.operator_id)]
    found = []
    if actor.customer_status != "normal":
        found.append(Detail(Code.CUSTOMER_SUSPENDED, CUSTOMER, head.customer_id))
    if actor.operator_status != "normal":
        found.append(Detail(Code.OPERATOR_FROZEN, OPERATOR, head.operator_id))
    permission = command.service.permission if command.service else None
    if permission and permission not in actor.permissions:
        found.append(Detail(Code.NOT_PERMITTED, OPERATOR, permission))
    return found
