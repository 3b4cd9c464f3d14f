"""Where customers' events are posted to, and how far that has come; each function runs in a transaction that is given.

One process sends for a customer at a time: it takes the customer's row for a lease, and what it notes afterwards counts
only while the lease is its own. So events leave in their order; after a crash some may be posted twice, none is left
out. What a receiver would not take in time is put aside, and what staff want sent again goes before what is new.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from core_adapter.database import database_now
from gateway.journal.tables import EVENT_COUNT, PUSH, PUSH_DEAD

PAUSE_MS_MAX: Final = 600_000
"""The longest pause between two attempts, in milliseconds; the first is a second, and each next twice as long."""
FAULT_CHARS: Final = 200
"""How much is kept of what went wrong."""

_REPLAY: Final = exists().where(PUSH_DEAD.c.customer_id == PUSH.c.customer_id, PUSH_DEAD.c.replay == 1)
_DUE: Final = (
    select(PUSH)
    .join(EVENT_COUNT, EVENT_COUNT.c.customer_id == PUSH.c.customer_id)
    .where(
        PUSH.c.due_ms <= bindparam("now"),
        or_(PUSH.c.lease_ms.is_(None), PUSH.c.lease_ms <= bindparam("now")),
        or_(EVENT_COUNT.c.number > PUSH.c.number, _REPLAY),
    )
    .order_by(PUSH.c.due_ms, PUSH.c.customer_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=PUSH)
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer whose events this process posts until its lease ends: to whom, and behind which number.

    `until` is where what is sent again ends; None where it is what is new. `attempts` is how often it was tried.
    """

    customer_id: str
    operator_id: str
    url: str
    after: int
    until: int | None
    attempts: int
    failing_since_ms: int | None
    owner: str
    lease_ms: int


@dataclass(frozen=True, slots=True)
class Policy:
    """After how many attempts, or how many milliseconds of failing, events are put aside."""

    attempts: int
    failing_ms: int


def take(tx: Connection, owner: str, *, seconds: float, most: int) -> list[Turn]:
    """Take customers for whom something is to be posted and nobody does, for `seconds`, locked to the end."""
    now_ms = database_now(tx)
    lease_ms = now_ms + round(seconds * 1000)
    turns = []
    for row in tx.execute(_DUE, {"now": now_ms, "most": most}).all():
        again = _first_again(tx, row.customer_id)
        after, until = (row.number, None) if again is None else (again.first - 1, again.last)
        turns.append(
            Turn(
                customer_id=row.customer_id,
                operator_id=row.operator_id,
                url=row.url,
                after=after,
                until=until,
                attempts=row.attempts,
                failing_since_ms=row.failing_since_ms,
                owner=owner,
                lease_ms=lease_ms,
            )
        )
        tx.execute(update(PUSH).where(PUSH.c.customer_id == row.customer_id).values(owner=owner, lease_ms=lease_ms))
    return turns


def _first_again(tx: Connection, customer_id: str) -> Row[int, int] | None:
    """The first range that is to be sent again."""
    wanted = (PUSH_DEAD.c.customer_id == customer_id, PUSH_DEAD.c.replay == 1)
    return tx.execute(
        select(PUSH_DEAD.c.first, PUSH_DEAD.c.last).where(*wanted).order_by(PUSH_DEAD.c.first).limit(1)
    ).first()


def delivered(tx: Connection, turn: Turn, last: int) -> None:
    """Note that events up to `last` were taken, or that there are none to be seen; the lease ends."""
    if not _released(tx, turn, attempts=0, failing_since_ms=None, due_ms=0, last_fault=None):
        return
    if turn.until is None:
        tx.execute(update(PUSH).where(PUSH.c.customer_id == turn.customer_id).values(number=last))
    elif last >= turn.until:
        tx.execute(delete(PUSH_DEAD).where(_dead(turn.customer_id, turn.after + 1)))
    else:
        tx.execute(update(PUSH_DEAD).where(_dead(turn.customer_id, turn.after + 1)).values(first=last + 1))


