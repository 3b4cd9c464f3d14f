"""A loss report ends by itself: when it does stands beside the status of its account."""

from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Add the end of a report; of one made before nobody knows the beginning, so it stays until staff release it."""
    op.execute("ALTER TABLE account ADD COLUMN lost_until BIGINT")
