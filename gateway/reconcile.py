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

from core_adapter.core import (
    CLEARING_ACCOUNTS,
    FEE_ACCOUNT,
    SUSPENSE_ACCOUNT,
    Booked,
    Core,
    Declined,
    Done,
    Move,
    MoveKind,
    NotFound,
    Unknown,
)
from gateway.domain.facts import instruction
from gateway.domain.incoming import INSTRUCTION
from gateway.journal.faults import Found
from gateway.journal.legs import WITH_LEG
from gateway.journal.tables import CUSTOMER, INCOMING, LEG, TRANSFER
from gateway.services.steps import FEE, LATER, PRINCIPAL
from gateway.services.wiring import CREDIT
from protocol.money import format_amount

PAGE: Final = 500
STEP: Final = PRINCIPAL
"""The step of an in-bank transfer under its instruction; to another bank the principal is posted by a later one."""

_KEY: Final = tuple_(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row)
_BY_KEY: Final = (
    select(TRANSFER, LEG.c.channel, LEG.c.fee).select_from(WITH_LEG).where(_KEY.in_(bindparam("keys", expanding=True)))
)
_INCOMING_KEY: Final = tuple_(INCOMING.c.sender, INCOMING.c.message_id, INCOMING.c.tx_id)
_INCOMING: Final = (
    select(INCOMING, TRANSFER.c.payer_account.label("original_payer"))
    .select_from(
        INCOMING.outerjoin(
            TRANSFER,
            (TRANSFER.c.customer_id == INCOMING.c.of_customer)
            & (TRANSFER.c.request_id == INCOMING.c.of_request)
            & (TRANSFER.c.row == INCOMING.c.of_row),
        )
    )
    .where(_INCOMING_KEY.in_(bindparam("keys", expanding=True)))
)
_CREDITED: Final = select(func.count()).select_from(INCOMING).where(INCOMING.c.state != "new")
_TOTALS: Final = select(TRANSFER.c.state, func.count(), func.sum(TRANSFER.c.amount)).group_by(TRANSFER.c.state)
_SUCCEEDED: Final = (
    select(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row, TRANSFER.c.reference, LEG.c.channel)
    .select_from(WITH_LEG)
    .where(TRANSFER.c.state == "succeeded", tuple_(*map(bindparam, ("customer", "request", "row"))) < _KEY)
    .order_by(TRANSFER.c.customer_id, TRANSFER.c.request_id, TRANSFER.c.row)
    .limit(PAGE)
)
_CUSTOMERS: Final = select(CUSTOMER.c.customer_id).where(
    CUSTOMER.c.customer_id.in_(bindparam("customers", expanding=True))
)

Key = tuple[str, str, int]
"""Customer id, request id and row of a transfer."""
_PARTS: Final = {PRINCIPAL: PRINCIPAL, FEE: FEE, PRINCIPAL + LATER: PRINCIPAL, FEE + LATER: FEE}
"""Of what a step of a payment to another bank is: its principal or its fee."""
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
    `holds` counts the holds of ended payments that nothing ended; `credits` are those from other banks that the journal
    has dealt with, `credited` those of them that the book holds. `moves` is the whole book, `others` what in it is not
    of this gateway.
    """

    succeeded: int = 0
    failed: int = 0
    open: int = 0
    amount: int = 0
    booked: int = 0
    booked_amount: int = 0
    holds: int = 0
    credits: int = 0
    credited: int = 0
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
        if found.holds:
            found.fault(f"holds of payments that have ended, which the book neither posts nor voids: {found.holds}")
        if found.credits > found.credited:
            found.fault(f"credits from other banks that are not in the book: {found.credits - found.credited}")
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
    found.credits = journal.execute(_CREDITED).scalar_one()


def _compare_page(page: Sequence[Booked], journal: Connection, sides: Sides, found: Reconciliation) -> None:
    """Compare one page of the book; what the journal's moment does not know is looked up as of now."""
    found.moves += len(page)
    _compare_credits([booked for booked in page if booked.move.instruction.startswith(INSTRUCTION)], sides, found)
    ours = [(key, booked) for booked in page if (key := _key(booked.move)) is not None]
    found.others += sum(1 for booked in page if not booked.move.instruction.startswith(INSTRUCTION)) - len(ours)
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
    move, wanted = booked.move, _wanted(booked.move, row)
    if wanted is None:
        found.fault(f"{_name(booked)}: step {move.step}, a {move.kind}, which the journal does not know")
        return
    payee, amount, final = wanted
    pairs: Mapping[str, tuple[object, object]] = {
        "payer": (move.payer, row.payer_account),
        "payee": (move.payee, payee),
        "amount": (move.amount, amount),
        "currency": (move.currency, row.currency),
        "business date": (move.business_date.isoformat(), row.business_date),
    }
    if final and row.state == "succeeded":
        pairs = {**pairs, "reference": (booked.done.reference, row.reference)}
        if counted:
            found.booked += 1
            found.booked_amount += move.amount
    elif row.state == "entered" or (move.kind in (MoveKind.TRANSFER, MoveKind.POST) and row.state == "failed"):
        found.fault(f"{_name(booked)}: booked, but {row.state} in the journal")
    elif move.kind is MoveKind.VOID and row.state == "succeeded":
        found.fault(f"{_name(booked)}: voided, but succeeded in the journal")
    if counted and row.channel and row.state in ("succeeded", "failed"):
        found.holds += 1 if move.kind is MoveKind.HOLD else -1
    if different := [name for name, (there, here) in pairs.items() if there != here]:
        found.fault(f"{_name(booked)}: not booked as instructed; different: {', '.join(different)}")


