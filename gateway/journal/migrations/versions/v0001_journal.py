"""Version 1: the register, the requests and their transfers, the message log and its seals.

What a database constraint can hold, it holds: rows of the log and its seals are written once, and neither a request id
nor the code of an operator nor an assigned certificate is ever free again.
"""

import sqlalchemy as sa
from alembic import op

from gateway.journal.migrations.guards import forbid

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("message_log", "seal")
NEVER_DELETED = (*WRITTEN_ONCE, "request", "operator", "certificate")


def upgrade() -> None:
    """Make every table, the site's one row, and the guards."""
    _register()
    _requests()
    _log()
    for table in NEVER_DELETED:
        forbid("delete", table)
    for table in WRITTEN_ONCE:
        forbid("update", table)


def _register() -> None:
    """Who may act, with what, on which accounts."""
    site = op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("register_version", sa.BigInteger(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="site_is_one_row"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(site, [{"id": 1, "register_version": 1, "clock_offset_ms": 0}])
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.CheckConstraint("status IN ('normal', 'suspended')", name="customer_status"),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "operator",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("permissions", sa.String(120), nullable=False),
        sa.CheckConstraint("status IN ('normal', 'frozen', 'deleted')", name="operator_status"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("customer_id", "operator_id"),
    )
    op.create_table(
        "certificate",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("sm2_id", sa.String(64), nullable=False),
        sa.Column("registered_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("purpose IN ('sign', 'tls')", name="certificate_purpose"),
        sa.ForeignKeyConstraint(["customer_id", "operator_id"], ["operator.customer_id", "operator.operator_id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "attached_account",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("customer_id", "account"),
    )


def _requests() -> None:
    """Used-up request ids, and the transfers among them."""
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
        sa.Column("reply_chain", sa.String(24), nullable=True),
        sa.Column("reply_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('money', 'fence')", name="request_kind"),
        sa.CheckConstraint("(reply_chain IS NULL) = (reply_seq IS NULL)", name="request_reply_whole"),
        sa.PrimaryKeyConstraint("customer_id", "request_id"),
    )
    under_way = sa.text("due_ms IS NOT NULL")
    op.create_index("request_due", "request", ["due_ms"], postgresql_where=under_way, sqlite_where=under_way)
    op.create_table(
        "transfer",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("payer_account", sa.String(32), nullable=False),
        sa.Column("payee_account", sa.String(32), nullable=False),
        sa.Column("payee_name", sa.String(120), nullable=False),
        sa.Column("payee_bank_code", sa.String(12), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("purpose", sa.String(120), nullable=False),
        sa.Column("end_to_end_id", sa.String(35), nullable=True),
        sa.Column("remark", sa.String(200), nullable=True),
        sa.Column("business_date", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reasons", sa.String(400), nullable=False),
        sa.Column("reference", sa.String(40), nullable=True),
        sa.Column("booked_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name="transfer_amount"),
        sa.CheckConstraint("payer_account <> payee_account", name="transfer_two_accounts"),
        sa.CheckConstraint("state IN ('processing', 'unknown', 'succeeded', 'failed')", name="transfer_state"),
        sa.CheckConstraint("(state = 'succeeded') = (reference IS NOT NULL)", name="transfer_reference"),
        sa.ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
        sa.PrimaryKeyConstraint("customer_id", "request_id"),
    )


def _log() -> None:
    """The message log in its chains, their heads, and the signed roots over these."""
    op.create_table(
        "message_log",
        sa.Column("chain", sa.String(24), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("way", sa.String(3), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("way IN ('in', 'out')", name="message_log_way"),
        sa.PrimaryKeyConstraint("chain", "seq"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # An ordinary message stays in its row and is not compressed: both would cost more than they save.
        op.execute("ALTER TABLE message_log ALTER COLUMN message SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE message_log SET (toast_tuple_target = 8160)")
    op.create_table(
        "log_head",
        sa.Column("chain", sa.String(24), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("certificate", sa.String(64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
