"""What customers keep for themselves: payees, templates, account groups; purposes are kept in the register."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKeyConstraint, String, Table, Text

from gateway.journal.tables.metadata import METADATA

BOOK = Table(
    "book",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""One row for each customer that ever kept a list: whoever changes its lists holds it, so that they change in turn."""

PAYEE = Table(
    "payee",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("bank_code", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("searched", Text, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""收款人名册 (R4.22); the empty bank code is this bank. `searched` is the name folded and without case."""

TEMPLATE = Table(
    "template",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("payer_account", String(32)),
    Column("payee_account", String(32)),
    Column("payee_name", String(120)),
    Column("payee_bank_code", String(12)),
    Column("amount", BigInteger),
    Column("currency", String(3)),
    Column("purpose", String(120)),
    Column("arrival", String(9)),
    Column("urgent", Boolean),
    Column("remark", String(200)),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("amount > 0", name="template_amount"),
    CheckConstraint("arrival IN ('REAL_TIME', 'NORMAL', 'NEXT_DAY')", name="template_arrival"),
)
"""转账模板: a transfer to be entered again, each field as it was left (R4.24)."""

ACCOUNT_GROUP = Table(
    "account_group",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("accounts", Text, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
)
"""账户分组 (R1.24): account numbers separated by spaces; those not attached any more are left out when it is told."""
