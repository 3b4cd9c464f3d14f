"""Version 8: the payments of a customer that failed are found by day (退回结果查询)."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    failed = sa.text("ended_on IS NOT NULL")
    op.create_index(
        "transfer_failed", "transfer", ["customer_id", "ended_on"], postgresql_where=failed, sqlite_where=failed
    )