def _wanted(move: Move, row: Any) -> tuple[str, int, bool] | None:
    """Payee and amount of a move as the journal would have it, and whether it is the one that ends its payment well.

    None for a move that such a payment has not.
    """
    if row.channel is None:
        right = (move.step, move.kind) == (STEP, MoveKind.TRANSFER)
        return (row.payee_account, row.amount, True) if right else None
    holds = move.step in (PRINCIPAL, FEE)
    if move.step not in _PARTS or holds is not (move.kind is MoveKind.HOLD) or move.kind is MoveKind.TRANSFER:
        return None
    if _PARTS[move.step] == FEE:
        return FEE_ACCOUNT[0], row.fee, False
    return CLEARING_ACCOUNTS[row.channel][0], row.amount, move.kind is MoveKind.POST


def _compare_credits(page: Sequence[Booked], sides: Sides, found: Reconciliation) -> None:
    """Compare credits from other banks; each was taken down before it was booked."""
    if not page:
        return
    keys = {booked: tuple(booked.move.instruction.removeprefix(INSTRUCTION).split("/")) for booked in page}
    with sides.reading() as now:
        rows = now.execute(_INCOMING, {"keys": sorted(set(keys.values()))})
        known = {(row.sender, row.message_id, row.tx_id): row for row in rows}
    for booked, (sender, message_id, tx_id) in keys.items():
        row = known.get((sender, message_id, tx_id))
        if row is None:
            found.fault(f"{_name(booked)}: booked, but the journal has no such credit")
            continue
        payee = (row.original_payer or row.payee_account) if booked.move.step == CREDIT else SUSPENSE_ACCOUNT[0]
        pairs: dict[str, tuple[object, object]] = {
            "payer": (booked.move.payer, CLEARING_ACCOUNTS[row.channel][0]),
            "payee": (booked.move.payee, payee),
            "amount": (booked.move.amount, row.amount),
            "currency": (booked.move.currency, "CNY"),
        }
        if row.state != "new":
            pairs["reference"] = (booked.done.reference, row.reference)
        if different := [name for name, (there, here) in pairs.items() if there != here]:
            found.fault(f"{_name(booked)}: not booked as the credit came; different: {', '.join(different)}")
        if row.state != "new":
            found.credited += 1
        if row.state != "new" and (row.state == "credited") is not (booked.move.step == CREDIT):
            found.fault(f"{_name(booked)}: booked by step {booked.move.step}, but {row.state} in the journal")


def _name(booked: Booked) -> str:
    return f"move {booked.done.reference} of instruction {booked.move.instruction}"


def _find_unbooked(journal: Connection, sides: Sides, found: Reconciliation) -> None:
    """Name the transfers that succeeded here and that the core does not tell of."""
    told = len(found.faults) + found.more
    key: Key = ("", "", 0)
    while rows := journal.execute(_SUCCEEDED, dict(zip(("customer", "request", "row"), key, strict=True))).all():
        ids = [
            (instruction(row.customer_id, row.request_id, row.row), STEP + (LATER if row.channel else 0))
            for row in rows
        ]
        for row, answer in zip(rows, sides.core(partial(_ask, ids)), strict=True):
            if not isinstance(answer, Done):
                word = type(answer).__name__
                of = f"request {row.request_id}{f' row {row.row}' if row.row else ''} of customer {row.customer_id}"
                found.fault(f"{of}: succeeded, the core says {word}")
        key = (rows[-1].customer_id, rows[-1].request_id, rows[-1].row)
    if len(found.faults) + found.more == told:
        missing = found.succeeded - found.booked
        found.fault(f"the core tells of {missing} transfers that its book does not list")
