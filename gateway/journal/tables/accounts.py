"""The register: which accounts a customer has here, who of it may use them, and whom else it lets use them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    text,
)

from gateway.journal.tables.metadata import METADATA

ATTACHED_ACCOUNT = Table(
    "attached_account",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("bank_pay", Boolean, nullable=False, server_default=text("true")),
    Column("bank_wages", Boolean, nullable=False, server_default=text("false")),
    Column("may_pay", Boolean, nullable=False, server_default=text("true")),
    Column("may_wages", Boolean, nullable=False, server_default=text("false")),
    Column("limit_transfer", BigInteger),
    Column("limit_day", BigInteger),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    Column("alias", String(60)),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    ForeignKeyConstraint(["customer_id"], ["customer.customer_id"]),
    CheckConstraint("bank_pay OR NOT may_pay", name="attached_account_may_pay"),
    CheckConstraint("bank_wages OR NOT may_wages", name="attached_account_may_wages"),
    CheckConstraint("limit_transfer >= 0", name="attached_account_limit_transfer"),
    CheckConstraint("limit_day >= 0", name="attached_account_limit_day"),
    CheckConstraint("priority BETWEEN 0 AND 9", name="attached_account_priority"),
)
"""上挂账户: an account that a customer has here; an account is attached to one customer.

`bank_pay` and `bank_wages` are what the bank opened (付款权限, 代发类权限), `may_pay` and `may_wages` what the
customer's administrator left on within it (R1.7). With `closed` it pays only those of `closed_payee` (封闭转账, R1.23).
`alias` and `priority` (9 first) say how it is shown (R1.24).
"""
Index("attached_account_once", ATTACHED_ACCOUNT.c.account, unique=True)

OPERATOR_ACCOUNT = Table(
    "operator_account",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("operator_id", String(32), primary_key=True),
    Column("account_owner", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    ForeignKeyConstraint(["customer_id", "operator_id"], ["operator.customer_id", "operator.operator_id"]),
    ForeignKeyConstraint(["account_owner", "account"], ["attached_account.customer_id", "attached_account.account"]),
)
"""可操作账户: the accounts that an operator sees and uses (R1.5), its customer's own and those granted by another."""

CLOSED_PAYEE = Table(
    "closed_payee",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("payee_account", String(32), primary_key=True),
    Column("payee_bank_code", String(12), primary_key=True),
    Column("payee_name", String(120), nullable=False),
    ForeignKeyConstraint(["customer_id", "account"], ["attached_account.customer_id", "attached_account.account"]),
)
"""转账对应关系清单: whom a closed account may pay, kept by the bank (R1.23); the empty bank code is this bank."""

ACCOUNT_GRANT = Table(
    "account_grant",
    METADATA,
    Column("grantor", String(32), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("grantee", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rights", String(40), nullable=False),
    Column("state", String(9), nullable=False),
    Column("letter", String(64)),
    Column("offered_ms", BigInteger, nullable=False),
    Column("accepted_ms", BigInteger),
    Column("ended_ms", BigInteger),
    ForeignKeyConstraint(["grantor"], ["customer.customer_id"]),
    ForeignKeyConstraint(["grantee"], ["customer.customer_id"]),
    CheckConstraint("grantor <> grantee", name="account_grant_two_customers"),
    CheckConstraint("state IN ('offered', 'accepted', 'withdrawn', 'dropped')", name="account_grant_state"),
)
"""对外授权: an account offered by its owner to another customer, and what became of the offer (R1.18 to R1.21).

`rights` are words separated by spaces. `letter` names the signed letter (账户授权书) by which the bank recorded the
grant, NULL where it was offered by message (R1.22). `number` counts the offers of one account to one customer.
"""
Index("account_grant_grantee", ACCOUNT_GRANT.c.grantee, ACCOUNT_GRANT.c.state)
_LIVE = text("state IN ('offered', 'accepted')")
Index(
    "account_grant_live",
    ACCOUNT_GRANT.c.account,
    ACCOUNT_GRANT.c.grantee,
    unique=True,
    postgresql_where=_LIVE,
    sqlite_where=_LIVE,
)
