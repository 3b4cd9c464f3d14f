"""The tables of the straightforward service as ORM classes, and how its database is opened and filled."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

BUSY_SECONDS = 20


class Base(DeclarativeBase):
    """All tables of the service."""


class Operator(Base):
    """Who may sign, with the certificate (DER) to verify against."""

    __tablename__ = "operator"
    customer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    operator_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)


class Account(Base):
    """An account; `customer_id` names who may pay from it, `balance` is in fen and never below zero."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("balance >= 0"),)
    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(8))
    balance: Mapped[int] = mapped_column(BigInteger)


class Transfer(Base):
    """A request id that was used, with what it asked for, what became of it, and the reply that was sent."""

    __tablename__ = "transfer"
    customer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    operator_id: Mapped[str] = mapped_column(String(32))
    body_digest: Mapped[bytes] = mapped_column(LargeBinary)
    payer_account: Mapped[str] = mapped_column(String(32))
    payee_account: Mapped[str] = mapped_column(String(32))
    payee_name: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    purpose: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(40))
    business_date: Mapped[date]
    received_at: Mapped[datetime]
    reply: Mapped[bytes] = mapped_column(LargeBinary)


class Entry(Base):
    """One side of a posting: the amount in fen (negative for a debit) and the balance after it."""

    __tablename__ = "entry"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "request_id"], ["transfer.customer_id", "transfer.request_id"]),
    )
    customer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.number"), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)


class Message(Base):
    """The exact bytes of a verified message and of its reply."""

    __tablename__ = "message"
    message_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    way: Mapped[str] = mapped_column(String(3), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(32))
    request_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Seed:
    """What a fresh database holds."""

    operators: Sequence[Operator]
    accounts: Sequence[Account]


def open_engine(url: str) -> Engine:
    """An engine as the usual advice sets it up; SQLite with WAL, full durability and immediate transactions."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_size=8, max_overflow=0)


def _set_up_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # SQLAlchemy says BEGIN itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def make_database(url: str, seed: Seed) -> None:
    """Create the tables and fill them."""
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all([*seed.operators, *seed.accounts])
    engine.dispose()


def balances_agree(url: str, seeded: dict[str, int]) -> bool:
    """Whether every balance is what was seeded plus its entries: no update was lost."""
    engine = open_engine(url)
    with Session(engine) as session:
        found = {account.number: account.balance for account in session.query(Account)}
        for account, amount in session.query(Entry.account, Entry.amount):
            found[account] -= amount
    engine.dispose()
    return found == seeded
