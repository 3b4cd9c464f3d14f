"""The first book: accounts, moves, postings, and the triggers that keep what is written as it is."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_MOVE_KEPT: Final = (
    "number, instruction, step, outcome, reasons, booked_at, kind, payer, payee, payee_name, amount, currency, "
    "business_date, purpose, request_id, hold_step"
)
_KEPT: Final = {
    "posting_kept": ("posting", "UPDATE", "postings are never edited"),
    "posting_stays": ("posting", "DELETE", "postings are never deleted"),
    "move_kept": (
        "move",
        f"UPDATE OF {_MOVE_KEPT}",
        "moves are never edited",
    ),
    "move_stays": ("move", "DELETE", "moves are never deleted"),
    "account_kept": ("account", "UPDATE OF number, name, currency", "an account keeps its number, name and currency"),
    "account_stays": ("account", "DELETE", "accounts are closed, never deleted"),
    "book_stays": ("book", "DELETE", "the row of the book is never deleted"),
}

_ENTRY: Final = """
CREATE VIEW entry AS
SELECT number, debit_account AS account, debit_sequence AS sequence, -amount AS change, debit_balance AS after
FROM posting
UNION ALL
SELECT number, credit_account, credit_sequence, amount, credit_balance FROM posting
"""


def upgrade() -> None:
    """Make the tables, the view of entries, the one row of counting, and the triggers."""
    _account_and_book()
    _move()
    _posting()
    op.execute(_ENTRY)
    op.execute("INSERT INTO book (id, number, booked_at) VALUES (1, 0, 0)")
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def _account_and_book() -> None:
    op.create_table(
        "account",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(6), nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="account_key"),
        sa.CheckConstraint("status IN ('normal', 'lost', 'frozen', 'closed')", name="account_status_listed"),
        sa.CheckConstraint("held >= 0", name="account_held_not_negative"),
        sa.CheckConstraint("balance >= held OR number LIKE '#%'", name="account_available_not_negative"),
        sa.CheckConstraint("sequence >= 0", name="account_sequence_not_negative"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("booked_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="book_key"),
        sa.CheckConstraint("id = 1", name="book_one_row"),
    )


def _move() -> None:
    op.create_table(
        "move",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("instruction", sa.String(80), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("reasons", sa.String(400), nullable=False),
        sa.Column("booked_at", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8)),
        sa.Column("payer", sa.String(40)),
        sa.Column("payee", sa.String(40)),
        sa.Column("payee_name", sa.String(200)),
        sa.Column("amount", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("business_date", sa.Date),
        sa.Column("purpose", sa.String(400)),
        sa.Column("request_id", sa.String(32)),
        sa.Column("hold_step", sa.Integer),
        sa.PrimaryKeyConstraint("number", name="move_key"),
        sa.UniqueConstraint("instruction", "step", name="move_instruction_step_once"),
        sa.CheckConstraint("outcome IN ('done', 'declined', 'fenced')", name="move_outcome_listed"),
        sa.CheckConstraint("(outcome = 'fenced') = (kind IS NULL)", name="move_fenced_is_empty"),
        sa.CheckConstraint("kind IS NULL OR kind IN ('transfer', 'hold', 'post', 'void')", name="move_kind_listed"),
        sa.CheckConstraint("kind IS NULL OR amount > 0", name="move_amount_positive"),
        sa.CheckConstraint("number > 0", name="move_number_positive"),
    )
    resolved = sa.text("outcome = 'done' AND hold_step IS NOT NULL")
    op.create_index(
        "move_hold_resolved_once",
        "move",
        ["instruction", "hold_step"],
        unique=True,
        postgresql_where=resolved,
        sqlite_where=resolved,
    )


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("debit_account", sa.String(40), nullable=False),
        sa.Column("debit_sequence", sa.BigInteger, nullable=False),
        sa.Column("debit_balance", sa.BigInteger, nullable=False),
        sa.Column("credit_account", sa.String(40), nullable=False),
        sa.Column("credit_sequence", sa.BigInteger, nullable=False),
        sa.Column("credit_balance", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="posting_key"),
        sa.ForeignKeyConstraint(["number"], ["move.number"], name="posting_number_known"),
        sa.ForeignKeyConstraint(["debit_account"], ["account.number"], name="posting_debit_account_known"),
        sa.ForeignKeyConstraint(["credit_account"], ["account.number"], name="posting_credit_account_known"),
        sa.UniqueConstraint("debit_account", "debit_sequence", name="posting_debit_account_debit_sequence_once"),
        sa.UniqueConstraint("credit_account", "credit_sequence", name="posting_credit_account_credit_sequence_once"),
        sa.CheckConstraint("amount > 0", name="posting_amount_positive"),
        sa.CheckConstraint("debit_account <> credit_account", name="posting_two_accounts"),
        sa.CheckConstraint("debit_sequence > 0 AND credit_sequence > 0", name="posting_sequence_positive"),
    )


def _sqlite_triggers() -> None:
    for name, (table, what, why) in _KEPT.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$"
    )
    for name, (table, what, why) in _KEPT.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse('{why}')"
        )
    for table in ("account", "book", "move", "posting"):
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('the book is never emptied')"
        )
