"""Used-up request ids and the transfers they brought."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.journal.tables.metadata import METADATA

REQUEST = Table(
    "request",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("service", String(40), nullable=False),
    Column("body_digest", LargeBinary(32), nullable=False),
    Column("encoding", String(8), nullable=False),
    Column("language", String(2), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("business_date", String(10), nullable=False),
    Column("owner", String(40), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", BigInteger),
    Column("code", String(40)),
    Column("details", Text),
    Column("reply_chain", String(24)),
    Column("reply_seq", BigInteger),
    CheckConstraint("kind IN ('money', 'fence')", name="request_kind"),
    CheckConstraint("(reply_chain IS NULL) = (reply_seq IS NULL)", name="request_reply_whole"),
)
"""A used-up request id: its key is unique for ever, so the database judges who came first.

`due_ms` is the end of the lease of `owner` at `epoch` while something is left to do, and NULL when nothing is. `code`
and `details` hold a refusal by the gateway. `reply_chain` and `reply_seq` name the log row that holds the reply.
"""
Index(
    "request_due",
    REQUEST.c.due_ms,
    postgresql_where=REQUEST.c.due_ms.isnot(None),
    sqlite_where=REQUEST.c.due_ms.isnot(None),
)

TRANSFER = Table(
    "transfer",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("payer_account", String(32), nullable=False),
    Column("payee_account", String(32), nullable=False),
    Column("payee_name", String(120), nullable=False),
    Column("payee_bank_code", String(12)),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("purpose", String(120), nullable=False),
    Column("end_to_end_id", String(35)),
    Column("remark", String(200)),
    Column("business_date", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("reference", String(40)),
    Column("booked_ms", BigInteger),
    ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
    CheckConstraint("amount > 0", name="transfer_amount"),
    CheckConstraint("payer_account <> payee_account", name="transfer_two_accounts"),
    CheckConstraint("state IN ('processing', 'unknown', 'succeeded', 'failed')", name="transfer_state"),
    CheckConstraint("(state = 'succeeded') = (reference IS NOT NULL)", name="transfer_reference"),
)
"""An instruction that was accepted and given to the core; `reasons` are the core's reasons, separated by spaces."""
