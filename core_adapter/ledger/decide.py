"""Deciding moves in memory, one after the other: pure, without database or clock.

Order of decision: a known id is answered before any rule (equal content: the stored outcome; other content:
MoveConflict; fenced: declined). Then the rules of the kind, all reasons at once in the order of `core.DECLINE_ORDER`.
- TRANSFER and HOLD ask for two NORMAL accounts, the payee's name, the currency, and `available` of at least the
  amount, so an account may be brought to exactly zero. A HOLD takes it from `available`, a TRANSFER from `balance` too.
- POST and VOID resolve a hold once; the one that comes second is declined. They are never declined for a status or a
  balance, for held money is promised already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from core_adapter.core import AccountStatus, Declined, Done, Move, MoveConflict, MoveKind, NotFound
from core_adapter.ledger.tables import INTERNAL_PREFIX
from core_adapter.reasons import in_order, payee_reasons, payer_reasons
from protocol.codes import Code

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """What became of an id, as stored; FENCED means that nothing came of it and nothing ever will."""

    DONE = "done"
    DECLINED = "declined"
    FENCED = "fenced"


@dataclass(slots=True)
class Account:
    """An account while a batch is decided: `balance` and `held` in fen, `sequence` of its latest entry."""

    number: str
    name: str
    currency: str
    status: AccountStatus
    balance: int
    held: int
    sequence: int
    changed: bool = False

    @property
    def available(self) -> int:
        """What may be spent, in fen."""
        return self.balance - self.held

    @property
    def internal(self) -> bool:
        """Whether the account is the bank's own, which may go below zero."""
        return self.number.startswith(INTERNAL_PREFIX)


@dataclass(slots=True)
class Posting:
    """The two sides of moved money: each account with its sequence and its balance after (fen)."""

    debit_account: str
    debit_sequence: int
    debit_balance: int
    credit_account: str
    credit_sequence: int
    credit_balance: int


@dataclass(slots=True)
class Record:
    """A move with its outcome; a new one gets its number and time (ms since 1970) when it is written."""

    instruction: str
    step: int
    outcome: Outcome
    move: Move | None = None
    reasons: tuple[Code, ...] = ()
    posting: Posting | None = None
    number: int = 0
    booked_at: int = 0

    def told(self) -> Done | Declined | NotFound:
        """The outcome as a caller is told it who asks by id."""
        match self.outcome:
            case Outcome.DONE:
                assert self.move is not None
                return Done(reference(self.move.business_date, self.number), instant(self.booked_at))
            case Outcome.DECLINED:
                return Declined(self.reasons)
            case Outcome.FENCED:
                return NotFound(fenced=True)


@dataclass(slots=True)
class Batch:
    """Everything a batch of moves is decided on, and what was decided.

    `accounts` are those the moves name, `known` the records of their instructions; both change as moves are decided.
    `fresh` holds the new records in order, `repeated` the numbers of stored ones that were met again.
    """

    accounts: Mapping[str, Account]
    known: dict[tuple[str, int], Record]
    resolved: set[tuple[str, int]] = field(init=False)
    fresh: list[Record] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the holds that were posted or voided already."""
        self.resolved = {
            (record.instruction, record.move.hold_step)
            for record in self.known.values()
            if record.move is not None and record.move.hold_step is not None and record.outcome is Outcome.DONE
        }

    def decide(self, moves: Iterable[Move]) -> list[Record]:
        """Decide each move in turn, every one on what those before it left; MoveConflict decides none."""
        return [self._known(move) or self._new(move) for move in moves]

    def _known(self, move: Move) -> Record | None:
        record = self.known.get((move.instruction, move.step))
        if record is None:
            return None
        if record.move is not None and record.move != move:
            raise MoveConflict(move.instruction, move.step, "was sent before with other content")
        if record.number:
            self.repeated.append(record.number)
        if record.move is None:
            return Record(move.instruction, move.step, Outcome.DECLINED, move, (Code.REQUEST_ID_FENCED,))
        return record

    def _new(self, move: Move) -> Record:
        if move.kind is MoveKind.POST or move.kind is MoveKind.VOID:
            reasons = self._resolve(move)
        else:
            reasons = self._reasons(move)
        record = Record(move.instruction, move.step, Outcome.DECLINED if reasons else Outcome.DONE, move, reasons)
        if not reasons:
            record.posting = self._apply(move)
        self.known[move.instruction, move.step] = record
        self.fresh.append(record)
        return record

    def _reasons(self, move: Move) -> tuple[Code, ...]:
        """Why a transfer or hold may not be done, in the documented order; empty when it may."""
        payer, payee = self.accounts.get(move.payer), self.accounts.get(move.payee)
        reasons = payer_reasons(payer, move.amount, move.currency, overdrawn=payer is not None and payer.internal)
        reasons += payee_reasons(payee, move.payee_name, move.currency)
        if move.payer == move.payee:
            reasons.append(Code.SAME_ACCOUNT)
        return in_order(reasons)

    def _resolve(self, move: Move) -> tuple[Code, ...]:
        """Close the hold that a post or void names, or say that another move did; MoveConflict when none stands."""
        assert move.hold_step is not None
        hold = self.known.get((move.instruction, move.hold_step))
        if hold is None or hold.move is None or hold.move.kind is not MoveKind.HOLD or hold.outcome is not Outcome.DONE:
            raise MoveConflict(move.instruction, move.step, f"step {move.hold_step} is not a hold that stands")
        if _sides(hold.move) != _sides(move):
            raise MoveConflict(move.instruction, move.step, f"does not repeat its hold, step {move.hold_step}")
        if (move.instruction, move.hold_step) in self.resolved:
            return (Code.REQUEST_ID_FENCED,)
        self.resolved.add((move.instruction, move.hold_step))
        return ()

    def _apply(self, move: Move) -> Posting | None:
        """Change the accounts by a move that may be done; its posting if money moved."""
        payer, payee = self.accounts[move.payer], self.accounts[move.payee]
        payer.changed = True
        if move.kind is MoveKind.HOLD:
            payer.held += move.amount
            return None
        if move.kind is not MoveKind.TRANSFER:
            payer.held -= move.amount
        if move.kind is MoveKind.VOID:
            return None
        payee.changed = True
        payer.balance -= move.amount
        payee.balance += move.amount
        payer.sequence += 1
        payee.sequence += 1
        return Posting(payer.number, payer.sequence, payer.balance, payee.number, payee.sequence, payee.balance)


def reference(business_date: date, number: int) -> str:
    """The core's journal number as people read it: the business date and the move's number, unique by the latter."""
    return f"{_day(business_date)}{number:010d}"


@lru_cache(maxsize=64)
def _day(business_date: date) -> str:
    return f"{business_date:%Y%m%d}"


@lru_cache(maxsize=64)
def instant(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware UTC time, exactly."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _sides(move: Move) -> tuple[str, str, int, str]:
    return move.payer, move.payee, move.amount, move.currency
