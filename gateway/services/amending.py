"""New orders that amend a rejected one (O4): they name it, and it leaves the to-do list of who entered it."""

from gateway.domain import course
from gateway.domain.command import Command
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Matter, MatterKey
from gateway.services.service import place
from protocol.codes import Code
from protocol.errors import Detail


def named(command: Command) -> tuple[MatterKey, ...]:
    """The matter that the order amends, where it says so."""
    replaces = command.body.replaces
    return (MatterKey(command.head.customer_id, replaces, 0),) if replaces is not None else ()


def faults(command: Command, facts: Facts) -> list[Detail]:
    """Only a rejected order of one's own entry is amended, once."""
    for key in named(command):
        former = facts.matters.get(key)
        if former is None or not course.can_amend(former, command.head.operator_id):
            code = Code.INSTRUCTION_NOT_FOUND if former is None else Code.NOT_REJECTED
            here = place(command.service.name if command.service else "", "Replaces")
            return [Detail(code, here, key.request_id)]
    return []


def amended(command: Command, facts: Facts, moment: Moment) -> tuple[Matter, ...]:
    """The amended matter as it is then; the order was judged before."""
    return tuple(
        course.amended(facts.matters[key], moment, by_request=command.head.request_id) for key in named(command)
    )
