"""Version 5: the bank directory, empty until it is loaded."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the directory, and the one row that tells which loading of it this is."""
    op.create_table(
        "bank_code",
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("ibps", sa.String(12)),
        sa.Column("beps", sa.Boolean(), nullable=False),
        sa.Column("hvps", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    directory = op.create_table(
        "bank_directory",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("banks", sa.Integer(), nullable=False),
        sa.Column("loaded_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="bank_directory_is_one_row"),
    )
    op.bulk_insert(directory, [{"id": 1, "version": 0, "banks": 0, "loaded_ms": None}])
