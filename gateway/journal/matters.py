"""The statements about matters: entering and locking them, what people and time made of them, and their history.

Each is set-based and runs in a transaction that is given; none commits. Locks are taken in the order of keys, orders
before matters, so that two processes never wait for each other in a circle.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, select, tuple_
from sqlalchemy import Row as ResultRow

from core_adapter.bulk import BulkInsert, BulkUpdate
from gateway.domain.approval import plan_json, read_plan
from gateway.domain.leg import Leg
from gateway.domain.matter import Act, ActKind, Basis, Matter, MatterKey
from gateway.journal import legs
from gateway.journal.record import Key, read_details, write_details
from gateway.journal.tables import ACT, MATTER, REQUEST
from protocol.messages.transfer import Arrival, TransferState

T = TypeVar("T")
PIECE: Final = 1_000
"""Keys of one statement: a database refuses one that is too long or has too many parameters."""

_ENTER: Final = BulkInsert(
    MATTER,
    (
        *("customer_id", "request_id", "row", "service", "operator_id", "by_customer", "owner", "payer_account"),
        *("payee_account", "payee_name", "amount", "count", "takes", "entered_ms", "entered_on", "hidden", "arrival"),
        *("body", "chosen_ms", "plan", "content", "shown", "state", "run_ms", "wake_ms", "basis", "reasons", "faults"),
        *("answer", "run_on", "ended_on"),
    ),
)
_SETTLE: Final = BulkUpdate(
    MATTER,
    ["customer_id", "request_id", "row"],
    [
        *("plan", "content", "shown", "state", "run_ms", "wake_ms", "basis", "reasons", "faults", "answer", "run_on"),
        "ended_on",
    ],
)
_ACT: Final = BulkInsert(
    ACT, ("customer_id", "request_id", "row", "number", "operator_id", "kind", "step", "at_ms", "by_request", "reason")
)
_DUE: Final = BulkUpdate(REQUEST, ["customer_id", "request_id"], ["due_ms"])
_ORDER_KEY: Final = tuple_(REQUEST.c.customer_id, REQUEST.c.request_id)
_NEXT_EPOCH: Final = (
    REQUEST.update().where(_ORDER_KEY.in_(bindparam("keys", expanding=True))).values(epoch=REQUEST.c.epoch + 1)
)
_MATTER_KEY: Final = tuple_(MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
_ORDERS: Final = (
    select(REQUEST.c.customer_id, REQUEST.c.request_id, REQUEST.c.due_ms)
    .where(_ORDER_KEY.in_(bindparam("keys", expanding=True)))
    .order_by(REQUEST.c.customer_id, REQUEST.c.request_id)
)
_LOCKED_ORDERS: Final = _ORDERS.with_for_update()
_FREE_ORDERS: Final = _ORDERS.with_for_update(skip_locked=True)
_MATTERS: Final = (
    select(MATTER)
    .where(_MATTER_KEY.in_(bindparam("keys", expanding=True)))
    .order_by(MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
)
_LOCKED_MATTERS: Final = _MATTERS.with_for_update()
_ACTS: Final = (
    select(ACT)
    .where(tuple_(ACT.c.customer_id, ACT.c.request_id, ACT.c.row).in_(bindparam("keys", expanding=True)))
    .order_by(ACT.c.customer_id, ACT.c.request_id, ACT.c.row, ACT.c.number)
)
_WAKING: Final = (
    select(MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row, MATTER.c["count"])
    .where(MATTER.c.wake_ms <= bindparam("now"))
    .order_by(MATTER.c.wake_ms)
    .limit(bindparam("most"))
)


def enter(tx: Connection, matters: Iterable[Matter]) -> None:
    """Write new matters and their first acts."""
    entered = list(matters)
    _ENTER.run(
        tx,
        [
            (
                *m.key,
                *(m.service, m.operator_id, m.plan.customer_id, m.owner, m.payer_account, m.payee_account),
                *(m.payee_name, m.amount, m.count, m.takes, m.entered_ms, m.entered_on.isoformat(), m.hidden),
                *(m.arrival.value, m.body, m.chosen_ms, *_changing(m)),
            )
            for m in entered
        ],
    )
    _write_acts(tx, [(m, 0) for m in entered])


def settle(tx: Connection, changes: Iterable[tuple[Matter, Matter]]) -> None:
    """Write what became of matters, given as they were and as they are, and the acts that brought it."""
    changed = sorted(changes, key=lambda change: change[1].key)
    _SETTLE.run(tx, [(*_changing(after), *after.key) for _, after in changed])
    _write_acts(tx, [(after, len(before.acts)) for before, after in changed])


def _changing(m: Matter) -> tuple[Any, ...]:
    return (
        *(plan_json(m.plan), m.content, m.shown, m.state.value, m.run_ms, m.wake_ms, m.basis.value),
        *(" ".join(m.reasons), write_details(m.faults), m.answer, m.run_on.isoformat() if m.run_on else None),
        m.ended_on.isoformat() if m.ended_on else None,
    )


def _write_acts(tx: Connection, matters: Iterable[tuple[Matter, int]]) -> None:
    """Write the acts of matters from a number on; the key refuses a second act of the same number."""
    _ACT.run(
        tx,
        [
            (*m.key, number, act.operator_id, act.kind.value, act.step, act.at_ms, act.by_request, act.reason)
            for m, known in matters
            for number, act in enumerate(m.acts[known:], known + 1)
        ],
    )


def lock_orders(tx: Connection, keys: Iterable[Key], *, free_only: bool = False) -> dict[Key, int | None]:
    """Lock orders, or with `free_only` those that nobody else has locked; each with when it is due, if it is."""
    statement = _FREE_ORDERS if free_only else _LOCKED_ORDERS
    return {
        (row[0], row[1]): row[2]
        for piece in _pieces(sorted(set(keys)))
        for row in tx.execute(statement, {"keys": piece})
    }


def read(tx: Connection, keys: Iterable[MatterKey], *, lock: bool = False) -> dict[MatterKey, Matter]:
    """The matters with these keys, with their acts; locked where they are about to change."""
    statement = _LOCKED_MATTERS if lock else _MATTERS
    found: dict[MatterKey, Matter] = {}
    for piece in _pieces(sorted(set(keys))):
        rows = tx.execute(statement, {"keys": piece}).all()
        acts: dict[MatterKey, list[Act]] = {}
        for act in tx.execute(_ACTS, {"keys": piece}) if rows else ():
            acts.setdefault(MatterKey(act[0], act[1], act[2]), []).append(_act(act))
        ways = legs.of_matters(tx, piece) if rows else {}
        found.update((matter.key, matter) for matter in (_matter(row, acts, ways) for row in rows))
    return found


def _pieces(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """The keys in their order, in pieces that a statement can hold."""
    return (keys[start : start + PIECE] for start in range(0, len(keys), PIECE))


def waking(tx: Connection, business_ms: int, most: int, *, rows: int, resting: Collection[object]) -> list[MatterKey]:
    """The matters that time alone changes now, the longest due first; nothing is locked.

    At least one, and no more than have that many `rows` in all: each of them is written when its order is released.
    None of those `resting`.
    """
    found: list[MatterKey] = []
    for customer_id, request_id, row, count in tx.execute(_WAKING, {"now": business_ms, "most": most + len(resting)}):
        key = MatterKey(customer_id, request_id, row)
        if key in resting:
            continue
        rows -= count
        if found and (rows < 0 or len(found) == most):
            break
        found.append(key)
    return found


def make_due(tx: Connection, keys: Iterable[Key], held: Mapping[Key, int | None], now_ms: int) -> None:
    """Let any process take these held orders over at once.

    Who carries one of them at this moment, to its first reply, loses it: what it knew of the order is out of date.
    """
    wanted = sorted(set(keys))
    _DUE.run(tx, [(now_ms, *key) for key in wanted])
    if carried := [key for key in wanted if held[key] is not None]:
        for piece in _pieces(carried):
            tx.execute(_NEXT_EPOCH, {"keys": piece})


def _act(row: ResultRow[Any]) -> Act:
    return Act(
        operator_id=row.operator_id,
        kind=ActKind(row.kind),
        at_ms=row.at_ms,
        step=row.step,
        by_request=row.by_request,
        reason=row.reason,
    )


def _matter(row: ResultRow[Any], acts: dict[MatterKey, list[Act]], ways: Mapping[MatterKey, Leg]) -> Matter:
    key = MatterKey(row.customer_id, row.request_id, row.row)
    return Matter(
        key=key,
        service=row.service,
        operator_id=row.operator_id,
        owner=row.owner,
        payer_account=row.payer_account,
        payee_account=row.payee_account,
        payee_name=row.payee_name,
        amount=row.amount,
        count=row._mapping["count"],  # noqa: SLF001  (a Row has a method of that name)
        takes=row.takes,
        entered_ms=row.entered_ms,
        entered_on=date.fromisoformat(row.entered_on),
        plan=read_plan(row.plan),
        acts=tuple(acts.get(key, ())),
        state=TransferState(row.state),
        content=row.content,
        shown=bytes(row.shown),
        body=row.body,
        hidden=row.hidden,
        arrival=Arrival(row.arrival),
        chosen_ms=row.chosen_ms,
        run_ms=row.run_ms,
        wake_ms=row.wake_ms,
        basis=Basis(row.basis),
        reasons=tuple(row.reasons.split()),
        faults=read_details(row.faults),
        answer=row.answer,
        run_on=date.fromisoformat(row.run_on) if row.run_on else None,
        ended_on=date.fromisoformat(row.ended_on) if row.ended_on else None,
        leg=ways.get(key),
    )
