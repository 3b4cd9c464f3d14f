"""Where operators stand in their company: supervisor (主管), deputies (副主管) and whom each manages (R1.13, R1.14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, update

from gateway.administration.change import AdminError
from gateway.domain.customer import Customer, Role
from gateway.journal.tables import CREDENTIAL, OPERATOR
from protocol.catalogue import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operator stands in its company: role, and the deputy it answers to (None: the supervisor, R1.14)."""

    role: str = Role.OPERATOR
    manager: str | None = None


UNDER_THE_SUPERVISOR: Final = Place()


def checked_place(customer: Customer, operator_id: str, place: Place, permissions: Iterable[str]) -> None:
    """Refuse a role or manager that cannot be (R1.13, R1.14)."""
    if place.role not in set(Role):
        raise AdminError(f"role {place.role!r}: there are {', '.join(Role)}")
    if place.role == Role.SUPERVISOR and Permission.ADMINISTER not in permissions:
        raise AdminError("the supervisor has the permission to administer")
    if place.manager is None:
        return
    manager = customer.people.get(place.manager)
    if place.role != Role.OPERATOR:
        raise AdminError(f"a {place.role} answers to no deputy")
    if manager is None or manager.role is not Role.DEPUTY or manager.operator_id == operator_id:
        raise AdminError(f"{place.manager} is no deputy of customer {customer.customer_id}, so it manages nobody")


def hand_up(tx: Connection, customer_id: str, deputy: str) -> None:
    """Give what a deputy managed to the supervisor: its operators (R1.14), its certificates in hand (R1.15)."""
    led = (OPERATOR.c.customer_id == customer_id, OPERATOR.c.manager == deputy)
    tx.execute(update(OPERATOR).where(*led).values(manager=None))
    held = (CREDENTIAL.c.customer_id == customer_id, CREDENTIAL.c.manager == deputy, CREDENTIAL.c.state == "pool")
    tx.execute(update(CREDENTIAL).where(*held).values(manager=""))
