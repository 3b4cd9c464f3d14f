"""Version 3: who may do what: operators' levels, lists and limits, accounts' rights, modes, flows, grants, purposes.

A site that was at work before goes on as it was: its operators use every account of their customer and every service,
authorizers have the first level, and accounts pay.
"""

import sqlalchemy as sa
from alembic import op

from gateway.journal.migrations.guards import forbid

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEVER_DELETED = ("credential", "account_grant")

ADDED = (
    ("site", "cap_transfer BIGINT DEFAULT 100000000 NOT NULL", "cap_transfer > 0"),
    ("site", "cap_day BIGINT DEFAULT 500000000 NOT NULL", "cap_day > 0"),
    ("site", "payroll_cap BIGINT DEFAULT 5000000000 NOT NULL", "payroll_cap > 0"),
    ("customer", "form VARCHAR(8) DEFAULT 'reviewer' NOT NULL", "form IN ('reviewer', 'mode', 'flow')"),
    ("customer", "single_person BOOLEAN DEFAULT false NOT NULL", None),
    ("customer", "second_administrator BOOLEAN DEFAULT false NOT NULL", None),
    ("customer", "whole_batch BOOLEAN DEFAULT true NOT NULL", None),
    ("customer", "advanced BOOLEAN DEFAULT false NOT NULL", None),
    ("customer", "free_payroll BOOLEAN DEFAULT false NOT NULL", None),
    ("customer", "limit_transfer BIGINT", "limit_transfer >= 0"),
    ("customer", "limit_day BIGINT", "limit_day >= 0"),
    ("customer", "cap_transfer BIGINT", "cap_transfer > 0"),
    ("customer", "cap_day BIGINT", "cap_day > 0"),
    ("operator", "level INTEGER", "level BETWEEN 1 AND 9"),
    ("operator", "role VARCHAR(10) DEFAULT 'operator' NOT NULL", "role IN ('operator', 'deputy', 'supervisor')"),
    ("operator", "manager VARCHAR(32)", None),
    ("operator", "limit_transfer BIGINT", "limit_transfer >= 0"),
    ("operator", "limit_day BIGINT", "limit_day >= 0"),
    ("operator", "services TEXT DEFAULT '*' NOT NULL", None),
    ("attached_account", "bank_pay BOOLEAN DEFAULT true NOT NULL", None),
    ("attached_account", "bank_wages BOOLEAN DEFAULT false NOT NULL", None),
    ("attached_account", "may_pay BOOLEAN DEFAULT true NOT NULL", "bank_pay OR NOT may_pay"),
    ("attached_account", "may_wages BOOLEAN DEFAULT false NOT NULL", "bank_wages OR NOT may_wages"),
    ("attached_account", "limit_transfer BIGINT", "limit_transfer >= 0"),
    ("attached_account", "limit_day BIGINT", "limit_day >= 0"),
    ("attached_account", "closed BOOLEAN DEFAULT false NOT NULL", None),
    ("attached_account", "alias VARCHAR(60)", None),
    ("attached_account", "priority INTEGER DEFAULT 0 NOT NULL", "priority BETWEEN 0 AND 9"),
)
"""Table, new column, and what the database holds of it; SQLite and PostgreSQL read the same text."""


def upgrade() -> None:
    """Add the columns, make the tables, and carry over what is there."""
    for table, column, check in ADDED:
        name = f"{table}_{column.split()[0]}"
        held = f" CONSTRAINT {name} CHECK ({check})" if check else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}{held}")
    op.create_index("attached_account_once", "attached_account", ["account"], unique=True)
    _accounts()
    _approval()
    _credentials()
    for table in NEVER_DELETED:
        forbid("delete", table)
    _carry_over()


def _accounts() -> None:
    """Lists of operators, closed lists of accounts, grants to other customers."""
    attached = ["attached_account.customer_id", "attached_account.account"]
    op.create_table(
        "operator_account",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.String(32), nullable=False),
        sa.Column("account_owner", sa.String(32), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["customer_id", "operator_id"], ["operator.customer_id", "operator.operator_id"]),
        sa.ForeignKeyConstraint(["account_owner", "account"], attached),
        sa.PrimaryKeyConstraint("customer_id", "operator_id", "account_owner", "account"),
    )
    op.create_table(
        "closed_payee",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("payee_account", sa.String(32), nullable=False),
        sa.Column("payee_bank_code", sa.String(12), nullable=False),
        sa.Column("payee_name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["customer_id", "account"], attached),
        sa.PrimaryKeyConstraint("customer_id", "account", "payee_account", "payee_bank_code"),
    )
    op.create_table(
        "account_grant",
        sa.Column("grantor", sa.String(32), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("grantee", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rights", sa.String(40), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("letter", sa.String(64), nullable=True),
        sa.Column("offered_ms", sa.BigInteger(), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("grantor <> grantee", name="account_grant_two_customers"),
        sa.CheckConstraint("state IN ('offered', 'accepted', 'withdrawn', 'dropped')", name="account_grant_state"),
        sa.ForeignKeyConstraint(["grantor"], ["customer.customer_id"]),
        sa.ForeignKeyConstraint(["grantee"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("grantor", "account", "grantee", "number"),
    )
    op.create_index("account_grant_grantee", "account_grant", ["grantee", "state"])
    live = sa.text("state IN ('offered', 'accepted')")
    op.create_index(
        "account_grant_live",
        "account_grant",
        ["account", "grantee"],
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )


def _approval() -> None:
    """Modes, flows, what services follow, and purposes."""
    op.create_table(
        "mode",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("mode_id", sa.String(32), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("customer_id", "mode_id"),
    )
    op.create_table(
        "flow",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("flow_id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(32), nullable=True),
        sa.Column("service", sa.String(40), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.CheckConstraint("(account IS NULL) <> (service IS NULL)", name="flow_of_account_or_service"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.ForeignKeyConstraint(
            ["customer_id", "account"], ["attached_account.customer_id", "attached_account.account"]
        ),
        sa.PrimaryKeyConstraint("customer_id", "flow_id"),
    )
    op.create_table(
        "binding",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("mode_id", sa.String(32), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.ForeignKeyConstraint(["customer_id", "mode_id"], ["mode.customer_id", "mode.mode_id"]),
        sa.PrimaryKeyConstraint("customer_id", "service"),
    )
    op.create_table(
        "purpose",
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("for_persons", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("customer_id", "for_persons", "text"),
    )


def _credentials() -> None:
    """Certificates in hand for operators to come."""
    op.create_table(
        "credential",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("manager", sa.String(32), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("sm2_id", sa.String(64), nullable=False),
        sa.Column("registered_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('pool', 'assigned', 'cancelled')", name="credential_state"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )


def _carry_over() -> None:
    """Operators that are there keep what they could do."""
    op.execute(
        "INSERT INTO operator_account (customer_id, operator_id, account_owner, account) "
        "SELECT operator.customer_id, operator.operator_id, attached_account.customer_id, attached_account.account "
        "FROM operator JOIN attached_account ON attached_account.customer_id = operator.customer_id "
        "WHERE operator.status <> 'deleted'"
    )
    op.execute(
        "UPDATE operator SET level = 1 WHERE status <> 'deleted' AND ' ' || permissions || ' ' LIKE '% authorize %'"
    )
