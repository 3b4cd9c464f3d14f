"""The feeds: events numbered in the transaction of what they tell of, and pages of them.

A customer's events are numbered from its row of `event_count`, which who appends holds to the end of its transaction.
So an event can be seen only when all before it can, on whatever node they came about: no reader ever finds a gap, or an
event in front of one that it has read. These rows are the last that a transaction locks, in the order of customers;
one that is not there yet is made before any of them is locked, so no two processes wait for each other in a circle.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, or_, select, tuple_
from sqlalchemy import Row as ResultRow

from core_adapter.bulk import BulkInsert, BulkLock, BulkUpdate, Row
from gateway.domain import event as told
from gateway.domain.command import Pay
from gateway.domain.event import Event
from gateway.domain.facts import Request
from gateway.domain.states import State, told_final
from gateway.domain.tally import BATCHES
from gateway.journal.listing import tally_of
from gateway.journal.record import Key
from gateway.journal.tables import EVENT, EVENT_COUNT, MATTER, TRANSFER
from gateway.journal.task import Result
from protocol.messages.events import EventKind

REMEMBERED_MAX: Final = 100_000
"""Customers that a committer remembers at once, some megabytes."""
SCANNED_MAX: Final = 5_000
"""Events looked at for one page: who sees few of them gets a short page, and a cursor behind what was looked at."""

_NEW: Final = BulkInsert(EVENT_COUNT, ("customer_id", "number"))
_LOCK: Final = BulkLock(EVENT_COUNT, ("customer_id",), ("number",))
_COUNT: Final = BulkUpdate(EVENT_COUNT, ("customer_id",), ("number",))
_COLUMNS: Final = (
    *("customer_id", "number", "at_ms", "kind", "by_customer", "request_id", "row", "operator_id", "service", "state"),
    *("codes", "account", "party_account", "party_name", "amount", "reference", "count", "succeeded"),
)
_APPEND: Final = BulkInsert(EVENT, _COLUMNS)
_NUMBERS: Final = select(EVENT_COUNT.c.customer_id, EVENT_COUNT.c.number).where(
    EVENT_COUNT.c.customer_id.in_(bindparam("customers", expanding=True))
)
_HIDDEN: Final = select(MATTER.c.customer_id, MATTER.c.request_id).where(
    tuple_(MATTER.c.customer_id, MATTER.c.request_id).in_(bindparam("orders", expanding=True)),
    MATTER.c.row == 0,
    MATTER.c.hidden,
)
_PAYER: Final = (
    select(TRANSFER.c.owner, TRANSFER.c.payer_account)
    .where(TRANSFER.c.customer_id == bindparam("customer"), TRANSFER.c.request_id == bindparam("request"))
    .order_by(TRANSFER.c.row)
    .limit(1)
)


class Feeds:
    """The customers whose row of `event_count` one committer knows to be there: it need not try to make it."""

    def __init__(self) -> None:
        """None yet."""
        self._known: set[str] = set()

    def missing(self, customers: Iterable[str]) -> list[str]:
        """Those that are not known, in order."""
        return sorted(set(customers) - self._known)

    def note(self, customers: Iterable[str]) -> None:
        """Remember these, whose rows another transaction made: no row is ever taken away."""
        if len(self._known) > REMEMBERED_MAX:
            self._known.clear()
        self._known.update(customers)


def append(tx: Connection, events: Iterable[Event], feeds: Feeds | None = None) -> dict[str, int]:
    """Write these events behind what their customers have been told, in their order; the last number of each customer.

    The last that a transaction does but for its log: who holds a feed lets all others of that customer wait.
    """
    given = _seen_by_few(tx, list(events))
    if not given:
        return {}
    counts = Counter(event.customer_id for event in given)
    last = _held(tx, sorted(counts), feeds or Feeds())
    rows = []
    for event in given:
        last[event.customer_id] += 1
        rows.append(_row(event, last[event.customer_id]))
    _APPEND.run(tx, rows)
    _COUNT.run(tx, [(number, customer) for customer, number in last.items()])
    return last


def _held(tx: Connection, customers: Sequence[str], feeds: Feeds) -> dict[str, int]:
    """Lock the rows of these customers, which are in order; the number of the last event of each."""
    missing = feeds.missing(customers)
    made = {row[0] for row in _NEW.claim(tx, [(customer, 0) for customer in missing])}
    found = {customers[place - 1]: number for place, number in _LOCK.run(tx, [(each,) for each in customers])}
    # What this transaction made itself is gone again if it fails.
    feeds.note(each for each in missing if each not in made)
    return found


def _row(event: Event, number: int) -> Row:
    return (
        *(event.customer_id, number, event.at_ms, event.kind.value, event.by_customer, event.request_id, event.row),
        *(event.operator_id, event.service, event.state, " ".join(event.codes), event.account, event.party_account),
        *(event.party_name, event.amount, event.reference, event.count, event.succeeded),
    )


def _seen_by_few(tx: Connection, events: list[Event]) -> list[Event]:
    """The events, those of rows that are hidden (R5.9) for their entry operator alone."""
    orders = {(event.by_customer, event.request_id) for event in events if event.is_of_row}
    if not orders:
        return events
    hidden = {(row[0], row[1]) for row in tx.execute(_HIDDEN, {"orders": sorted(orders)})}
    return [
        replace(event, account="") if event.is_of_row and (event.by_customer, event.request_id) in hidden else event
        for event in events
        if not event.is_of_row or event.operator_id or (event.by_customer, event.request_id) not in hidden
    ]


def of_results(results: Iterable[Result], at_ms: int) -> Iterator[Event]:
    """What is told of the transfers that the desk brought back; one whose core was late was told as unknown before."""
    for result in results:
        task = result.task
        paid = isinstance(task.decision, Pay)
        for before, after in zip(task.transfers, result.transfers, strict=False):
            assert task.request
            known = replace(before, state=State.UNKNOWN) if paid and task.stored else before
            first = paid and not task.stored
            yield from told.outcome(known, after, task.request.service, at_ms, first=first)


def closed(tx: Connection, order: Key, *, operator_id: str, service: str, at_ms: int) -> Iterator[Event]:
    """What is told of an order with rows, if every row has come to its end."""
    tally = tally_of(tx, *order)
    if tally.count() and all(told_final(state) for state in tally.rows):
        owner, payer = tx.execute(_PAYER, {"customer": order[0], "request": order[1]}).one()
        yield from told.closed(order, operator_id, service, tally, owner=owner, payer_account=payer, at_ms=at_ms)


def of_finished(tx: Connection, requests: Iterable[Request], at_ms: int) -> Iterator[Event]:
    """What is told of orders of which nothing is left to carry: the end of those with rows, if it is one."""
    for request in requests:
        if request.service in BATCHES:
            order = (request.customer_id, request.request_id)
            yield from closed(tx, order, operator_id=request.operator_id, service=request.service, at_ms=at_ms)


# -- reading


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose feed it is and what of it the asker may see: his own orders, those of his accounts (R1.5), changes if he
    administers; and the kinds he asks for, all where none is named.
    """

    customer_id: str
    operator_id: str
    accounts: Sequence[str]
    administers: bool
    kinds: Sequence[EventKind] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events by number, up to `last`, which is that of the last one looked at; `head` is the customer's last."""

    events: list[tuple[int, Event]]
    last: int
    head: int


