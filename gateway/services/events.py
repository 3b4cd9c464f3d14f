"""The feed of a customer's events (ListEvents): in order, none left out, from where its reader has come to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.domain import accounts, entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Idle, Read, Refuse, Reply
from gateway.domain.event import Event
from gateway.domain.facts import Facts, Moment
from gateway.domain.managing import is_administrator
from gateway.journal import events
from gateway.journal.events import Sight, Stretch
from gateway.services.cursor import Paging, paging
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import recurring_state
from protocol.codes import Code
from protocol.errors import Detail
from protocol.meanings import text
from protocol.messages.events import EventItem, EventKind, EventState, ListEvents, ListEventsReply
from protocol.messages.transfer import TransferState
from protocol.service import Permission

CURRENCY: Final = "CNY"
"""Of every amount: there is no other here."""
_AFTER: Final = place("ListEvents", "After")


def _decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    """The events behind the cursor as far as the operator sees them; who is patient waits where there are none.

    A cursor is of one customer and one choice of kinds. One in front of the feed's end is of another time: the books
    were restored since it was given, and who went on from there would miss what is told again.
    """
    body: ListEvents = command.body
    asked = _asked(body, command.head.customer_id)
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    sight = sight_of(facts, body.kind)
    after = int(asked.after[0]) if asked.after else 0

    def read(tx: Connection) -> Reply | Refuse | Idle:
        found = events.read(tx, sight, after=after, most=asked.size)
        if found.head < after:
            return refuse([Detail(Code.CURSOR_INVALID, _AFTER, body.after)])
        if command.patient and not found.events and found.last == found.head:
            return Idle(found.head)
        return done(page(asked, found, command.language))

    return Read(read)


def _asked(body: ListEvents, customer_id: str) -> Paging:
    question = ("ListEvents", customer_id, *sorted(set(body.kind)))
    asked = paging(question, (int,), cursor=body.after, size=body.limit, place="")
    return replace(asked, faults=tuple(replace(fault, place=_AFTER) for fault in asked.faults))


def may_follow(facts: Facts) -> bool:
    """Whether an operator may be told of events without a message of its own: as it may ask for them."""
    customer, person = facts.customer, facts.person
    if customer is None or person is None:
        return False
    normal = customer.status == person.status == "normal"
    return normal and Permission.QUERY in person.permissions


def whole_feed(customer_id: str, *, after: int, size: int) -> Paging:
    """The page of all kinds of events behind a number, as somebody asks for it who comes with its cursor."""
    return replace(_asked(ListEvents(limit=size), customer_id), after=(after,))


def sight_of(facts: Facts, kinds: tuple[EventKind, ...] = ()) -> Sight:
    """What an operator may see of its customer's events: as in every list, what concerns accounts on its own (R1.5)."""
    customer, person = own(facts)
    return Sight(
        customer_id=customer.customer_id,
        operator_id=person.operator_id,
        accounts=[account.number for account in accounts.used(facts)],
        administers=is_administrator(person),
        kinds=kinds,
    )


def page(asked: Paging, found: Stretch, language: str) -> ListEventsReply:
    """A stretch of a feed as it is told."""
    return ListEventsReply(
        event=tuple(_item(number, event, language) for number, event in found.events),
        next_cursor=asked.behind((found.last,)),
        more=found.last < found.head,
    )


def _item(number: int, event: Event, language: str) -> EventItem:
    code = Code(event.codes[0]) if event.codes else None
    return EventItem(
        number=number,
        at=instant(event.at_ms),
        kind=event.kind,
        customer_id=event.by_customer if event.by_customer not in ("", event.customer_id) else None,
        request_id=event.request_id or None,
        row=event.row or None,
        service=event.service or None,
        state=_state(event),
        code=code,
        text=text(code, "en" if language == "en" else "zh") if code else None,
        account=event.account or None,
        party_account=event.party_account or None,
        party_name=event.party_name or None,
        amount=event.amount or None,
        currency=CURRENCY if event.amount else None,
        reference=event.reference,
        count=event.count,
        succeeded=event.succeeded,
    )


def _state(event: Event) -> EventState | None:
    if not event.state:
        return None
    recurs = event.kind is EventKind.RECURRING
    return EventState(recurring_state(TransferState(event.state)).value if recurs else event.state)


FUNCTIONS: Final[Mapping[str, Functions]] = {"ListEvents": Functions(decide=_decide, needs_core=False)}
"""By the name of the service."""
