"""The journal against the core's book: what succeeded here was booked there, once and alike, and nothing else was.

It streams both, a page at a time, while both go on: the journal is read as of one moment, before the book. Every
instruction is in the journal before its money moves, so a move that this moment does not know is looked up again. What
is still processing or unknown is open, not wrong: whoever carries it asks the core.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection, bindparam, func, select, tuple_

from core_adapter.core import Booked, Core, Declined, Done, Move, MoveKind, NotFound, Unknown
from gateway.domain.facts import instruction
from gateway.journal.faults import Found
from gateway.journal.tables import CUSTOMER, TRANSFER
from protocol.money import format_amount

PAGE: Final = 500
STEP: Final = 1
"""The step of an in-bank transfer under its instruction."""

_KEY: Final = tuple_(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row)
_BY_KEY: Final = select(TRANSFER).where(_KEY.in_(bindparam("keys", expanding=True)))
_TOTALS: Final = select(TRANSFER.c.state, func.count(), func.sum(TRANSFER.c.amount)).group_by(TRANSFER.c.state)
_SUCCEEDED: Final = (
    select(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row, TRANSFER.c.reference)
    .where(TRANSFER.c.state == "succeeded", tuple_(*map(bindparam, ("customer", "request", "row"))) < _KEY)
    .order_by(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row)
    .limit(PAGE)
)
_CUSTOMERS: Final = select(CUSTOMER.c.customer_id).where(
    CUSTOMER.c.customer_id.in_(bindparam("customers", expanding=True))
)

Key = tuple[str, str, int]
"""Customer id, request id and row of a transfer."""
T = TypeVar("T")


class Sides(Protocol):
    """Both sides of the comparison: moments of the journal, and calls on the core's thread."""

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal as of now, for reading."""
        ...

    def core(self, job: Callable[[Core], T]) -> T:
        """Run a short job with the core and return its value."""
        ...


@dataclass(slots=True)
class Reconciliation(Found):
    """What was compared: counts, fen, and faults as one sentence each.

    `succeeded` and `open` count transfers of the journal that the bank was given, `booked` those that the book holds;
    `moves` is the whole book, `others` what in it is not of this gateway.
    """

    succeeded: int = 0
    failed: int = 0
    open: int = 0
    amount: int = 0
    booked: int = 0
    booked_amount: int = 0
    moves: int = 0
    others: int = 0


def reconcile(sides: Sides) -> Reconciliation:
    """Compare the journal with the core's book, and have the book check itself; raises CoreUnavailable."""
    found = Reconciliation()
    with sides.reading() as journal:
        _count(journal, found)
        for fault in sides.core(lambda core: core.check()):
            found.fault(f"the book: {fault}")
        after = 0
        while page := sides.core(partial(_book, after)):
            _compare_page(page, journal, sides, found)
            after = page[-1].number
        if found.booked != found.succeeded:
            _find_unbooked(journal, sides, found)
        elif found.booked_amount != found.amount:
            told = f"{format_amount(found.amount)} here, {format_amount(found.booked_amount)} in the book"
            found.fault(f"the amounts of what succeeded do not add up: {told}")
    return found


def _book(after: int, core: Core) -> list[Booked]:
    return core.book(after, PAGE)


def _ask(ids: list[tuple[str, int]], core: Core) -> list[Done | Declined | Unknown | NotFound]:
    return core.ask(ids)


def _count(journal: Connection, found: Reconciliation) -> None:
    for state, count, amount in journal.execute(_TOTALS):
        match state:
            case "succeeded":
                found.succeeded, found.amount = count, int(amount)
            case "failed":
                found.failed = count
            case "entered":
                pass  # with the enterprise: the core has not heard of it
            case _:
                found.open += count


