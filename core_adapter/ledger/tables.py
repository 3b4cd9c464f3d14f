"""The tables of the embedded ledger and who may do what with them; they know no rule of business.

A posting debits one account and credits another by one amount, so the book balances by construction. Each side carries
the account's own sequence and the balance after it. Accounts whose number begins with ``#`` belong to the bank
(equity, clearing) and may go below zero; no number a customer can write begins so. Money is in fen, times are
milliseconds since 1970 (UTC) of the database's clock. Written in the migrations are triggers, which refuse to edit or
delete postings and moves, and the view `entry`, which shows each posting as either account sees it.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

INTERNAL_PREFIX: Final = "#"
"""First character of the bank's own accounts, which may go below zero."""

METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_key",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_known",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

_NUMBER: Final = BigInteger().with_variant(
    Integer(), "sqlite"
)  # INTEGER keys are SQLite's row ids: appended, not sorted

ACCOUNT: Final = Table(
    "account",
    METADATA,
    Column("number", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String(6), nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("lost_until", BigInteger),
    CheckConstraint("status IN ('normal', 'lost', 'frozen', 'closed')", name="status_listed"),
    CheckConstraint("held >= 0", name="held_not_negative"),
    CheckConstraint("balance >= held OR number LIKE '#%'", name="available_not_negative"),
    CheckConstraint("sequence >= 0", name="sequence_not_negative"),
    sqlite_with_rowid=False,
)
"""Accounts: `balance` and `held` in fen, `sequence` the number of the latest entry.

`lost_until` is when the loss report of a lost account ends by itself; the account is then as good as normal (R4.27).
"""

BOOK: Final = Table(
    "book",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""One row: the latest move's number and time. Locking it puts moves in the order of their commits."""

MOVE: Final = Table(
    "move",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("instruction", String(80), nullable=False),
    Column("step", Integer, nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("kind", String(8)),
    Column("payer", String(40)),
    Column("payee", String(40)),
    Column("payee_name", String(200)),
    Column("amount", BigInteger),
    Column("currency", String(3)),
    Column("business_date", Date),
    Column("purpose", String(400)),
    Column("request_id", String(32)),
    Column("hold_step", Integer),
    Column("outside_account", String(40)),
    Column("outside_name", String(200)),
    UniqueConstraint("instruction", "step"),
    CheckConstraint("outcome IN ('done', 'declined', 'fenced')", name="outcome_listed"),
    CheckConstraint("(outcome = 'fenced') = (kind IS NULL)", name="fenced_is_empty"),
    CheckConstraint("kind IS NULL OR kind IN ('transfer', 'hold', 'post', 'void')", name="kind_listed"),
    CheckConstraint("kind IS NULL OR amount > 0", name="amount_positive"),
    CheckConstraint("number > 0", name="number_positive"),
)
"""Every move ever asked, with its outcome for ever. `asked` counts how often the outcome was told again: writing it
makes the telling as durable as a new commit. A fenced id has no content."""

Index(
    "move_hold_resolved_once",
    MOVE.c.instruction,
    MOVE.c.hold_step,
    unique=True,
    postgresql_where=text("outcome = 'done' AND hold_step IS NOT NULL"),
    sqlite_where=text("outcome = 'done' AND hold_step IS NOT NULL"),
)

POSTING: Final = Table(
    "posting",
    METADATA,
    Column("number", _NUMBER, ForeignKey("move.number"), primary_key=True, autoincrement=False),
    Column("debit_account", String(40), ForeignKey("account.number"), nullable=False),
    Column("debit_sequence", BigInteger, nullable=False),
    Column("debit_balance", BigInteger, nullable=False),
    Column("credit_account", String(40), ForeignKey("account.number"), nullable=False),
    Column("credit_sequence", BigInteger, nullable=False),
    Column("credit_balance", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    UniqueConstraint("debit_account", "debit_sequence"),
    UniqueConstraint("credit_account", "credit_sequence"),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    CheckConstraint("debit_sequence > 0 AND credit_sequence > 0", name="sequence_positive"),
)
"""Postings, never edited or deleted: what was moved, under the number of its move."""

APPLICATION_PRIVILEGES: Final = {
    ACCOUNT: "SELECT, INSERT, UPDATE (status, lost_until, balance, held, sequence)",
    BOOK: "SELECT, UPDATE (number, booked_at)",
    MOVE: "SELECT, INSERT, UPDATE (asked)",
    POSTING: "SELECT, INSERT",
}
"""All that a running ledger needs on PostgreSQL; the owner of the tables is for migrations only."""


def grant(connection: Connection, role: str, version_table: str) -> None:
    """Give a PostgreSQL role what a running ledger needs, and reading the version; SQLite has no roles: a no-op."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(role)}")
    connection.exec_driver_sql(f"GRANT SELECT ON {quote(version_table)} TO {quote(role)}")
    connection.exec_driver_sql(f"GRANT SELECT ON entry TO {quote(role)}")
    for table, privileges in APPLICATION_PRIVILEGES.items():
        connection.exec_driver_sql(f"GRANT {privileges} ON {quote(table.name)} TO {quote(role)}")
