"""What every change of the enterprise family shares: how it is judged, made and refused; what it leaves to nobody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from gateway.administration.change import AdminError
from gateway.administration.reach import hanging_since
from gateway.domain import entitlement
from gateway.domain.command import Change, Command, Refuse, Reply
from gateway.domain.customer import Customer, Limits, Person
from gateway.domain.facts import Facts
from gateway.domain.matter import Matter
from gateway.journal import matters
from gateway.services.service import done, place, refuse
from protocol.errors import Detail
from protocol.limits import PAGE_ROWS_MAX
from protocol.messages.enterprise import Hanging, InstructionItem, LimitsItem

Standing = Mapping[type, Callable[[Customer, Any], object | None]]
"""By what a change asks for: the change that would bring back what stands now, None where nothing does."""

NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


def faults_of(command: Command, facts: Facts, judge: Callable[[Customer, Person], Iterable[Detail]]) -> list[Detail]:
    """What stands against the command: who asks, and what `judge` finds, by its element within the message."""
    found = entitlement.faults(command, facts)
    if facts.customer is None or facts.person is None:
        return found
    return found + [_placed(command, fault, fault.place or "") for fault in judge(facts.customer, facts.person)]


def change(command: Command, make: Callable[[Connection], object], places: Mapping[str, str] = NOWHERE) -> Change:
    """A change that `make` makes and whose reply it returns; the register's refusal becomes a signed one.

    `places` says by code which element of the message is at fault, under the empty one for every other code; a place
    of the fault's own is within it.
    """

    def made(tx: Connection) -> Reply | Refuse:
        try:
            return done(make(tx))
        except AdminError as error:
            return refused(command, error, places)

    return Change(made)


def refused(command: Command, error: AdminError, places: Mapping[str, str]) -> Refuse:
    """The signed refusal for an error of the register; raises it where it says nothing to a customer."""
    if not error.details:
        raise error
    return refuse([_placed(command, fault, _element(fault, places)) for fault in error.details])


def _element(fault: Detail, places: Mapping[str, str]) -> str:
    return "/".join(part for part in (places.get(fault.rule, places.get("", "")), fault.place) if part)


def _placed(command: Command, fault: Detail, element: str) -> Detail:
    service = command.service.name if command.service else ""
    return replace(fault, place=place(service, element) if element else place(service))


def left_hanging(tx: Connection, before: Customer) -> Hanging:
    """What nobody can complete any more since the customer stood as `before` (R1.12, O23)."""
    left = hanging_since(tx, before)
    found = matters.read(tx, left.matters[:PAGE_ROWS_MAX])
    return Hanging(
        mode=left.modes,
        flow=left.flows,
        count=len(left.matters),
        instruction=tuple(map(instruction, found.values())),
    )


def instruction(matter: Matter) -> InstructionItem:
    """A pending instruction as a list names it."""
    return InstructionItem(
        customer_id=matter.key.customer_id,
        request_id=matter.key.request_id,
        row=matter.key.row or None,
        service=matter.service,
        entry_operator=matter.operator_id,
        state=matter.state,
    )


def limits_item(limits: Limits) -> LimitsItem:
    """Limits as they are shown."""
    return LimitsItem(per_transfer=limits.per_transfer, per_day=limits.per_day)


def given_limits(item: LimitsItem) -> dict[str, int | None]:
    """Limits as the register takes them: both, None where there is to be none."""
    return {"transfer": item.per_transfer, "day": item.per_day}
