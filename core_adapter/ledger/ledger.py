"""The embedded ledger: a core of its own over a database of its own, and its administration.

It joins deciding (`decide`) with statements (`store`, `read`, `check`) and says what failures mean; it knows nothing
of the gateway. Each batch is one transaction: lock the accounts, look up the instructions, decide in memory, write,
commit. A `Ledger` keeps no state but its engine, so threads may share one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, bindparam, case, insert, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core_adapter.core import (
    ENTRIES_MAX,
    MOVES_MAX,
    AccountStatus,
    Booked,
    CoreAccount,
    CoreEntry,
    CoreUnavailable,
    Declined,
    Done,
    Move,
    MoveKind,
    NotFound,
    Unknown,
)
from core_adapter.database import CommitUnknown, DatabaseNow, check_version, open_engine, reading, transact
from core_adapter.ledger import read, store
from core_adapter.ledger.check import check
from core_adapter.ledger.decide import Batch, Outcome, Record
from core_adapter.ledger.tables import ACCOUNT, INTERNAL_PREFIX

MIGRATIONS: Final = "core_adapter.ledger.migrations"
"""The package to hand to `database.migrate` and `database.check_version`."""

_UNREACHED: Final = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
_NEW_ACCOUNT: Final = insert(ACCOUNT)
LOSS_REPORT_HOURS: Final = 120
"""How long an oral loss report (口头挂失) holds before it is over by itself (R4.27, O13)."""

_SET_STATUS: Final = (
    update(ACCOUNT)
    .where(ACCOUNT.c.number == bindparam("account"))
    .values(
        status=bindparam("status"),
        lost_until=case((bindparam("status") == "lost", DatabaseNow() + LOSS_REPORT_HOURS * 3_600_000), else_=None),
    )
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open, with its opening balance in fen."""

    number: str
    name: str
    currency: str = "CNY"
    status: AccountStatus = AccountStatus.NORMAL
    opening: int = 0


class AccountRefused(ValueError):
    """An account cannot be opened or set as asked; the text says which and why."""


def open_ledger(url: str, *, schema: str | None = None) -> "Ledger":
    """Open the ledger of a database whose schema is of the right version; raises SchemaMismatch and CoreUnavailable."""
    ledger = Ledger(open_engine(url, schema=schema))
    with ledger.unavailable():
        check_version(ledger.engine, MIGRATIONS)
    return ledger


class Ledger:
    """The core interface over a database: see `core.Core` for what each call promises."""

    def __init__(self, engine: Engine) -> None:
        """Work on `engine`, whose schema was migrated (`MIGRATIONS`); nothing is connected yet."""
        self.engine = engine

    def move(self, moves: Sequence[Move]) -> list[Done | Declined | Unknown]:
        """Do a batch in one commit; if nobody knows whether it took place, every answer is Unknown."""
        _bounded(len(moves), MOVES_MAX)
        if not moves:
            return []
        try:
            records = self._write(lambda connection: _move(connection, moves))
        except CommitUnknown:
            return [Unknown() for _ in moves]
        return [_answer(record) for record in records]

    def ask(self, ids: Sequence[tuple[str, int]], *, fence: bool = False) -> list[Done | Declined | Unknown | NotFound]:
        """Tell stored outcomes, each touched by a new commit first; a fence is a record of its own under the id."""
        _bounded(len(ids), MOVES_MAX)
        if not ids:
            return []
        try:
            known = self._write(lambda connection: _ask(connection, ids, fence=fence))
        except CommitUnknown:
            return [Unknown() for _ in ids]
        return [known[each].told() if each in known else NotFound() for each in ids]

    def accounts(self, numbers: Collection[str]) -> dict[str, CoreAccount]:
        """Accounts by number, all as of one moment."""
        with self._read() as connection:
            return read.accounts(connection, numbers)

    def entries(self, account: str, first: date, last: date, *, after: int, limit: int) -> list[CoreEntry]:
        """A page of an account's entries."""
        _bounded(limit, ENTRIES_MAX)
        with self._read() as connection:
            return read.entries(connection, account, first=first, last=last, after=after, limit=limit)

    def book(self, after: int, limit: int) -> list[Booked]:
        """A page of the moves done."""
        _bounded(limit, ENTRIES_MAX)
        with self._read() as connection:
            return read.book(connection, after, limit)

    def check(self) -> list[str]:
        """Recompute the whole book and compare; see `core_adapter.ledger.check`."""
        with self._read() as connection:
            return check(connection)

    def close(self) -> None:
        """Close the engine's connections."""
        self.engine.dispose()

    def open_accounts(
        self, accounts: Sequence[NewAccount], business_date: date, *, purpose: str = "期初余额 Opening balance"
    ) -> None:
        """Open accounts in one commit; opening balances are postings from the bank's equity, so all sums to 0.

        Raises AccountRefused when one exists or could not be (nothing is opened then), CommitUnknown, CoreUnavailable.
        """
        self._write(lambda connection: _open_accounts(connection, accounts, business_date, purpose))

    def set_status(self, number: str, status: AccountStatus) -> None:
        """Set an account's status; money that is held stays held, and its posts and voids go through.

        A loss report begins now, also for an account that has one, and ends by itself after `LOSS_REPORT_HOURS`.
        Only an account with nothing on it and nothing held may be closed, and a closed one stays closed:
        AccountRefused otherwise, and for an unknown number. Raises CommitUnknown and CoreUnavailable.
        """
        self._write(lambda connection: _set_status(connection, number, status))

    @contextmanager
    def unavailable(self) -> Iterator[None]:
        """Turn a database that cannot be reached or cannot work into CoreUnavailable."""
        try:
            yield
        except _UNREACHED as error:
            raise CoreUnavailable(f"the ledger's database cannot answer: {type(error.__cause__).__name__}") from error

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self.unavailable():
            return transact(self.engine, work)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self.unavailable(), reading(self.engine) as connection:
            yield connection


