"""Who may ask for what: the first rules of every service, in one documented order.

Customer suspended, operator frozen (R1.8), permission missing (R1.2), for the supervisor and not a deputy (R1.13),
service not on the operator's list (R1.6), service switched off (R2.9). What an operator may do with an account is in
`gateway.domain.accounts`.
"""

from collections.abc import Iterator

from gateway.domain import managing
from gateway.domain.command import Command
from gateway.domain.customer import Customer, Person
from gateway.domain.facts import Facts
from protocol.catalogue import Service
from protocol.codes import Code
from protocol.errors import Detail

OPERATOR = "/Message/Head/OperatorId"
CUSTOMER = "/Message/Head/CustomerId"


def faults(command: Command, facts: Facts) -> list[Detail]:
    """Why this operator may not ask for this now, every fault in the order of the module; or nothing.

    An operator that was deleted since its signature was checked counts as one without permission.
    """
    customer, person = facts.customer, facts.person
    if customer is None or person is None:
        return [Detail(Code.NOT_PERMITTED, OPERATOR, command.head.operator_id)]
    found = []
    if customer.status != "normal":
        found.append(Detail(Code.CUSTOMER_SUSPENDED, CUSTOMER, command.head.customer_id))
    if person.status != "normal":
        found.append(Detail(Code.OPERATOR_FROZEN, OPERATOR, command.head.operator_id))
    if command.service is not None:
        found += _service_faults(command.service, customer, person)
    return found


def _service_faults(service: Service, customer: Customer, person: Person) -> Iterator[Detail]:
    if service.permission is not None and service.permission not in person.permissions:
        yield Detail(Code.NOT_PERMITTED, OPERATOR, service.permission)
    if managing.is_reserved(person, service):
        yield Detail(Code.SUPERVISOR_ONLY, OPERATOR, person.operator_id)
    if person.services is not None and service.name not in person.services:
        yield Detail(Code.SERVICE_NOT_LISTED, OPERATOR, service.name)
    binding = customer.bindings.get(service.name)
    if binding is not None and not binding.enabled:
        yield Detail(Code.SERVICE_OFF, CUSTOMER, service.name)