def _compare_page(page: Sequence[Booked], journal: Connection, sides: Sides, found: Reconciliation) -> None:
    """Compare one page of the book; what the journal's moment does not know is looked up as of now."""
    found.moves += len(page)
    ours = [(key, booked) for booked in page if (key := _key(booked.move)) is not None]
    found.others += len(page) - len(ours)
    found_then = _transfers(journal, {key for key, _ in ours}).items()
    known = {key: row for key, row in found_then if row.state != "entered"}  # the last approval may have come since
    later = {key for key, _ in ours} - known.keys()
    customers: set[str] = set()
    known_now: dict[Key, Any] = {}
    if later:
        with sides.reading() as now:
            known_now = _transfers(now, later)
            customers.update(now.execute(_CUSTOMERS, {"customers": sorted({key[0] for key in later})}).scalars())
    for key, booked in ours:
        if key in known:
            _compare(booked, known[key], found, counted=True)
        elif key in known_now:
            _compare(booked, known_now[key], found, counted=False)
        elif key[0] in customers:
            found.fault(f"{_name(booked)}: booked, but the journal has no such transfer")
        else:
            found.others += 1


def _key(move: Move) -> Key | None:
    """The transfer of a move that may be this gateway's."""
    match move.instruction.split("/"):
        case [customer_id, request_id] if request_id:
            return customer_id, request_id, 0
        case [customer_id, request_id, row] if request_id and row.isascii() and row.isdigit():
            return customer_id, request_id, int(row)
    return None


def _transfers(tx: Connection, keys: Iterable[Key]) -> dict[Key, Any]:
    wanted = sorted(keys)
    rows = tx.execute(_BY_KEY, {"keys": wanted}) if wanted else ()
    return {(row.customer_id, row.request_id, row.row): row for row in rows}


def _compare(booked: Booked, row: Any, found: Reconciliation, *, counted: bool) -> None:
    move = booked.move
    if (move.step, move.kind) != (STEP, MoveKind.TRANSFER):
        found.fault(f"{_name(booked)}: step {move.step}, a {move.kind}, which the journal does not know")
        return
    pairs: Mapping[str, tuple[object, object]] = {
        "payer": (move.payer, row.payer_account),
        "payee": (move.payee, row.payee_account),
        "amount": (move.amount, row.amount),
        "currency": (move.currency, row.currency),
        "business date": (move.business_date.isoformat(), row.business_date),
    }
    if row.state == "succeeded":
        pairs = {**pairs, "reference": (booked.done.reference, row.reference)}
        if counted:
            found.booked += 1
            found.booked_amount += move.amount
    elif row.state in ("failed", "entered"):
        found.fault(f"{_name(booked)}: booked, but {row.state} in the journal")
    if different := [name for name, (there, here) in pairs.items() if there != here]:
        found.fault(f"{_name(booked)}: not booked as instructed; different: {', '.join(different)}")


def _name(booked: Booked) -> str:
    return f"move {booked.done.reference} of instruction {booked.move.instruction}"


def _find_unbooked(journal: Connection, sides: Sides, found: Reconciliation) -> None:
    """Name the transfers that succeeded here and that the core does not tell of."""
    told = len(found.faults) + found.more
    key: Key = ("", "", 0)
    while rows := journal.execute(_SUCCEEDED, dict(zip(("customer", "request", "row"), key, strict=True))).all():
        ids = [(instruction(row.customer_id, row.request_id, row.row), STEP) for row in rows]
        for row, answer in zip(rows, sides.core(partial(_ask, ids)), strict=True):
            if not isinstance(answer, Done):
                word = type(answer).__name__
                of = f"request {row.request_id}{f' row {row.row}' if row.row else ''} of customer {row.customer_id}"
                found.fault(f"{of}: succeeded, the core says {word}")
        key = (rows[-1].customer_id, rows[-1].request_id, rows[-1].row)
    if len(found.faults) + found.more == told:
        missing = found.succeeded - found.booked
        found.fault(f"the core tells of {missing} transfers that its book does not list")
