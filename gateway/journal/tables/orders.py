"""Used-up request ids (orders), their transfers, and the matters that wait for people or time."""

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
    text,
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
    Column("body", Text),
    Column("reply_chain", String(24)),
    Column("reply_seq", BigInteger),
    CheckConstraint("kind IN ('order', 'fence')", name="request_kind"),
    CheckConstraint("(reply_chain IS NULL) = (reply_seq IS NULL)", name="request_reply_whole"),
)
"""A used-up request id: its key is unique for ever, so the database judges who came first.

`business_date` is that of entry. `due_ms` is the end of the lease of `owner` at `epoch` while something is left to do,
and NULL when nothing is. `code`, `details` and `body` hold an answer that was known at entry, until it is signed and
after. `reply_chain` and `reply_seq` name the log row that holds the reply.
"""
Index(
    "request_due",
    REQUEST.c.due_ms,
    postgresql_where=REQUEST.c.due_ms.isnot(None),
    sqlite_where=REQUEST.c.due_ms.isnot(None),
)
Index("request_day", REQUEST.c.customer_id, REQUEST.c.business_date, REQUEST.c.received_ms)

TRANSFER = Table(
    "transfer",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("row_key", String(32)),
    Column("employee_id", String(32)),
    Column("owner", String(32), nullable=False),
    Column("payer_account", String(32), nullable=False),
    Column("payee_account", String(32), nullable=False),
    Column("payee_name", String(120), nullable=False),
    Column("payee_bank_code", String(12)),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("purpose", String(120), nullable=False),
    Column("end_to_end_id", String(35)),
    Column("remark", String(200)),
    Column("save_payee", Boolean, nullable=False),
    Column("takes", String(8), nullable=False),
    Column("basis", String(9), nullable=False),
    Column("business_date", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("reference", String(64)),
    Column("booked_ms", BigInteger),
    Column("ended_on", String(10)),
    ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
    CheckConstraint("amount > 0", name="transfer_amount"),
    CheckConstraint("payer_account <> payee_account", name="transfer_two_accounts"),
    CheckConstraint(
        "state IN ('entered', 'released', 'processing', 'unknown', 'clearing', 'in-doubt', 'succeeded', 'failed')",
        name="transfer_state",
    ),
    CheckConstraint("takes IN ('nothing', 'own', 'outgoing')", name="transfer_takes"),
    CheckConstraint("basis IN ('immediate', 'scheduled', 'postponed')", name="transfer_basis"),
    CheckConstraint("(state = 'succeeded') = (reference IS NOT NULL)", name="transfer_reference"),
    CheckConstraint("(state = 'failed') = (ended_on IS NOT NULL)", name="transfer_ended"),
)
"""A payment of an accepted order: row 0 where it is the only one, else numbered from 1 in its batch.

`business_date` is that on which it was given to the bank, until then that of entry. `owner` is the customer to whom the
payer account is attached. `reasons` are the codes of a failure, separated by spaces.
"""
Index(
    "transfer_failed",
    TRANSFER.c.customer_id,
    TRANSFER.c.ended_on,
    postgresql_where=TRANSFER.c.ended_on.isnot(None),
    sqlite_where=TRANSFER.c.ended_on.isnot(None),
)
Index(
    "transfer_row_key_once",
    TRANSFER.c.customer_id,
    TRANSFER.c.request_id,
    TRANSFER.c.row_key,
    unique=True,
    postgresql_where=TRANSFER.c.row_key.isnot(None),
    sqlite_where=TRANSFER.c.row_key.isnot(None),
)
OPEN_ROWS = text("row > 0 AND state IN ('released', 'processing', 'unknown')")
"""Rows on which the bank is to act, or has acted without a known end; a question finds the index by the same words."""
Index(
    "transfer_open_rows",
    TRANSFER.c.customer_id,
    TRANSFER.c.request_id,
    TRANSFER.c.row,
    postgresql_where=OPEN_ROWS,
    sqlite_where=OPEN_ROWS,
)

MATTER = Table(
    "matter",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("service", String(40), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("by_customer", String(32), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("payer_account", String(32), nullable=False),
    Column("payee_account", String(32), nullable=False),
    Column("payee_name", String(120), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("takes", String(8), nullable=False),
    Column("entered_ms", BigInteger, nullable=False),
    Column("entered_on", String(10), nullable=False),
    Column("plan", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("body", Text),
    Column("shown", LargeBinary(32), nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("arrival", String(9), nullable=False),
    Column("chosen_ms", BigInteger),
    Column("state", String(24), nullable=False),
    Column("run_ms", BigInteger),
    Column("wake_ms", BigInteger),
    Column("basis", String(9), nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("faults", Text),
    Column("answer", Text),
    Column("run_on", String(10)),
    Column("ended_on", String(10)),
    ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
    CheckConstraint("run_on IS NULL OR ended_on IS NULL", name="matter_runs_or_ends"),
)
"""A matter (事项): an order (row 0) or a row of it while with the enterprise; `by_customer`: whose people act on it.

From `state` to the end a matter changes, what stands before it never does.
"""
WAITS = text("state LIKE 'waiting-%'")
"""What waits for people; a question finds the index by the same words."""
Index("matter_waiting", MATTER.c.by_customer, MATTER.c.entered_ms, postgresql_where=WAITS, sqlite_where=WAITS)
_WAKES = MATTER.c.wake_ms.isnot(None)
RECURS = text("service = 'SubmitRecurring'")
"""Recurring orders; a question finds the index by the same words."""
_ENTERED = (MATTER.c.customer_id, MATTER.c.entered_ms, MATTER.c.request_id)
Index("matter_recurring", *_ENTERED, postgresql_where=RECURS, sqlite_where=RECURS)
Index("matter_wakes", MATTER.c.wake_ms, postgresql_where=_WAKES, sqlite_where=_WAKES)

ACT = Table(
    "act",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("request_id", String(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("operator_id", String(65), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("step", Integer),
    Column("at_ms", BigInteger, nullable=False),
    Column("by_request", String(32), nullable=False),
    Column("reason", String(200), nullable=False),
    ForeignKeyConstraint(
        ["customer_id", "request_id", "row"], ["matter.customer_id", "matter.request_id", "matter.row"]
    ),
)
"""What was done to a matter (指令处理历史, R2.23), numbered: never edited or deleted, and two at once never both count.

`operator_id` is empty for what time alone did, and CUSTOMER/OPERATOR for an operator of another customer than the
matter's people.
"""
