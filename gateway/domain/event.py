"""What a customer is told of its orders and accounts as they change: an event for each change, in its feed.

Values and the rules of who is told what; numbers are given in `gateway.journal.events`. Told are the customer that
entered an order and, under a grant, the owner of the account that pays. A payment that is made at once is told of when
something is known of it; of the rows of a batch only those are told that did not come to a good end, and the batch as a
whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gateway.domain.approval import is_administrative
from gateway.domain.facts import Transfer
from gateway.domain.matter import RECURRING, Matter, MatterKey
from gateway.domain.states import WAITING, State, told, told_final
from gateway.domain.tally import BATCHES, Tally
from protocol.messages.events import EventKind
from protocol.messages.transfer import TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in the feed of `customer_id`; `at_ms` in database time, `amount` in fen, 0 where there is none.

    `by_customer`, `request_id` and `row` name the order, of a return the payment that came back; empty for a credit.
    `operator_id` is who of this customer entered it, empty where nobody of it did. `account` is the customer's account
    concerned: who has it on its list may see the event, without one only who entered it, and of a change every
    administrator. `state` is a TransferState, also of a recurring order; `codes` say why it came to no good end.
    `party_account` and `party_name` are whom a credit came from. `count` and `succeeded` are of rows.
    """

    customer_id: str
    kind: EventKind
    at_ms: int
    by_customer: str = ""
    request_id: str = ""
    row: int = 0
    operator_id: str = ""
    service: str = ""
    state: str = ""
    codes: tuple[str, ...] = ()
    account: str = ""
    party_account: str = ""
    party_name: str = ""
    amount: int = 0
    reference: str | None = None
    count: int | None = None
    succeeded: int | None = None

    @property
    def is_of_row(self) -> bool:
        """Whether it tells of one row of a batch, which may be hidden from all but who entered it (R5.9)."""
        return self.kind is EventKind.PAYMENT and self.row > 0 and self.service in BATCHES


def returned(transfer: Transfer, *, amount: int, reference: str, at_ms: int, service: str = "") -> Iterator[Event]:
    """退汇: the money of a payment that had succeeded came back, as a new credit with a reference of its own."""
    event = replace(_of_transfer(transfer, service, at_ms), kind=EventKind.RETURN, state="", codes=())
    yield from _told(replace(event, amount=amount, reference=reference), transfer.owner)


def credited(
    owner: str, account: str, *, amount: int, reference: str, payer_account: str, payer_name: str, at_ms: int
) -> Event:
    """他行来账: an account of this customer was credited from another bank."""
    return Event(
        customer_id=owner,
        kind=EventKind.CREDIT,
        at_ms=at_ms,
        account=account,
        party_account=payer_account,
        party_name=payer_name,
        amount=amount,
        reference=reference,
    )


def outcome(before: Transfer, after: Transfer, service: str, at_ms: int, *, first: bool) -> Iterator[Event]:
    """What is told when the bank's side of a payment has changed; `first`: nothing was told of it yet."""
    changed = first or told(after.state, None) is not told(before.state, None)
    if changed and (service not in BATCHES or after.state is State.FAILED):
        yield from _told(_of_transfer(after, service, at_ms), after.owner)


def run(transfer: Transfer, at_ms: int) -> Iterator[Event]:
    """What is told of a run of a recurring order when its hour has come."""
    yield from _told(_of_transfer(transfer, RECURRING, at_ms), transfer.owner)


def entered(matters: Iterable[Matter], at_ms: int) -> Iterator[Event]:
    """What is told of the matters of one new order."""
    given = list(matters)
    rows = [matter for matter in given if _is_row(matter)]
    for matter in given:
        if not _is_row(matter):
            yield from _told(_of_matter(matter, at_ms), matter.owner)
    if rows:
        least = min(rows, key=lambda matter: matter.state is TransferState.PROCESSING)
        yield from _told(replace(_sum(rows, at_ms), state=least.state.value), least.owner)
    yield from wanted(given, at_ms)


def settled(before: Matter, after: Matter, at_ms: int) -> Iterator[Event]:
    """What is told when an act or time has changed a matter, but for the approvals that are wanted next."""
    if after.state is before.state:
        return
    if not _is_row(after) or _ended_badly(after):
        yield from _told(_of_matter(after, at_ms), after.owner)


