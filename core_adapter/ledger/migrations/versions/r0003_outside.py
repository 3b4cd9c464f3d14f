"""Payments to other banks and from them: the bank's own accounts for them, and who is meant outside."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

_ACCOUNTS: Final = (
    ("#CLEARING-IBPS", "Clearing IBPS"),
    ("#CLEARING-BEPS", "Clearing BEPS"),
    ("#CLEARING-HVPS", "Clearing HVPS"),
    ("#FEES", "Fees"),
    ("#SUSPENSE", "Suspense"),
)


def upgrade() -> None:
    """Name the other side outside with a move, and open the bank's own accounts, with nothing on them."""
    op.add_column("move", sa.Column("outside_account", sa.String(40)))
    op.add_column("move", sa.Column("outside_name", sa.String(200)))
    account = sa.table(
        "account",
        *(sa.column(name) for name in ("number", "name", "currency", "status", "balance", "held", "sequence")),
    )
    op.bulk_insert(
        account,
        [
            {
                "number": number,
                "name": name,
                "currency": "CNY",
                "status": "normal",
                "balance": 0,
                "held": 0,
                "sequence": 0,
            }
            for number, name in _ACCOUNTS
        ],
    )
