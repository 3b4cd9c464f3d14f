"""Version 7: the events that customers are told of, and where they are posted to."""

import sqlalchemy as sa
from alembic import op

from gateway.journal.migrations.guards import forbid

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the feeds, empty: nothing is told of what was before; and the guard that an event stays as it was told."""
    op.create_table(
        "event_count",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 0", name="event_count_number"),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "event",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("by_customer", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("party_account", sa.String(32), nullable=False),
        sa.Column("party_name", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(64)),
        sa.Column("count", sa.Integer()),
        sa.Column("succeeded", sa.Integer()),
        sa.CheckConstraint("number > 0", name="event_number"),
        sa.PrimaryKeyConstraint("customer_id", "number"),
    )
    op.create_table(
        "push",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing_since_ms", sa.BigInteger()),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(40)),
        sa.Column("lease_ms", sa.BigInteger()),
        sa.Column("last_fault", sa.String(200)),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "push_dead",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.CheckConstraint("replay IN (0, 1)", name="push_dead_replay"),
        sa.PrimaryKeyConstraint("customer_id", "first"),
    )
    forbid("update", "event")