def moved_on(before: Matter, after: Matter) -> bool:
    """Whether other people may have to act than before."""
    return after.state in WAITING and len(after.acts) > len(before.acts)


def wanted(matters: Iterable[Matter], at_ms: int) -> Iterator[Event]:
    """The approvals that these matters wait for, to the customers whose people act; rows of an order are one event."""
    waiting: dict[tuple[str, str, str, str], list[Matter]] = {}
    for matter in matters:
        if matter.state in WAITING and not is_administrative(matter.plan):
            people = matter.plan.customer_id
            waiting.setdefault((*matter.key[:2], people, matter.state.value), []).append(matter)
    for (_, _, people, state), together in waiting.items():
        event = _of_matter(together[0], at_ms) if len(together) == 1 else _sum(together, at_ms)
        yield replace(
            event,
            kind=EventKind.APPROVAL,
            customer_id=people,
            operator_id=event.operator_id if people == event.by_customer else "",
            state=state,
        )


def closed(
    order: tuple[str, str], operator_id: str, service: str, tally: Tally, *, owner: str, payer_account: str, at_ms: int
) -> Iterator[Event]:
    """What is told of an order with rows (customer and request id) when the last of them has come to its end."""
    event = Event(
        customer_id=order[0],
        kind=EventKind.ORDER,
        at_ms=at_ms,
        by_customer=order[0],
        request_id=order[1],
        operator_id=operator_id,
        service=service,
        state=tally.state.value,
        account=payer_account,
        amount=tally.total,
        count=tally.count(),
        succeeded=tally.count(TransferState.SUCCEEDED),
    )
    yield from _told(event, owner)


def ends_of_rows(before: Matter, after: Matter) -> MatterKey | None:
    """The order of which a row may have been the last that was still open, where the matter is such a row."""
    ended = after.state is not before.state and _is_row(after) and _ended_badly(after)
    return MatterKey(*after.key[:2], 0) if ended else None


def _of_transfer(transfer: Transfer, service: str, at_ms: int) -> Event:
    return Event(
        customer_id=transfer.customer_id,
        kind=EventKind.PAYMENT,
        at_ms=at_ms,
        by_customer=transfer.customer_id,
        request_id=transfer.request_id,
        row=transfer.row,
        operator_id=transfer.operator_id,
        service=service,
        state=told(transfer.state, None).value,
        codes=transfer.reasons,
        account=transfer.payer_account,
        amount=transfer.amount,
        reference=transfer.reference,
    )


def _of_matter(matter: Matter, at_ms: int) -> Event:
    counted = matter.covers_rows and bool(matter.payer_account)
    return Event(
        customer_id=matter.key.customer_id,
        kind=_kind(matter),
        at_ms=at_ms,
        by_customer=matter.key.customer_id,
        request_id=matter.key.request_id,
        row=matter.key.row,
        operator_id=matter.operator_id,
        service=matter.service,
        state=matter.state.value,
        codes=matter.reasons,
        account=matter.payer_account,
        amount=matter.amount,
        count=matter.count if counted else None,
        succeeded=0 if counted and _ended_badly(matter) else None,
    )


def _sum(rows: list[Matter], at_ms: int) -> Event:
    """Many rows of an order as one event."""
    return replace(
        _of_matter(rows[0], at_ms),
        kind=EventKind.ORDER,
        row=0,
        amount=sum(matter.amount for matter in rows),
        count=len(rows),
        succeeded=None,
    )


def _kind(matter: Matter) -> EventKind:
    if is_administrative(matter.plan):
        return EventKind.CHANGE
    if matter.recurs:
        return EventKind.RECURRING
    return EventKind.ORDER if matter.covers_rows else EventKind.PAYMENT


def _is_row(matter: Matter) -> bool:
    return matter.key.row > 0


def _ended_badly(matter: Matter) -> bool:
    return told_final(matter.state) and matter.state is not TransferState.SUCCEEDED


def _told(event: Event, owner: str) -> Iterator[Event]:
    """The event, and the same for the owner of the account where another customer entered the order."""
    yield event
    if owner and owner != event.customer_id:
        yield replace(event, customer_id=owner, operator_id="")