def numbers(tx: Connection, customers: Iterable[str]) -> dict[str, int]:
    """The number of the last event of these customers; 0 where there is none."""
    wanted = dict.fromkeys(customers, 0)
    found = tx.execute(_NUMBERS, {"customers": list(wanted)})
    return wanted | {row.customer_id: row.number for row in found}


def read(tx: Connection, sight: Sight, *, after: int, most: int, until: int | None = None) -> Stretch:
    """Up to `most` events above a number and up to another, in order, as far as the asker may see them."""
    head = numbers(tx, [sight.customer_id])[sight.customer_id]
    end = min(head, after + SCANNED_MAX, head if until is None else until)
    if end <= after:
        return Stretch([], after, head)
    seen = [EVENT.c.account.in_(sight.accounts), EVENT.c.operator_id == sight.operator_id]
    if sight.administers:
        seen.append(EVENT.c.kind == EventKind.CHANGE.value)
    found = (
        select(EVENT)
        .where(EVENT.c.customer_id == sight.customer_id, EVENT.c.number > after, EVENT.c.number <= end)
        .where(or_(and_(EVENT.c.account != "", seen[0]), *seen[1:]))
        .order_by(EVENT.c.number)
        .limit(most)
    )
    if sight.kinds:
        found = found.where(EVENT.c.kind.in_([kind.value for kind in sight.kinds]))
    events = [(row.number, _event(row)) for row in tx.execute(found)]
    return Stretch(events, events[-1][0] if len(events) == most else end, head)


def _event(row: ResultRow[Any]) -> Event:
    values = dict(row._mapping)  # noqa: SLF001  (the documented accessor of a Row)
    del values["number"]
    return Event(**values | {"kind": EventKind(row.kind), "codes": tuple(row.codes.split())})
