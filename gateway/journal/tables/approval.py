"""The register: how a customer's instructions are approved, and the purposes it keeps."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, String, Table, Text, text

from gateway.journal.tables.metadata import METADATA

MODE = Table(
    "mode",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("mode_id", String(32), primary_key=True),
    Column("definition", Text, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""授权模式 of form 002, its definition as JSON (`gateway.journal.definitions`)."""

FLOW = Table(
    "flow",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("flow_id", String(32), primary_key=True),
    Column("account", String(32)),
    Column("service", String(40)),
    Column("definition", Text, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    ForeignKeyConstraint(["customer_id", "account"], ["attached_account.customer_id", "attached_account.account"]),
    CheckConstraint("(account IS NULL) <> (service IS NULL)", name="flow_of_account_or_service"),
)
"""转账流程 of form 003: of an account (R2.12), or of a service that has one flow whatever the account (R2.16)."""

BINDING = Table(
    "binding",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("service", String(40), primary_key=True),
    Column("mode_id", String(32)),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    ForeignKeyConstraint(["customer_id", "mode_id"], ["mode.customer_id", "mode.mode_id"]),
)
"""开通业务: the mode that a service of a customer follows (R2.8), and whether the service is on (R2.9)."""

PURPOSE = Table(
    "purpose",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("for_persons", Boolean, primary_key=True),
    Column("text", String(120), primary_key=True),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""汇款用途: the purposes that a customer keeps, those for payments to persons apart, which take no others (R4.23)."""
