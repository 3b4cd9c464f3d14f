"""The statements of the ledger that run inside a writing transaction: lock, look up, write, each set-based.

It owns how values become rows and rows values; it decides nothing. The order of locks is fixed: accounts by rising
number, then the book, then moves. Every writer keeps it, so that no two of them wait for each other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, insert, select, update

from core_adapter.core import AccountStatus, Move, MoveKind
from core_adapter.database import DatabaseNow, among
from core_adapter.ledger.decide import Account, Outcome, Record
from core_adapter.ledger.tables import ACCOUNT, BOOK, MOVE, POSTING
from protocol.codes import Code

_LOCK_ACCOUNTS: Final = (
    select(ACCOUNT).where(among(ACCOUNT.c.number, "numbers")).order_by(ACCOUNT.c.number).with_for_update(key_share=True)
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
_NEW_MOVE: Final = insert(MOVE)
_NEW_POSTING: Final = insert(POSTING)
_CHANGE_ACCOUNT: Final = (
    update(ACCOUNT)
    .where(ACCOUNT.c.number == bindparam("changed"))
    .values(balance=bindparam("balance"), held=bindparam("held"), sequence=bindparam("sequence"))
)

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
    connection.execute(_NEW_MOVE, [_move_row(record) for record in records])
    postings = [_posting_row(record) for record in records if record.posting is not None]
    if postings:
        connection.execute(_NEW_POSTING, postings)


def change_accounts(connection: Connection, accounts: Iterable[Account]) -> None:
    """Write back the accounts that a batch changed; each must be locked."""
    rows = [
        {"changed": account.number, "balance": account.balance, "held": account.held, "sequence": account.sequence}
        for account in accounts
        if account.changed
    ]
    if rows:
        connection.execute(_CHANGE_ACCOUNT, rows)


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
        )
    reasons = tuple(Code(word) for word in row.reasons.split())
    return Record(row.instruction, row.step, outcome, move, reasons, None, row.number, row.booked_at)


def _move_row(record: Record) -> dict[str, Any]:
    move = record.move
    row = {
        "number": record.number,
        "instruction": record.instruction,
        "step": record.step,
        "outcome": record.outcome,
        "reasons": " ".join(record.reasons),
        "booked_at": record.booked_at,
        "asked": 0,
    }
    if move is None:
        return row
    return row | {
        "kind": move.kind,
        "payer": move.payer,
        "payee": move.payee,
        "payee_name": move.payee_name,
        "amount": move.amount,
        "currency": move.currency,
        "business_date": move.business_date,
        "purpose": move.purpose,
        "request_id": move.request_id,
        "hold_step": move.hold_step,
    }


def _posting_row(record: Record) -> dict[str, Any]:
    posting, move = record.posting, record.move
    assert posting is not None
    assert move is not None
    return {
        "number": record.number,
        "debit_account": posting.debit_account,
        "debit_sequence": posting.debit_sequence,
        "debit_balance": posting.debit_balance,
        "credit_account": posting.credit_account,
        "credit_sequence": posting.credit_sequence,
        "credit_balance": posting.credit_balance,
        "amount": move.amount,
    }
