"""Version 6: payments to other banks and from them, what the clearing side said, and cases for bank staff."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = "state IN ('entered', 'released', 'processing', 'unknown', 'clearing', 'in-doubt', 'succeeded', 'failed')"
_OPEN_ROWS = "row > 0 AND state IN ('released', 'processing', 'unknown')"


def upgrade() -> None:
    """Let transfers be with the clearing side, and make the tables for what goes there and comes back."""
    _transfers()
    _legs()
    _wire()
    _incoming()
    _cases()


def _index(name: str, table: str, where: str, *columns: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def _transfers() -> None:
    """SQLite changes no constraint in place: the table is made anew there, and its partial indexes with it."""
    for index in ("transfer_row_key_once", "transfer_open_rows"):
        op.drop_index(index, "transfer")
    with op.batch_alter_table("transfer") as table:
        table.drop_constraint("transfer_state", type_="check")
        table.create_check_constraint("transfer_state", sa.text(_STATES))
    key = ("customer_id", "request_id")
    _index("transfer_row_key_once", "transfer", "row_key IS NOT NULL", *key, "row_key", unique=True)
    _index("transfer_open_rows", "transfer", _OPEN_ROWS, *key, "row")


def _legs() -> None:
    op.create_table(
        "leg",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(4), nullable=False),
        sa.Column("rule", sa.String(8), nullable=False),
        sa.Column("bank_code", sa.String(12), nullable=False),
        sa.Column("bank_name", sa.String(120), nullable=False),
        sa.Column("ibps", sa.String(12)),
        sa.Column("beps", sa.Boolean(), nullable=False),
        sa.Column("hvps", sa.Boolean(), nullable=False),
        sa.Column("payer_name", sa.String(200), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("value_date", sa.String(10)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("message_id", sa.String(16)),
        sa.Column("tx_id", sa.String(16)),
        sa.Column("sent_ms", sa.BigInteger()),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(4)),
        sa.Column("code", sa.String(8)),
        sa.Column("text", sa.String(120)),
        sa.Column("settled_on", sa.String(10)),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel IN ('IBPS', 'BEPS', 'HVPS')", name="leg_channel"),
        sa.CheckConstraint("fee >= 0", name="leg_fee"),
        sa.CheckConstraint("state IN ('planned', 'sent', 'good', 'bad', 'posted', 'voided')", name="leg_state"),
        sa.CheckConstraint("(state = 'planned') = (message_id IS NULL)", name="leg_named_when_sent"),
        sa.CheckConstraint("(message_id IS NULL) = (tx_id IS NULL)", name="leg_named_whole"),
        sa.ForeignKeyConstraint(["customer_id", "request_id"], ["request.customer_id", "request.request_id"]),
        sa.PrimaryKeyConstraint("customer_id", "request_id", "row"),
    )
    _index("leg_tx_once", "leg", "tx_id IS NOT NULL", "tx_id", unique=True)
    _index("leg_due", "leg", "due_ms IS NOT NULL", "due_ms")
    op.create_index("leg_message", "leg", ["message_id"])


def _wire() -> None:
    op.create_table(
        "wire_sequence",
        sa.Column("day", sa.String(8), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last >= 0 AND last <= 99999999", name="wire_sequence_eight_digits"),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "inbox",
        sa.Column("sender", sa.String(12), nullable=False),
        sa.Column("message_id", sa.String(16), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "message_id"),
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(4), nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("clearing_date", sa.String(10), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("channel IN ('IBPS', 'BEPS', 'HVPS')", name="channel_state_channel"),
        sa.CheckConstraint("state IN ('open', 'maintenance', 'closed')", name="channel_state_state"),
        sa.PrimaryKeyConstraint("channel"),
    )


def _incoming() -> None:
    op.create_table(
        "incoming",
        sa.Column("sender", sa.String(12), nullable=False),
        sa.Column("message_id", sa.String(16), nullable=False),
        sa.Column("tx_id", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(4), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payer_account", sa.String(40), nullable=False),
        sa.Column("payer_name", sa.String(200), nullable=False),
        sa.Column("payer_bank", sa.String(12), nullable=False),
        sa.Column("payee_account", sa.String(40), nullable=False),
        sa.Column("payee_name", sa.String(200), nullable=False),
        sa.Column("payee_bank", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(400), nullable=False),
        sa.Column("end_to_end_id", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("reason_text", sa.String(120), nullable=False),
        sa.Column("original_sender", sa.String(12)),
        sa.Column("original_message_id", sa.String(16)),
        sa.Column("original_tx_id", sa.String(16)),
        sa.Column("clearing_date", sa.String(10)),
        sa.Column("of_customer", sa.String(32)),
        sa.Column("of_request", sa.String(32)),
        sa.Column("of_row", sa.Integer()),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("reasons", sa.String(400), nullable=False),
        sa.Column("reference", sa.String(64)),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.String(10), nullable=False),
        sa.Column("booked_ms", sa.BigInteger()),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name="incoming_amount"),
        sa.CheckConstraint("kind IN ('A100', 'C200', 'A105')", name="incoming_kind"),
        sa.CheckConstraint("state IN ('new', 'credited', 'kept', 'sent-back')", name="incoming_state"),
        sa.CheckConstraint("(state = 'credited') = (booked_ms IS NOT NULL)", name="incoming_booked"),
        sa.PrimaryKeyConstraint("sender", "message_id", "tx_id"),
    )
    _index("incoming_due", "incoming", "due_ms IS NOT NULL", "due_ms")
    op.create_index("incoming_returns", "incoming", ["of_customer", "of_request", "of_row"])
    op.create_index("incoming_account", "incoming", ["payee_account", "business_date"])


def _cases() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "doubt",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("customer_id", sa.String(32)),
        sa.Column("request_id", sa.String(32)),
        sa.Column("row", sa.Integer()),
        sa.Column("tx_id", sa.String(40)),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("closed_by", sa.String(64)),
        sa.Column("evidence", sa.Text()),
        sa.CheckConstraint("(closed_ms IS NULL) = (evidence IS NULL)", name="doubt_closed_with_evidence"),
        sa.PrimaryKeyConstraint("number"),
    )
    _index("doubt_open_once", "doubt", "closed_ms IS NULL", "kind", "tx_id", unique=True)
