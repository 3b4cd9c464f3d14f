"""What goes to other banks and what comes from them: legs, messages of the clearing side, incoming credits, cases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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

LEG = Table(
    "leg",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(4), nullable=False),
    Column("rule", String(8), nullable=False),
    Column("bank_code", String(12), nullable=False),
    Column("bank_name", String(120), nullable=False),
    Column("ibps", String(12)),
    Column("beps", Boolean, nullable=False),
    Column("hvps", Boolean, nullable=False),
    Column("payer_name", String(200), nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("value_date", String(10)),
    Column("state", String(8), nullable=False),
    Column("message_id", String(16)),
    Column("tx_id", String(16)),
    Column("sent_ms", BigInteger),
    Column("asks", Integer, nullable=False),
    Column("status", String(4)),
    Column("code", String(8)),
    Column("text", String(120)),
    Column("settled_on", String(10)),
    Column("due_ms", BigInteger),
    Column("epoch", Integer, nullable=False),
    ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
    CheckConstraint("channel IN ('IBPS', 'BEPS', 'HVPS')", name="leg_channel"),
    CheckConstraint("fee >= 0", name="leg_fee"),
    CheckConstraint("state IN ('planned', 'sent', 'good', 'bad', 'posted', 'voided')", name="leg_state"),
    CheckConstraint("(state = 'planned') = (message_id IS NULL)", name="leg_named_when_sent"),
    CheckConstraint("(message_id IS NULL) = (tx_id IS NULL)", name="leg_named_whole"),
)
"""The leg of a transfer to another bank, under the key of the transfer.

`due_ms` is when somebody is to look at it: the end of the lease of who carries it, or when the clearing side is to be
asked; NULL while it is planned, and at its end. `epoch` rises with each process that takes it.
"""
Index(
    "leg_tx_once",
    LEG.c.tx_id,
    unique=True,
    postgresql_where=LEG.c.tx_id.isnot(None),
    sqlite_where=LEG.c.tx_id.isnot(None),
)
Index(
    "leg_due",
    LEG.c.due_ms,
    postgresql_where=LEG.c.due_ms.isnot(None),
    sqlite_where=LEG.c.due_ms.isnot(None),
)
Index("leg_message", LEG.c.message_id)

WIRE_SEQUENCE = Table(
    "wire_sequence",
    METADATA,
    Column("day", String(8), primary_key=True),
    Column("last", BigInteger, nullable=False),
    CheckConstraint("last >= 0 AND last <= 99999999", name="wire_sequence_eight_digits"),
)
"""The latest sequence number used in ids of messages to the clearing side, by the date in them (YYYYMMDD)."""

INBOX = Table(
    "inbox",
    METADATA,
    Column("sender", String(12), primary_key=True),
    Column("message_id", String(16), primary_key=True),
    Column("type", String(20), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
)
"""The exact bytes of every verified message of the clearing side that changed something: each counts once.

They prove afterwards why money was posted, voided or credited.
"""

INCOMING = Table(
    "incoming",
    METADATA,
    Column("sender", String(12), primary_key=True),
    Column("message_id", String(16), primary_key=True),
    Column("tx_id", String(16), primary_key=True),
    Column("channel", String(4), nullable=False),
    Column("kind", String(4), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("payer_account", String(40), nullable=False),
    Column("payer_name", String(200), nullable=False),
    Column("payer_bank", String(12), nullable=False),
    Column("payee_account", String(40), nullable=False),
    Column("payee_name", String(200), nullable=False),
    Column("payee_bank", String(12), nullable=False),
    Column("purpose", String(400), nullable=False),
    Column("end_to_end_id", String(40), nullable=False),
    Column("reason", String(8), nullable=False),
    Column("reason_text", String(120), nullable=False),
    Column("original_sender", String(12)),
    Column("original_message_id", String(16)),
    Column("original_tx_id", String(16)),
    Column("clearing_date", String(10)),
    Column("of_customer", String(32)),
    Column("of_request", String(32)),
    Column("of_row", Integer),
    Column("state", String(9), nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("reference", String(64)),
    Column("received_ms", BigInteger, nullable=False),
    Column("business_date", String(10), nullable=False),
    Column("booked_ms", BigInteger),
    Column("due_ms", BigInteger),
    Column("epoch", Integer, nullable=False),
    CheckConstraint("amount > 0", name="incoming_amount"),
    CheckConstraint("kind IN ('A100', 'C200', 'A105')", name="incoming_kind"),
    CheckConstraint("state IN ('new', 'credited', 'kept', 'sent-back')", name="incoming_state"),
    CheckConstraint("(state = 'credited') = (booked_ms IS NOT NULL)", name="incoming_booked"),
)
"""A credit from another bank: to be booked (new), on its account (credited), or for no account of this bank.

What cannot be credited is kept on the bank's own account for such, and a payment of the bank sends it back (sent-back);
a return (A105) that fits no payment of ours, or cannot be credited, is kept until staff deal with its case. `of_*` is
the transfer that a return brings back, `original_*` what it says of that; `clearing_date` is that on which its channel
worked when it came, as far as the clearing side had told.
"""
Index(
    "incoming_due",
    INCOMING.c.due_ms,
    postgresql_where=INCOMING.c.due_ms.isnot(None),
    sqlite_where=INCOMING.c.due_ms.isnot(None),
)
Index("incoming_returns", INCOMING.c.of_customer, INCOMING.c.of_request, INCOMING.c.of_row)
Index("incoming_account", INCOMING.c.payee_account, INCOMING.c.business_date)

CASE = Table(
    "doubt",
    METADATA,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("customer_id", String(32)),
    Column("request_id", String(32)),
    Column("row", Integer),
    Column("tx_id", String(40)),
    Column("amount", BigInteger),
    Column("what", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
    Column("closed_by", String(64)),
    Column("evidence", Text),
    CheckConstraint("(closed_ms IS NULL) = (evidence IS NULL)", name="doubt_closed_with_evidence"),
)
"""A numbered case (疑账) for bank staff: what the gateway would have to guess, it asks about here.

It is closed with evidence, and never by itself. `tx_id` is the id of its credit on the wire; of one that came in, its
message id and its own, for the latter alone is unique to its message only.
"""
Index(
    "doubt_open_once",
    CASE.c.kind,
    CASE.c.tx_id,
    unique=True,
    postgresql_where=CASE.c.closed_ms.is_(None),
    sqlite_where=CASE.c.closed_ms.is_(None),
)

CHANNEL_STATE = Table(
    "channel_state",
    METADATA,
    Column("channel", String(4), primary_key=True),
    Column("state", String(11), nullable=False),
    Column("clearing_date", String(10), nullable=False),
    Column("told_ms", BigInteger, nullable=False),
    CheckConstraint("channel IN ('IBPS', 'BEPS', 'HVPS')", name="channel_state_channel"),
    CheckConstraint("state IN ('open', 'maintenance', 'closed')", name="channel_state_state"),
)
"""What the clearing side said last of each channel: whether it takes credits, and its date of clearing."""
