"""The register: the site, customers, operators, certificates, accounts."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Integer, LargeBinary, String, Table

from gateway.journal.tables.metadata import METADATA

SITE = Table(
    "site",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("register_version", BigInteger, nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="site_is_one_row"),
)
"""One row: the version of the register (raised by every change to customers, operators, certificates or accounts) and
the offset of the business clock in milliseconds (0 in production)."""

CUSTOMER = Table(
    "customer",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    CheckConstraint("status IN ('normal', 'suspended')", name="customer_status"),
)

OPERATOR = Table(
    "operator",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("operator_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    Column("permissions", String(120), nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("status IN ('normal', 'frozen', 'deleted')", name="operator_status"),
)
"""A deleted operator keeps its row, so that its code is never used again (R1.10)."""

CERTIFICATE = Table(
    "certificate",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    Column("customer_id", String(32), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("sm2_id", String(64), nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    ForeignKeyConstraint(["customer_id", "operator_id"], ["operator.customer_id", "operator.operator_id"]),
    CheckConstraint("purpose IN ('sign', 'tls')", name="certificate_purpose"),
)
"""The fingerprint is the key: a certificate once assigned never goes to another operator (R1.15)."""

ATTACHED_ACCOUNT = Table(
    "attached_account",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""上挂账户: the accounts a customer may use here."""