def failed(tx: Connection, turn: Turn, last: int, fault: str, *, policy: Policy) -> bool:
    """Note that events up to `last` were not taken: they are tried again later, or put aside; whether they were that.

    What was to be sent again is put aside at its first failure.
    """
    now_ms, fault = database_now(tx), fault[:FAULT_CHARS]
    if turn.until is not None:
        if _released(tx, turn, due_ms=now_ms, last_fault=fault):
            tx.execute(
                update(PUSH_DEAD)
                .where(_dead(turn.customer_id, turn.after + 1))
                .values(replay=0, at_ms=now_ms, fault=fault, attempts=PUSH_DEAD.c.attempts + 1)
            )
        return True
    attempts, since = turn.attempts + 1, turn.failing_since_ms or now_ms
    in_time = attempts < policy.attempts and now_ms - since < policy.failing_ms
    if in_time or last == turn.after:  # where the operator may see nothing, there is nothing to put aside either
        pause = min(PAUSE_MS_MAX, 1000 << min(turn.attempts, 20))
        _released(tx, turn, attempts=attempts, failing_since_ms=since, due_ms=now_ms + pause, last_fault=fault)
        return False
    if _released(tx, turn, attempts=0, failing_since_ms=None, due_ms=now_ms, last_fault=fault, number=last):
        row = {"customer_id": turn.customer_id, "first": turn.after + 1, "last": last, "at_ms": now_ms}
        tx.execute(insert(PUSH_DEAD), row | {"attempts": attempts, "fault": fault, "replay": 0})
    return True


def _released(tx: Connection, turn: Turn, **columns: object) -> bool:
    """Give a customer's row back with these columns, if the lease still is this turn's."""
    mine = (PUSH.c.customer_id == turn.customer_id, PUSH.c.owner == turn.owner, PUSH.c.lease_ms == turn.lease_ms)
    return tx.execute(update(PUSH).where(*mine).values(owner=None, lease_ms=None, **columns)).rowcount == 1


def _dead(customer_id: str, first: int) -> ColumnElement[bool]:
    return and_(PUSH_DEAD.c.customer_id == customer_id, PUSH_DEAD.c.first == first)


# -- for bank staff


def put(tx: Connection, customer_id: str, operator_id: str, url: str, *, number: int) -> bool:
    """Post a customer's events there from now on; whether that is new, and begins behind `number`."""
    changed = {"operator_id": operator_id, "url": url, "attempts": 0, "failing_since_ms": None, "due_ms": 0}
    # Who posts at this moment does it to the old address, and says nothing of the new one.
    changed |= {"owner": None, "lease_ms": None}
    found = tx.execute(update(PUSH).where(PUSH.c.customer_id == customer_id).values(**changed, last_fault=None))
    if found.rowcount:
        return False
    tx.execute(insert(PUSH), {"customer_id": customer_id, "number": number, **changed})
    return True


def remove(tx: Connection, customer_id: str) -> bool:
    """Post a customer's events no more, and forget what was put aside; whether they were posted."""
    tx.execute(delete(PUSH_DEAD).where(PUSH_DEAD.c.customer_id == customer_id))
    return tx.execute(delete(PUSH).where(PUSH.c.customer_id == customer_id)).rowcount > 0


def every(tx: Connection) -> Sequence[Row[Any]]:
    """Where events are posted to, by customer; `head` is the number of the last event there is."""
    return tx.execute(
        select(PUSH, EVENT_COUNT.c.number.label("head"))
        .join(EVENT_COUNT, EVENT_COUNT.c.customer_id == PUSH.c.customer_id, isouter=True)
        .order_by(PUSH.c.customer_id)
    ).all()


def dead(tx: Connection, customer_id: str | None) -> Sequence[Row[Any]]:
    """What was put aside, of one customer or of all."""
    found = select(PUSH_DEAD).order_by(PUSH_DEAD.c.customer_id, PUSH_DEAD.c.first)
    return tx.execute(found if customer_id is None else found.where(PUSH_DEAD.c.customer_id == customer_id)).all()


def replay(tx: Connection, customer_id: str, first: Iterable[int]) -> int:
    """Have what was put aside sent again, of these ranges or of all where none is named; how many ranges that is."""
    chosen = list(first)
    wanted = [PUSH_DEAD.c.customer_id == customer_id]
    if chosen:
        wanted.append(PUSH_DEAD.c.first.in_(chosen))
    count = tx.execute(update(PUSH_DEAD).where(*wanted).values(replay=1)).rowcount
    tx.execute(update(PUSH).where(PUSH.c.customer_id == customer_id).values(due_ms=0))
    return count
