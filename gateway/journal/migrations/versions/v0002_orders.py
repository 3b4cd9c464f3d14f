"""Version 2: orders of many rows, and matters that wait for people or for their time.

Requests keep an answer that is known at entry until it is signed; transfers are rows of their order. Both tables are
made anew, for their keys and constraints change. Matters, their acts and the usage of limits are new.
"""

import sqlalchemy as sa
from alembic import op

from gateway.journal.migrations.guards import forbid

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REQUEST = (
    "customer_id, request_id, {kind}, operator_id, service, body_digest, encoding, language, received_ms, "
    "business_date, owner, epoch, attempts, due_ms, code, details, {body}, reply_chain, reply_seq"
)
_TRANSFER = (
    "customer_id, request_id, payer_account, payee_account, payee_name, payee_bank_code, amount, currency, purpose, "
    "end_to_end_id, remark, business_date, state, reasons, reference, booked_ms"
)


def upgrade() -> None:
    """Carry requests and transfers over, and make what is new."""
    op.execute("CREATE TABLE former_transfer AS SELECT * FROM transfer")
    op.execute("CREATE TABLE former_request AS SELECT * FROM request")
    op.drop_table("transfer")
    op.drop_table("request")
    _requests()
    _transfers()
    _carry_over()
    op.drop_table("former_transfer")
    op.drop_table("former_request")
    _matters()
    _usage()
    for table in ("request", "matter", "act"):
        forbid("delete", table)
    forbid("update", "act")


def _carry_over() -> None:
    """A transfer of version 1 was alone in its order, ran at once, failed on its business date, took no limits."""
    kind = _REQUEST.format(kind="CASE kind WHEN 'money' THEN 'order' ELSE kind END", body="NULL")
    # The statements are made of the names of our own columns; no value of anyone is in them.
    op.execute(
        f"INSERT INTO request ({_REQUEST.format(kind='kind', body='body')}) SELECT {kind} FROM former_request"  # noqa: S608  as above
    )
    failed = "CASE state WHEN 'failed' THEN business_date END"
    op.execute(
        f"INSERT INTO transfer ({_TRANSFER}, row, owner, save_payee, takes, basis, ended_on) "  # noqa: S608  as above
        f"SELECT {_TRANSFER}, 0, customer_id, false, 'nothing', 'immediate', {failed} FROM former_transfer"
    )


def _requests() -> None:
    op.create_table(
        "request",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("encoding", sa.String(8), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(40), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("reply_chain", sa.String(24), nullable=True),
        sa.Column("reply_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('order', 'fence')", name="request_kind"),
        sa.CheckConstraint("(reply_chain IS NULL) = (reply_seq IS NULL)", name="request_reply_whole"),
        sa.PrimaryKeyConstraint("customer_id", "request_id"),
    )
    _index("request_due", "request", "due_ms IS NOT NULL", "due_ms")


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(32), nullable=True),
        sa.Column("employee_id", sa.String(32), nullable=True),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("payer_account", sa.String(32), nullable=False),
        sa.Column("payee_account", sa.String(32), nullable=False),
        sa.Column("payee_name", sa.String(120), nullable=False),
        sa.Column("payee_bank_code", sa.String(12), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("purpose", sa.String(120), nullable=False),
        sa.Column("end_to_end_id", sa.String(35), nullable=True),
        sa.Column("remark", sa.String(200), nullable=True),
        sa.Column("save_payee", sa.Boolean(), nullable=False),
        sa.Column("takes", sa.String(8), nullable=False),
        sa.Column("basis", sa.String(9), nullable=False),
        sa.Column("business_date", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reasons", sa.String(400), nullable=False),
        sa.Column("reference", sa.String(64), nullable=True),
        sa.Column("booked_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_on", sa.String(10), nullable=True),
        sa.CheckConstraint("amount > 0", name="transfer_amount"),
        sa.CheckConstraint("payer_account <> payee_account", name="transfer_two_accounts"),
        sa.CheckConstraint(
            "state IN ('entered', 'released', 'processing', 'unknown', 'succeeded', 'failed')", name="transfer_state"
        ),
        sa.CheckConstraint("takes IN ('nothing', 'own', 'outgoing')", name="transfer_takes"),
        sa.CheckConstraint("basis IN ('immediate', 'scheduled', 'postponed')", name="transfer_basis"),
        sa.CheckConstraint("(state = 'succeeded') = (reference IS NOT NULL)", name="transfer_reference"),
        sa.CheckConstraint("(state = 'failed') = (ended_on IS NOT NULL)", name="transfer_ended"),
        sa.ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
        sa.PrimaryKeyConstraint("customer_id", "request_id", "row"),
    )
    key = ("customer_id", "request_id")
    _index("transfer_row_key_once", "transfer", "row_key IS NOT NULL", *key, "row_key", unique=True)
    open_rows = "row > 0 AND state IN ('released', 'processing', 'unknown')"
    _index("transfer_open_rows", "transfer", open_rows, *key, "row")


def _matters() -> None:
    op.create_table(
        "matter",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("by_customer", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("payer_account", sa.String(32), nullable=False),
        sa.Column("payee_account", sa.String(32), nullable=False),
        sa.Column("payee_name", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("takes", sa.String(8), nullable=False),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered_on", sa.String(10), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("shown", sa.LargeBinary(32), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("arrival", sa.String(9), nullable=False),
        sa.Column("chosen_ms", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("run_ms", sa.BigInteger(), nullable=True),
        sa.Column("wake_ms", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(9), nullable=False),
        sa.Column("reasons", sa.String(400), nullable=False),
        sa.Column("faults", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("run_on", sa.String(10), nullable=True),
        sa.Column("ended_on", sa.String(10), nullable=True),
        sa.CheckConstraint("run_on IS NULL OR ended_on IS NULL", name="matter_runs_or_ends"),
        sa.ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
        sa.PrimaryKeyConstraint("customer_id", "request_id", "row"),
    )
    _index("matter_waiting", "matter", "state LIKE 'waiting-%'", "by_customer", "entered_ms")
    recurs = "service = 'SubmitRecurring'"
    _index("matter_recurring", "matter", recurs, "customer_id", "entered_ms", "request_id")
    _index("matter_wakes", "matter", "wake_ms IS NOT NULL", "wake_ms")
    op.create_table(
        "act",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.String(65), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_request", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "request_id", "row"], ["matter.customer_id", "matter.request_id", "matter.row"]
        ),
        sa.PrimaryKeyConstraint("customer_id", "request_id", "row", "number"),
    )


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("business_date", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name="usage_amount"),
        sa.PrimaryKeyConstraint("customer_id", "scope", "subject", "business_date"),
    )


def _index(name: str, table: str, where: str, *columns: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, postgresql_where=condition, sqlite_where=condition)