def _bounded(count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"{count} in one call, at most {most} may be")


def _move(connection: Connection, moves: Sequence[Move]) -> list[Record]:
    accounts = store.lock_accounts(connection, [number for move in moves for number in (move.payer, move.payee)])
    batch = Batch(accounts, store.find_moves(connection, [move.instruction for move in moves]))
    records = batch.decide(moves)
    if batch.fresh:
        store.add_records(connection, batch.fresh)
        store.change_accounts(connection, accounts.values())
    store.tell_again(connection, batch.repeated)
    return records


def _answer(record: Record) -> Done | Declined:
    told = record.told()
    assert not isinstance(told, NotFound), "a fenced id is declined when it is moved"
    return told


def _ask(connection: Connection, ids: Sequence[tuple[str, int]], *, fence: bool) -> store.Known:
    if fence:
        store.take_numbers(connection, 0)  # locks the book: no writer can add one of these ids from here on
    wanted = set(ids)
    known = store.find_moves(connection, [instruction for instruction, _step in ids])
    store.tell_again(connection, [record.number for key, record in known.items() if key in wanted])
    missing = [Record(*each, Outcome.FENCED) for each in dict.fromkeys(ids) if each not in known] if fence else []
    if missing:
        store.add_records(connection, missing)
    return known | {(record.instruction, record.step): record for record in missing}


def _open_accounts(connection: Connection, accounts: Sequence[NewAccount], business_date: date, purpose: str) -> None:
    equities = {new.currency: f"{INTERNAL_PREFIX}EQUITY-{new.currency}" for new in accounts if new.opening}
    if not accounts:
        return
    present = store.lock_accounts(connection, [*(new.number for new in accounts), *equities.values()])
    opened = {new.number: new for new in accounts}
    if taken := sorted(opened.keys() & present.keys()):
        raise AccountRefused(f"open already: {', '.join(taken)}")
    if len(opened) < len(accounts):
        raise AccountRefused("an account number stands twice in the list")
    if wrong := sorted(new.number for new in accounts if new.opening < 0 or (new.opening and _closed(new))):
        raise AccountRefused(f"no such opening balance may be: {', '.join(wrong)}")
    makers = [NewAccount(number, "Equity", currency) for currency, number in equities.items() if number not in present]
    connection.execute(_NEW_ACCOUNT, [_account_row(new) for new in (*makers, *accounts)])
    openings = [_opening(new, equities[new.currency], business_date, purpose) for new in accounts if new.opening]
    if barren := [record for record in _move(connection, openings) if record.outcome is not Outcome.DONE]:
        raise AccountRefused(f"{len(barren)} opening balances cannot be booked: is a name empty?")
    barred = [
        {"account": new.number, "status": new.status} for new in accounts if new.status is not AccountStatus.NORMAL
    ]
    if barred:
        connection.execute(_SET_STATUS, barred)


def _closed(new: NewAccount) -> bool:
    return new.status is AccountStatus.CLOSED


def _account_row(new: NewAccount) -> dict[str, str | int]:
    return {
        "number": new.number,
        "name": new.name,
        "currency": new.currency,
        "status": AccountStatus.NORMAL,
        "balance": 0,
        "held": 0,
        "sequence": 0,
    }


def _opening(new: NewAccount, equity: str, business_date: date, purpose: str) -> Move:
    return Move(
        instruction=f"{INTERNAL_PREFIX}opening {new.number}",
        step=0,
        kind=MoveKind.TRANSFER,
        payer=equity,
        payee=new.number,
        payee_name=new.name,
        amount=new.opening,
        currency=new.currency,
        business_date=business_date,
        purpose=purpose,
    )


def _set_status(connection: Connection, number: str, status: AccountStatus) -> None:
    account = store.lock_accounts(connection, [number]).get(number)
    if account is None:
        raise AccountRefused(f"no account {number}")
    if account.status is AccountStatus.CLOSED and status is not AccountStatus.CLOSED:
        raise AccountRefused(f"account {number} is closed for good")
    if status is AccountStatus.CLOSED and (account.balance or account.held):
        raise AccountRefused(f"account {number} still has money on it or held")
    connection.execute(_SET_STATUS, {"account": number, "status": status})
