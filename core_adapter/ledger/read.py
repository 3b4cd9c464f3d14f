"""The reads of the ledger: accounts, entries, the book in order; each sees one moment and locks nothing."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, bindparam, func, literal, select, union_all

from core_adapter.core import AccountLost, AccountStatus, Booked, CoreAccount, CoreEntry, Direction, Done
from core_adapter.database import among
from core_adapter.ledger.decide import instant, reference
from core_adapter.ledger.store import STANDING, record_of
from core_adapter.ledger.tables import ACCOUNT, MOVE, POSTING

_ACCOUNTS: Final = select(ACCOUNT, STANDING.label("standing")).where(among(ACCOUNT.c.number, "numbers"))
_STATUS: Final = select(STANDING).where(ACCOUNT.c.number == bindparam("account"))
_BOOK: Final = (
    select(MOVE)
    .where(MOVE.c.number > bindparam("after"), MOVE.c.outcome == literal("done", literal_execute=True))
    .order_by(MOVE.c.number)
    .limit(bindparam("most"))
)


def _side(direction: Direction) -> Select[Any]:
    """One side of the postings as entries of the account on that side, the earliest page of them."""
    mine, other = ("debit", "credit") if direction is Direction.DEBIT else ("credit", "debit")
    column: dict[str, Column[Any]] = dict(POSTING.c.items())
    sequence = column[f"{mine}_sequence"]
    request_id = MOVE.c.request_id if direction is Direction.DEBIT else literal("", literal_execute=True)
    page = (
        select(
            sequence.label("sequence"),
            literal(direction.value, literal_execute=True).label("direction"),
            POSTING.c.number,
            POSTING.c.amount,
            column[f"{mine}_balance"].label("balance_after"),
            func.coalesce(func.nullif(MOVE.c.outside_account, ""), ACCOUNT.c.number).label("counterparty_account"),
            func.coalesce(func.nullif(MOVE.c.outside_name, ""), ACCOUNT.c.name).label("counterparty_name"),
            MOVE.c.instruction,
            MOVE.c.booked_at,
            MOVE.c.business_date,
            MOVE.c.purpose,
            request_id.label("request_id"),
        )
        .join(MOVE, MOVE.c.number == POSTING.c.number)
        .join(ACCOUNT, ACCOUNT.c.number == column[f"{other}_account"])
        .where(
            column[f"{mine}_account"] == bindparam("account"),
            sequence > bindparam("after"),
            MOVE.c.business_date.between(bindparam("first"), bindparam("last")),
        )
        .order_by(sequence)
        .limit(bindparam("most"))
    )
    return select(page.subquery(f"{mine}s"))


_EVERY = union_all(_side(Direction.DEBIT), _side(Direction.CREDIT)).subquery("entries")
_ENTRIES: Final = select(_EVERY).order_by(_EVERY.c.sequence).limit(bindparam("most"))


def accounts(connection: Connection, numbers: Collection[str]) -> dict[str, CoreAccount]:
    """The accounts of these numbers; unknown ones are left out."""
    rows = connection.execute(_ACCOUNTS, {"numbers": list(numbers)})
    return {
        row.number: CoreAccount(
            row.number, row.name, row.currency, AccountStatus(row.standing), row.balance, row.balance - row.held
        )
        for row in rows
    }


def entries(
    connection: Connection, account: str, *, first: date, last: date, after: int, limit: int
) -> list[CoreEntry]:
    """A page of an account's entries by rising sequence; AccountLost for one under a loss report."""
    if connection.execute(_STATUS, {"account": account}).scalar() == AccountStatus.LOST:
        raise AccountLost("only the balance of an account under a loss report may be asked")
    rows = connection.execute(
        _ENTRIES, {"account": account, "first": first, "last": last, "after": after, "most": limit}
    )
    return [
        CoreEntry(
            account=account,
            sequence=row.sequence,
            reference=reference(row.business_date, row.number),
            instruction=row.instruction,
            booked_at=instant(row.booked_at),
            business_date=row.business_date,
            direction=Direction(row.direction),
            amount=row.amount,
            balance_after=row.balance_after,
            counterparty_account=row.counterparty_account,
            counterparty_name=row.counterparty_name,
            purpose=row.purpose,
            request_id=row.request_id,
        )
        for row in rows
    ]


def book(connection: Connection, after: int, limit: int) -> list[Booked]:
    """A page of the moves that were done, by rising number."""
    booked = []
    for row in connection.execute(_BOOK, {"after": after, "most": limit}):
        record = record_of(row)
        told = record.told()
        assert record.move is not None
        assert isinstance(told, Done)
        booked.append(Booked(record.number, record.move, told))
    return booked
