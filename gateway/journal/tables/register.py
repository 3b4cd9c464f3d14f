"""The register: the site, customers, operators and their certificates."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from gateway.journal.tables.metadata import METADATA

SITE = Table(
    "site",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("register_version", BigInteger, nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False),
    Column("cap_transfer", BigInteger, nullable=False, server_default=text("100000000")),
    Column("cap_day", BigInteger, nullable=False, server_default=text("500000000")),
    Column("payroll_cap", BigInteger, nullable=False, server_default=text("5000000000")),
    CheckConstraint("id = 1", name="site_is_one_row"),
    CheckConstraint("cap_transfer > 0", name="site_cap_transfer"),
    CheckConstraint("cap_day > 0", name="site_cap_day"),
    CheckConstraint("payroll_cap > 0", name="site_payroll_cap"),
)
"""One row: the version of the register (raised by every change to it), the offset of the business clock in milliseconds
(0 in production), and the caps of every customer that has none of its own (R3.4) and of every payroll batch (O53)."""

CUSTOMER = Table(
    "customer",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    Column("form", String(8), nullable=False, server_default=text("'reviewer'")),
    Column("single_person", Boolean, nullable=False, server_default=text("false")),
    Column("second_administrator", Boolean, nullable=False, server_default=text("false")),
    Column("whole_batch", Boolean, nullable=False, server_default=text("true")),
    Column("advanced", Boolean, nullable=False, server_default=text("false")),
    Column("free_payroll", Boolean, nullable=False, server_default=text("false")),
    Column("limit_transfer", BigInteger),
    Column("limit_day", BigInteger),
    Column("cap_transfer", BigInteger),
    Column("cap_day", BigInteger),
    CheckConstraint("status IN ('normal', 'suspended')", name="customer_status"),
    CheckConstraint("form IN ('reviewer', 'mode', 'flow')", name="customer_form"),
    CheckConstraint("limit_transfer >= 0", name="customer_limit_transfer"),
    CheckConstraint("limit_day >= 0", name="customer_limit_day"),
    CheckConstraint("cap_transfer > 0", name="customer_cap_transfer"),
    CheckConstraint("cap_day > 0", name="customer_cap_day"),
)
"""The form of approval and the bank's words about it (R2.1, R2.2, R2.11, R2.12; `advanced`: 高级客户, R1.18).

Limits are the customer's own, caps the bank's for it, NULL where the site's hold (R3.4).
"""

OPERATOR = Table(
    "operator",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("operator_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    Column("permissions", String(120), nullable=False),
    Column("level", Integer),
    Column("role", String(10), nullable=False, server_default=text("'operator'")),
    Column("manager", String(32)),
    Column("limit_transfer", BigInteger),
    Column("limit_day", BigInteger),
    Column("services", Text, nullable=False, server_default=text("'*'")),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("status IN ('normal', 'frozen', 'deleted')", name="operator_status"),
    CheckConstraint("level BETWEEN 1 AND 9", name="operator_level"),
    CheckConstraint("role IN ('operator', 'deputy', 'supervisor')", name="operator_role"),
    CheckConstraint("limit_transfer >= 0", name="operator_limit_transfer"),
    CheckConstraint("limit_day >= 0", name="operator_limit_day"),
)
"""A deleted operator keeps its row, so that its code is never used again (R1.10).

`permissions` and `services` are names separated by spaces; services '*' is every service (R1.6). `manager` is the
deputy whose direct operator it is, NULL for those of the supervisor (R1.14).
"""

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

CREDENTIAL = Table(
    "credential",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    Column("customer_id", String(32), nullable=False),
    Column("manager", String(32), nullable=False),
    Column("state", String(9), nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("sm2_id", String(64), nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("state IN ('pool', 'assigned', 'cancelled')", name="credential_state"),
)
"""空卡: certificates for signing that a customer has in hand for operators to come (R1.15).

In the pool of `manager` (a deputy's code, empty for the supervisor) until assigned, when a row of `certificate` says to
whom, or cancelled, which is final.
"""
