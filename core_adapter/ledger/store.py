"""The statements of the ledger that run inside a writing transaction: lock, look up, write, each set-based.

It owns how values become rows and rows values; it decides nothing. The order of locks is fixed: accounts by rising
number, then the book, then moves. Every writer keeps it, so that no two of them wait for each other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, select, update

from core_adapter.bulk import BulkInsert, BulkUpdate
from core_adapter.bulk import Row as BulkRow
from core_adapter.core import AccountStatus, Move, MoveKind
from core_adapter.database import DatabaseNow, among
from core_adapter.ledger.decide import Account, Outcome, Record
from core_adapter.ledger.tables import ACCOUNT, BOOK, MOVE, POSTING
from protocol.codes import Code

STANDING: Final = case(
    ((ACCOUNT.c.status == "lost") & (ACCOUNT.c.lost_until <= DatabaseNow()), "normal"), else_=ACCOUNT.c.status
)
"""The status of an account now: a loss report that has come to its end is over, whoever looks (R4.27)."""

_LOCK_ACCOUNTS: Final = (
    select(
        ACCOUNT.c.number,
        ACCOUNT.c.name,
        ACCOUNT.c.currency,
        STANDING,
        ACCOUNT.c.balance,
        ACCOUNT.c.held,
        ACCOUNT.c.sequence,
    )
    .where(among(ACCOUNT.c.number, "numbers"))
    .order_by(ACCOUNT.c.number)
    .with_for_update(key_share=True)
)
_MOVES: Final = select(MOVE).where(among(MOVE.c.instruction, "instructions"))
_TAKE_NUMBERS: Final = (
    update(BOOK)
    .values(
        number=BOOK.c.number + bindparam("count"),
        booked_at=case((BOOK.c.booked_at > DatabaseNow(), BOOK.c.booked_at), else_=DatabaseNow()),
    )
    .returning(BOOK.c.number, BOOK.c.booked_at)
)
_TELL_AGAIN: Final = update(MOVE).where(MOVE.c.number == bindparam("told")).values(asked=MOVE.c.asked + 1)
_NEW_MOVE: Final = BulkInsert(
    MOVE,
    (
        *("number", "instruction", "step", "outcome", "reasons", "booked_at", "asked"),
        *("kind", "payer", "payee", "payee_name", "amount", "currency", "business_date", "purpose", "request_id"),
        *("hold_step", "outside_account", "outside_name"),
    ),
)
_NEW_POSTING: Final = BulkInsert(
    POSTING,
    (
        *("number", "debit_account", "debit_sequence", "debit_balance"),
        *("credit_account", "credit_sequence", "credit_balance", "amount"),
    ),
)
_CHANGE_ACCOUNT: Final = BulkUpdate(ACCOUNT, ["number"], ["balance", "held", "sequence"])

_NO_CONTENT: Final = (None,) * 12

Known = dict[tuple[str, int], Record]


def lock_accounts(connection: Connection, numbers: Iterable[str]) -> dict[str, Account]:
    """Lock and read these accounts, by rising number; unknown ones are left out."""
    rows = connection.execute(_LOCK_ACCOUNTS, {"numbers": list(set(numbers))})
    return {
        number: Account(number, name, currency, AccountStatus(status), balance, held, sequence)
        for number, name, currency, status, balance, held, sequence in rows
    }


def find_moves(connection: Connection, instructions: Iterable[str]) -> Known:
    """Every record of these instructions, all their steps."""
    rows = connection.execute(_MOVES, {"instructions": list(set(instructions))})
    return {(row.instruction, row.step): record_of(row) for row in rows}


def take_numbers(connection: Connection, count: int) -> tuple[int, int]:
    """Lock the book and take `count` numbers; the first of them, and the time of booking, which never goes back."""
    last, booked_at = connection.execute(_TAKE_NUMBERS, {"count": count}).one()
    return last - count + 1, booked_at


def add_records(connection: Connection, records: Sequence[Record]) -> None:
    """Number and store new records with their postings; at least one."""
    first, booked_at = take_numbers(connection, len(records))
    for number, record in enumerate(records, first):
        record.number = number
        record.booked_at = booked_at
    _NEW_MOVE.run(connection, [_move_row(record) for record in records])
    _NEW_POSTING.run(connection, [_posting_row(record) for record in records if record.posting is not None])


def change_accounts(connection: Connection, accounts: Iterable[Account]) -> None:
    """Write back the accounts that a batch changed; each must be locked."""
    changed = [account for account in accounts if account.changed]
    _CHANGE_ACCOUNT.run(connection, [(each.balance, each.held, each.sequence, each.number) for each in changed])


def tell_again(connection: Connection, numbers: Iterable[int]) -> None:
    """Note that stored outcomes are told again, which makes the telling as durable as this commit."""
    rows = [{"told": number} for number in sorted(set(numbers))]
    if rows:
        connection.execute(_TELL_AGAIN, rows)


def record_of(row: Row[Any]) -> Record:
    """A record from a whole row of the moves table."""
    outcome = Outcome(row.outcome)
    move = None
    if outcome is not Outcome.FENCED:
        move = Move(
            instruction=row.instruction,
            step=row.step,
            kind=MoveKind(row.kind),
            payer=row.payer,
            payee=row.payee,
            payee_name=row.payee_name,
            amount=row.amount,
            currency=row.currency,
            business_date=row.business_date,
            purpose=row.purpose,
            request_id=row.request_id,
            hold_step=row.hold_step,
            outside_account=row.outside_account or "",
            outside_name=row.outside_name or "",
        )
    reasons = tuple(Code(word) for word in row.reasons.split())
    return Record(row.instruction, row.step, outcome, move, reasons, None, row.number, row.booked_at)


def _move_row(record: Record) -> BulkRow:
    stored = (
        record.number,
        record.instruction,
        record.step,
        record.outcome.value,
        " ".join(record.reasons),
        record.booked_at,
        0,
    )
    return stored + (_NO_CONTENT if record.move is None else _content(record.move))


def _content(move: Move) -> BulkRow:
    return (
        move.kind.value,
        move.payer,
        move.payee,
        move.payee_name,
        move.amount,
        move.currency,
        move.business_date.isoformat(),
        move.purpose,
        move.request_id,
        move.hold_step,
        move.outside_account,
        move.outside_name,
    )


def _posting_row(record: Record) -> BulkRow:
    posting, move = record.posting, record.move
    assert posting is not None
    assert move is not None
    return (
        record.number,
        posting.debit_account,
        posting.debit_sequence,
        posting.debit_balance,
        posting.credit_account,
        posting.credit_sequence,
        posting.credit_balance,
        move.amount,
    )
