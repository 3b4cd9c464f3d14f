"""The tables of the gateway's database, one place for the record, the register, the log and the migrations.

Times are milliseconds since 1970 UTC in DATABASE time, amounts are fen. Uniqueness and the legal values of a state are
constraints of the database, not only of code.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

SITE = Table(
    "site",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("register_version", BigInteger, nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="site_is_one_row"),
)
"""One row: the version of the register (raised by every change to customers, operators, certificates or accounts) and
the offset of the business clock in milliseconds (0 in production)."""

CUSTOMER = Table(
    "customer",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    CheckConstraint("status IN ('normal', 'suspended')", name="customer_status"),
)

OPERATOR = Table(
    "operator",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("operator_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    Column("permissions", String(120), nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("status IN ('normal', 'frozen', 'deleted')", name="operator_status"),
)
"""A deleted operator keeps its row, so that its code is never used again (R1.10)."""

CERTIFICATE = Table(
    "certificate",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    Column("customer_id", String(32), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("sm2_id", String(64), nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    ForeignKeyConstraint(["customer_id", "operator_id"], ["operator.customer_id", "operator.operator_id"]),
    CheckConstraint("purpose IN ('sign', 'tls')", name="certificate_purpose"),
)
"""The fingerprint is the key: a certificate once assigned never goes to another operator (R1.15)."""

ATTACHED_ACCOUNT = Table(
    "attached_account",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""上挂账户: the accounts a customer may use here."""

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

MESSAGE_LOG = Table(
    "message_log",
    METADATA,
    Column("chain", String(24), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("way", String(3), nullable=False),
    Column("customer_id", String(32), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    CheckConstraint("way IN ('in', 'out')", name="message_log_way"),
)
"""The exact bytes of every verified message and of every reply to one, chained by hash, one chain per committer."""

LOG_HEAD = Table(
    "log_head",
    METADATA,
    Column("chain", String(24), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("sealed_seq", BigInteger, nullable=False),
)
"""The last row of every chain, moved in the transaction that adds to it."""

SEAL = Table(
    "seal",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("heads", Text, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("certificate", String(64), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""Signed roots over the heads that moved since the root before; unique numbers, so one process makes each."""
