"""Version 4: what customers keep for themselves: payees, templates, account groups; requests by day, for their log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the lists, each of one customer."""
    _list("book")
    _list(
        "payee",
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("bank_code", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        key=("account", "bank_code"),
    )
    _list(
        "template",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("payer_account", sa.String(32)),
        sa.Column("payee_account", sa.String(32)),
        sa.Column("payee_name", sa.String(120)),
        sa.Column("payee_bank_code", sa.String(12)),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("currency", sa.String(3)),
        sa.Column("purpose", sa.String(120)),
        sa.Column("arrival", sa.String(9)),
        sa.Column("urgent", sa.Boolean()),
        sa.Column("remark", sa.String(200)),
        sa.CheckConstraint("amount > 0", name="template_amount"),
        sa.CheckConstraint("arrival IN ('REAL_TIME', 'NORMAL', 'NEXT_DAY')", name="template_arrival"),
        key=("name",),
    )
    _list(
        "account_group",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("accounts", sa.Text(), nullable=False),
        key=("name",),
    )
    op.create_index("request_day", "request", ["customer_id", "business_date", "received_ms"])


def _list(table: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...] = ()) -> None:
    """A table of which each customer has rows of its own."""
    op.create_table(
        table,
        sa.Column("customer_id", sa.String(32), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("customer_id", *key),
    )
