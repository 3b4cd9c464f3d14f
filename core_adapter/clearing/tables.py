"""The tables of the centre's book; money in fen, times in milliseconds since 1970 (UTC), dates as ISO text.

Every credit is one row for ever, whoever sent it; what still has to be done stands in rows too, with the time it is
due, so that a process that dies at any moment is carried on by the next one. The view `flow` shows each settled credit
as either participant sees it; net positions are sums over it.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, String, Table, UniqueConstraint, text

VERSION: Final = 1
"""The version of these tables, kept in the row of `book`."""

METADATA: Final = MetaData()

BOOK: Final = Table(
    "book",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("bank", String(12), nullable=False),
    Column("centre", String(12), nullable=False),
    Column("credits", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("flow", Integer, nullable=False),
    Column("base", Integer),
    CheckConstraint("id = 1", name="book_one_row"),
)
"""One row: whose book it is, how many credits and messages of the centre were numbered, and the bank's settlement
account: `flow` is what HVPS brought less what it took (fen); `base` and `flow` are what stands on it, without a base
there is no limit."""

SYSTEM: Final = Table(
    "system",
    METADATA,
    Column("system", String(4), primary_key=True),
    Column("cleared_on", String(10), nullable=False),
    Column("put_into", String(11), nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("round_at", Integer),
)
"""How each system stands; `round_at` is when the netting round under way ends, NULL while nothing waits for one."""

CREDIT: Final = Table(
    "credit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sender", String(12), nullable=False),
    Column("message_id", String(16), nullable=False),
    Column("tx_id", String(16), nullable=False),
    Column("system", String(4), nullable=False),
    Column("priority", String(1), nullable=False),
    Column("kind", String(4), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("payer_account", String(32), nullable=False),
    Column("payer_name", String(200), nullable=False),
    Column("payer_bank", String(12), nullable=False),
    Column("payee_account", String(32), nullable=False),
    Column("payee_name", String(200), nullable=False),
    Column("payee_bank", String(12), nullable=False),
    Column("purpose", String(400), nullable=False),
    Column("end_to_end_id", String(40), nullable=False),
    Column("original_sender", String(12)),
    Column("original_message_id", String(16)),
    Column("original_tx_id", String(16)),
    Column("reason", String(4), nullable=False),
    Column("reason_text", String(105), nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("via", Integer, nullable=False),
    Column("status", String(4), nullable=False),
    Column("code", String(4), nullable=False),
    Column("text", String(105), nullable=False),
    Column("cleared_on", String(10), nullable=False),
    Column("round", String(6), nullable=False),
    Column("waits", String(6)),
    Column("returned_by", String(20), nullable=False),
    UniqueConstraint("message_id", "tx_id", "sender", name="credit_once"),
    CheckConstraint("amount > 0", name="credit_amount_positive"),
    CheckConstraint("status <> 'PR12' OR waits IS NOT NULL", name="credit_queued_for_something"),
)
"""Every credit ever booked; see `values.Entry`."""

Index("credit_under_way", CREDIT.c.system, CREDIT.c.status)
Index("credit_of_day", CREDIT.c.cleared_on)
Index(
    "credit_comes_back_once",
    CREDIT.c.original_message_id,
    CREDIT.c.original_tx_id,
    CREDIT.c.original_sender,
    unique=True,
    sqlite_where=text("original_message_id IS NOT NULL AND status <> 'PR09'"),
)

LOST: Final = Table(
    "lost",
    METADATA,
    Column("message_id", String(16), primary_key=True),
    Column("sender", String(12), primary_key=True),
    Column("times", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Messages of credits that vanished before they were booked, and how often."""

ACTION: Final = Table(
    "action",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("due_at", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("credit", Integer),
    Column("about", String, nullable=False),
)
"""What is to be done when; a row goes in the transaction in which it is done. `about` is JSON."""

Index("action_due", ACTION.c.due_at)

DELIVERY: Final = Table(
    "delivery",
    METADATA,
    Column("message_id", String(16), primary_key=True),
    Column("credit", Integer, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Credits for the bank that it has not acknowledged, and when each is delivered again."""

Index("delivery_due", DELIVERY.c.due_at)

FLOW: Final = """
CREATE VIEW IF NOT EXISTS flow AS
SELECT number, system, cleared_on, payer_bank AS participant, -amount AS change FROM credit WHERE status = 'PR04'
UNION ALL
SELECT number, system, cleared_on, payee_bank, amount FROM credit WHERE status = 'PR04'
"""
