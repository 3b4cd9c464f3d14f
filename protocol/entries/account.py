"""The account family's entries."""

from datetime import date
from typing import Final

from protocol import examples
from protocol.messages import account
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        account.QueryAccounts(),
        account.QueryAccountsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户列表查询",
        en="The accounts that the operator may query",
    ),
    service(
        account.QueryBalance(account=(examples.PAYER_ACCOUNT, examples.SECOND_ACCOUNT)),
        account.QueryBalanceReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户余额查询",
        en="Balances of accounts",
    ),
    service(
        account.QueryTransactions(
            account=examples.PAYER_ACCOUNT,
            from_date=date(2026, 10, 1),
            to_date=date(2026, 10, 31),
            page_size=50,
        ),
        account.QueryTransactionsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户明细查询（分页）",
        en="Entries of an account, by pages",
    ),
)
