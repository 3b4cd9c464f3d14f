"""Numbered cases (疑账), as bank staff see and close them: with evidence, and a final word where one was missing."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.administration.change import AdminError
from gateway.domain.calendar import SHANGHAI, instant
from gateway.domain.hearing import CaseKind
from gateway.domain.leg import LegState
from gateway.domain.matter import MatterKey
from gateway.journal import cases, clearing, record
from gateway.journal.clearing import StaffWord

CASES_MAX: Final = 500
EVIDENCE_CHARS: Final = range(10, 2_001)
"""How much must, and may, be said for evidence."""
WORDS: Final = {"succeeded": LegState.GOOD, "failed": LegState.BAD}
"""What staff may say of a payment of which the clearing side says nothing final."""
_WAITING: Final = frozenset({CaseKind.UNANSWERED, CaseKind.AMOUNT, CaseKind.STATUS, CaseKind.DISCARDED})
"""Kinds of cases whose payment may wait for a final word."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is listed; `amount` in fen, times in Shanghai."""

    number: int
    kind: str
    order: str | None
    tx_id: str
    amount: int | None
    what: str
    opened_at: str
    closed_at: str | None
    closed_by: str | None
    evidence: str | None


def list_cases(tx: Connection, *, closed: bool) -> list[CaseRow]:
    """The cases that are open, or those that were closed, the oldest first."""
    return [
        CaseRow(
            number=row.number,
            kind=row.kind,
            order=f"{row.customer_id}/{row.request_id}" if row.customer_id else None,
            tx_id=row.tx_id,
            amount=row.amount,
            what=row.what,
            opened_at=_told(row.opened_ms),
            closed_at=_told(row.closed_ms) if row.closed_ms else None,
            closed_by=row.closed_by,
            evidence=row.evidence,
        )
        for row in cases.listed(tx, closed=closed, most=CASES_MAX)
    ]


def close_case(
    tx: Connection,
    number: int,
    *,
    by: str,
    evidence: str,
    outcome: str | None = None,
    settled_on: date | None = None,
) -> None:
    """Close a case; with an `outcome` its payment ends so, and of one that succeeded it is said when it was settled.

    Raises AdminError where no such case is open, too little is said, or its payment does not wait for a final word.
    """
    if (outcome == "succeeded") is not (settled_on is not None):
        raise AdminError("the day of settlement is said of a payment that succeeded, and of no other")
    if len(evidence) not in EVIDENCE_CHARS:
        raise AdminError(f"evidence is {EVIDENCE_CHARS.start} to {EVIDENCE_CHARS.stop - 1} characters: what proves it?")
    moment, _ = record.site(tx)
    found = cases.find(tx, number)
    if found is None or not cases.close(tx, number, by=by, evidence=evidence, now_ms=moment.now_ms):
        raise AdminError(f"there is no open case {number}")
    if outcome is None:
        return
    word = StaffWord(number, found.tx_id, WORDS[outcome], settled_on)
    waiting = found.customer_id is not None and found.kind in _WAITING
    key = MatterKey(found.customer_id, found.request_id, found.row)
    if not waiting or not clearing.decided(tx, moment, key, word):
        raise AdminError(f"the payment of case {number} does not wait for a final word")


def _told(at_ms: int) -> str:
    return instant(at_ms).astimezone(SHANGHAI).isoformat(timespec="seconds")
