"""The statements of the centre's book that run inside a writing transaction, each set-based; they decide nothing."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from core_adapter.bulk import BulkInsert, BulkLock, BulkUpdate, Row
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Original,
    Party,
    Priority,
    Status,
    System,
    SystemState,
)
from core_adapter.clearing.tables import ACTION, BOOK, CREDIT, DELIVERY, LOST, SYSTEM
from core_adapter.clearing.values import Action, ActionKind, Entry, Standing, Waits
from core_adapter.database import among

_COLUMNS: Final = tuple(column.name for column in CREDIT.columns)
_CHANGING: Final = ("via", "status", "code", "text", "cleared_on", "round", "waits", "returned_by")
_NEW_CREDIT: Final = BulkInsert(CREDIT, _COLUMNS)
_CHANGE_CREDIT: Final = BulkUpdate(CREDIT, ["number"], _CHANGING)
_BY_ID: Final = BulkLock(CREDIT, ["message_id", "tx_id", "sender"], _COLUMNS)
_BY_NUMBER: Final = BulkLock(CREDIT, ["number"], _COLUMNS)
_COMING_BACK: Final = BulkLock(CREDIT, ["original_message_id", "original_tx_id", "original_sender"], ["status"])
_TAKEN: Final = (
    select(CREDIT.c.message_id)
    .distinct()
    .where(among(CREDIT.c.message_id, "ids"), CREDIT.c.sender == bindparam("sender"))
)
_UNDER_WAY: Final = (
    select(CREDIT)
    .where(CREDIT.c.system == bindparam("system"), CREDIT.c.status == bindparam("status"))
    .order_by(CREDIT.c.number)
)
_LOSSES: Final = select(LOST.c.message_id, LOST.c.times).where(
    among(LOST.c.message_id, "ids"), LOST.c.sender == bindparam("sender")
)
_DUE: Final = (
    select(ACTION.c.number, ACTION.c.due_at, ACTION.c.kind, ACTION.c.credit, ACTION.c.about)
    .where(ACTION.c.due_at <= bindparam("now"))
    .order_by(ACTION.c.due_at, ACTION.c.number)
    .limit(bindparam("most"))
)
_DUE_UNTOLD: Final = _DUE.where(ACTION.c.kind != ActionKind.TELL)
_NEW_ACTION: Final = BulkInsert(ACTION, ["due_at", "kind", "credit", "about"])
_NEW_DELIVERY: Final = BulkInsert(DELIVERY, ["message_id", "credit", "due_at", "tries"])
_NEXT_DELIVERY: Final = BulkUpdate(DELIVERY, ["message_id"], ["due_at", "tries"])
_DELIVERIES: Final = (
    select(DELIVERY.c.message_id, DELIVERY.c.credit, DELIVERY.c.tries)
    .where(DELIVERY.c.due_at <= bindparam("now"))
    .order_by(DELIVERY.c.due_at, DELIVERY.c.credit)
    .limit(bindparam("most"))
)


def standings(connection: Connection) -> dict[System, Standing]:
    """How every system stands."""
    return {
        System(system): Standing(System(system), date.fromisoformat(day), SystemState(state), rounds, round_at)
        for system, day, state, rounds, round_at in connection.execute(select(SYSTEM))
    }


def keep_standing(connection: Connection, standing: Standing) -> None:
    """Write how a system stands now."""
    values = {
        "cleared_on": standing.cleared_on.isoformat(),
        "put_into": standing.put_into.value,
        "rounds": standing.rounds,
        "round_at": standing.round_at,
    }
    connection.execute(update(SYSTEM).where(SYSTEM.c.system == standing.system.value).values(values))


class Counters(NamedTuple):
    """The row of the book: credits and messages numbered, the flow of HVPS and the base of the funds in fen."""

    credits: int
    messages: int
    flow: int
    base: int | None


def counters(connection: Connection) -> Counters:
    """What the book counts."""
    columns = (BOOK.c.credits, BOOK.c.messages, BOOK.c.flow, BOOK.c.base)
    return Counters(*connection.execute(select(*columns)).one())


def keep_counters(connection: Connection, kept: Counters) -> None:
    """Write what the book counts."""
    connection.execute(update(BOOK).values(kept._asdict()))


def taken(connection: Connection, sender: str, message_ids: Iterable[str]) -> set[str]:
    """Which of these messages of credits were booked before."""
    return set(connection.execute(_TAKEN, {"ids": list(message_ids), "sender": sender}).scalars())


def losses(connection: Connection, sender: str, message_ids: Iterable[str]) -> dict[str, int]:
    """How often each of these messages vanished; those that never did are left out."""
    found = connection.execute(_LOSSES, {"ids": list(message_ids), "sender": sender})
    return {each.message_id: each.times for each in found}


def keep_losses(connection: Connection, sender: str, lost: dict[str, int]) -> None:
    """Write how often messages vanished until now."""
    for message_id, times in lost.items():
        row = {"message_id": message_id, "sender": sender, "times": times}
        connection.execute(insert(LOST).prefix_with("OR REPLACE"), row)


def add_credits(connection: Connection, entries: Iterable[Entry]) -> None:
    """Insert new credits."""
    _NEW_CREDIT.run(connection, [_row(entry) for entry in entries])


def change_credits(connection: Connection, entries: Iterable[Entry]) -> None:
    """Write what changed of credits: all that is not their content."""
    rows: list[Row] = [(*_changing(entry), entry.number) for entry in entries]
    _CHANGE_CREDIT.run(connection, rows)


def credits_by_id(connection: Connection, originals: Iterable[Original]) -> dict[Original, Entry]:
    """Credits by their ids; unknown ones are left out."""
    keys: list[Row] = [(each.message_id, each.tx_id, each.sender) for each in set(originals)]
    found = (_entry(row[1:]) for row in _BY_ID.run(connection, keys))
    return {entry.original: entry for entry in found}


def credits_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Entry]:
    """Credits by their numbers."""
    found = (_entry(row[1:]) for row in _BY_NUMBER.run(connection, [(number,) for number in set(numbers)]))
    return {entry.number: entry for entry in found}


def under_way(connection: Connection, system: System, status: Status) -> list[Entry]:
    """The credits of a system that have this status, the most urgent first, then the oldest."""
    found = connection.execute(_UNDER_WAY, {"system": system.value, "status": status.value})
    return [_entry(tuple(row)) for row in found]


def coming_back(connection: Connection, originals: Sequence[Original]) -> set[Original]:
    """Which of these credits a return stands for already: one that was not refused."""
    keys: list[Row] = [(each.message_id, each.tx_id, each.sender) for each in originals]
    found = _COMING_BACK.run(connection, keys)
    return {originals[place - 1] for place, status in found if status != Status.REFUSED}


def due(connection: Connection, now: int, most: int, *, reachable: bool) -> list[tuple[int, Action]]:
    """The actions whose time has come, the oldest first, with their numbers; what is to be told needs a bank there."""
    found = connection.execute(_DUE if reachable else _DUE_UNTOLD, {"now": now, "most": most})
    return [
        (number, Action(due_at, ActionKind(kind), credit, json.loads(about)))
        for number, due_at, kind, credit, about in found
    ]


def end_actions(connection: Connection, numbers: Sequence[int]) -> None:
    """Take away actions that were done."""
    for start in range(0, len(numbers), 500):
        connection.execute(delete(ACTION).where(ACTION.c.number.in_(numbers[start : start + 500])))


def add_actions(connection: Connection, actions: Iterable[Action]) -> None:
    """Insert actions."""
    rows: list[Row] = [
        (each.due_at, each.kind.value, each.credit, json.dumps(each.about, ensure_ascii=False)) for each in actions
    ]
    _NEW_ACTION.run(connection, rows)


def drop_day_ends(connection: Connection, now: int) -> set[System]:
    """Take away the day ends by the clock that are still to come; the systems whose day end is overdue."""
    waiting = select(ACTION.c.number, ACTION.c.due_at, ACTION.c.about).where(ACTION.c.kind == ActionKind.DAY_END)
    found = [(number, due_at, json.loads(about)) for number, due_at, about in connection.execute(waiting)]
    by_clock = [(number, due_at, System(about["system"])) for number, due_at, about in found if about["by_clock"]]
    end_actions(connection, [number for number, due_at, _ in by_clock if due_at > now])
    return {system for _, due_at, system in by_clock if due_at <= now}


def add_deliveries(connection: Connection, entries: Iterable[Entry], now: int) -> None:
    """Have these credits delivered to the bank, from now on."""
    _NEW_DELIVERY.run(connection, [(entry.message_id, entry.number, now, 0) for entry in entries])


def due_deliveries(connection: Connection, now: int, most: int) -> list[tuple[str, int, int]]:
    """The deliveries whose time has come: message id, number of the credit, tries until now."""
    return [tuple(row) for row in connection.execute(_DELIVERIES, {"now": now, "most": most})]


def deliver_again(connection: Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    """Write when deliveries are due next: due time, tries, message id."""
    _NEXT_DELIVERY.run(connection, rows)


def deliver_all_now(connection: Connection, now: int) -> None:
    """Have everything that is not acknowledged delivered now: the bank is there again."""
    connection.execute(update(DELIVERY).where(DELIVERY.c.due_at > now).values(due_at=now))


def end_deliveries(connection: Connection, message_ids: Iterable[str]) -> None:
    """Take away what the bank has acknowledged."""
    connection.execute(delete(DELIVERY).where(among(DELIVERY.c.message_id, "ids")), {"ids": list(message_ids)})


def next_due(connection: Connection, *, reachable: bool) -> int | None:
    """When the next thing is due that stands in a row, None for nothing; without the bank nothing is told it."""
    actions = select(func.min(ACTION.c.due_at))
    if not reachable:
        actions = actions.where(ACTION.c.kind != ActionKind.TELL)
    moments = [
        connection.execute(actions).scalar(),
        connection.execute(select(func.min(SYSTEM.c.round_at))).scalar(),
    ]
    if reachable:
        moments.append(connection.execute(select(func.min(DELIVERY.c.due_at))).scalar())
    return min((moment for moment in moments if moment is not None), default=None)


def _row(entry: Entry) -> Row:
    credit, original = entry.credit, entry.credit.original
    payer, payee = credit.payer, credit.payee
    return (
        entry.number,
        entry.sender,
        entry.message_id,
        credit.tx_id,
        entry.system.value,
        entry.priority.value,
        credit.kind.value,
        credit.amount,
        *(payer.account, payer.name, payer.bank),
        *(payee.account, payee.name, payee.bank),
        credit.purpose,
        credit.end_to_end_id,
        *((None, None, None) if original is None else (original.sender, original.message_id, original.tx_id)),
        credit.reason,
        credit.reason_text,
        entry.received_at,
        *_changing(entry),
    )


def _changing(entry: Entry) -> Row:
    return (
        entry.via,
        entry.status.value,
        entry.code,
        entry.text,
        entry.cleared_on.isoformat(),
        entry.round,
        entry.waits.value if entry.waits is not None else None,
        entry.returned_by,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, sender, message_id, tx_id, system, priority, kind, amount, *rest = row
    payer, payee, (purpose, end_to_end_id) = rest[:3], rest[3:6], rest[6:8]
    original, (reason, reason_text, received_at) = rest[8:11], rest[11:14]
    via, status, code, text, cleared_on, round_, waits, returned_by = rest[14:]
    credit = Credit(
        tx_id=tx_id,
        kind=CreditKind(kind),
        amount=amount,
        payer=Party(account=payer[0], name=payer[1], bank=payer[2]),
        payee=Party(account=payee[0], name=payee[1], bank=payee[2]),
        purpose=purpose,
        end_to_end_id=end_to_end_id,
        original=Original(*original) if original[0] is not None else None,
        reason=reason,
        reason_text=reason_text,
    )
    return Entry(
        number=number,
        sender=sender,
        message_id=message_id,
        credit=credit,
        system=System(system),
        priority=Priority(priority),
        status=Status(status),
        received_at=received_at,
        cleared_on=date.fromisoformat(cleared_on),
        via=via,
        code=code,
        text=text,
        round=round_,
        waits=Waits(waits) if waits is not None else None,
        returned_by=returned_by,
    )
