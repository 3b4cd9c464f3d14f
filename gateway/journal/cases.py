"""Numbered cases (疑账) for bank staff: opening, listing and closing them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy import Row as ResultRow

from core_adapter.bulk import BulkInsert
from gateway.domain.hearing import CaseKind
from gateway.domain.matter import MatterKey
from gateway.journal.tables import CASE

_OPEN: Final = BulkInsert(CASE, ("kind", "customer_id", "request_id", "row", "tx_id", "amount", "what", "opened_ms"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What staff must look at: why, of which payment if it is of one, its id on the wire, its amount in fen."""

    kind: CaseKind
    tx_id: str
    what: str
    key: MatterKey | None = None
    amount: int | None = None


def open_cases(tx: Connection, cases: Iterable[Case], now_ms: int) -> None:
    """Open cases; of one kind there is no more than one open about one payment."""
    rows = []
    for case in cases:
        customer, request, row = case.key or (None, None, None)
        rows.append((case.kind.value, customer, request, row, case.tx_id, case.amount, case.what, now_ms))
    _OPEN.claim(tx, rows)


def listed(tx: Connection, *, closed: bool, most: int) -> Sequence[ResultRow[Any]]:
    """Cases that are open, or with `closed` those that are not, the oldest first."""
    which = CASE.c.closed_ms.isnot(None) if closed else CASE.c.closed_ms.is_(None)
    return tx.execute(select(CASE).where(which).order_by(CASE.c.number).limit(most)).all()


def find(tx: Connection, number: int) -> ResultRow[Any] | None:
    """The case with that number."""
    return tx.execute(select(CASE).where(CASE.c.number == number)).one_or_none()


def close(tx: Connection, number: int, *, by: str, evidence: str, now_ms: int) -> bool:
    """Close a case with the evidence for it; False where no such case is open."""
    change = (
        update(CASE)
        .where(CASE.c.number == number, CASE.c.closed_ms.is_(None))
        .values(closed_ms=now_ms, closed_by=by, evidence=evidence)
    )
    return tx.execute(change).rowcount == 1


def count(tx: Connection) -> int:
    """How many cases are open."""
    open_ones = select(func.count()).select_from(CASE).where(CASE.c.closed_ms.is_(None))
    return int(tx.execute(open_ones).scalar_one())
