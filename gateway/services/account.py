"""The account services: accounts, balances, entries. The core answers; the gateway says who may ask."""

from collections.abc import Mapping, Sequence
from typing import Final

from core_adapter.core import AccountStatus as CoreStatus
from core_adapter.core import CoreAccount, CoreEntry
from gateway.domain import accounts as rules
from gateway.domain import entitlement, period
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Look, Page, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment
from gateway.services.cursor import paging
from gateway.services.service import Bank, Functions, done, place, refuse
from protocol.errors import Detail
from protocol.messages.account import (
    AccountItem,
    AccountStatus,
    BalanceItem,
    Direction,
    EntryItem,
    QueryAccountsReply,
    QueryBalance,
    QueryBalanceReply,
    QueryTransactions,
    QueryTransactionsReply,
)


def _accounts_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    seen = rules.listed(facts)

    def then(known: Mapping[str, CoreAccount]) -> Reply:
        items = (_account(account, known[account.number], command) for account in seen if account.number in known)
        return done(QueryAccountsReply(accounts=tuple(items)))

    return Look(then, accounts=tuple(account.number for account in seen))


def _account(account: Account, known: CoreAccount, command: Command) -> AccountItem:
    """An account as its operator sees it; the owner is named where it is another customer."""
    return AccountItem(
        account=known.number,
        name=known.name,
        currency=known.currency,
        status=AccountStatus(known.status),
        alias=account.alias,
        priority=account.priority,
        owner=account.owner if account.owner != command.head.customer_id else None,
    )


def _balance_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: QueryBalance = command.body
    faults = entitlement.faults(command, facts)
    faults += [
        Detail(code, place("QueryBalance", f"Account[{number}]"), account)
        for number, account in enumerate(body.account, 1)
        for code in rules.query_faults(facts, account)
    ]
    if faults:
        return refuse(faults)

    def then(accounts: Mapping[str, CoreAccount]) -> Reply | Refuse:
        return done(QueryBalanceReply(balance=tuple(_balance(accounts[number], moment) for number in body.account)))

    return Look(then, accounts=body.account)


def _balance(account: CoreAccount, moment: Moment) -> BalanceItem:
    return BalanceItem(
        account=account.number,
        currency=account.currency,
        current=account.balance,
        available=account.available,
        status=AccountStatus(account.status),
        as_of=instant(moment.now_ms),
    )


def _transactions_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: QueryTransactions = command.body
    here = place("QueryTransactions")
    faults = entitlement.faults(command, facts)
    faults += [Detail(code, f"{here}/Account", body.account) for code in rules.query_faults(facts, body.account)]
    faults += period.faults(body.from_date, body.to_date, moment.business_date, here)
    question = ("QueryTransactions", body.account)
    asked = paging(question, (int,), cursor=body.cursor, size=body.page_size, place=here)
    faults += asked.faults
    if faults:
        return refuse(faults)

    def then(entries: Sequence[CoreEntry]) -> Reply:
        page, next_cursor = asked.page(entries, lambda entry: (entry.sequence,))
        return done(
            QueryTransactionsReply(account=body.account, entry=tuple(map(_entry, page)), next_cursor=next_cursor)
        )

    (after,) = asked.after or (0,)
    return Look(then, page=Page(body.account, body.from_date, body.to_date, int(after), asked.limit))


def _entry(entry: CoreEntry) -> EntryItem:
    """An entry as its holder sees it: an inner account of the bank, whose number has another form, is not shown."""
    number = entry.counterparty_account
    inner = not number.replace("-", "").isalnum()
    return EntryItem(
        entry_id=f"{entry.account}-{entry.sequence}",
        booked_at=entry.booked_at,
        business_date=entry.business_date,
        direction=Direction(entry.direction),
        amount=entry.amount,
        balance=entry.balance_after,
        counterparty_account=None if inner else number,
        counterparty_name=None if inner else entry.counterparty_name or None,
        purpose=entry.purpose or None,
        reference=entry.reference,
        request_id=entry.request_id or None,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "QueryAccounts": Functions(decide=_accounts_decide),
    "QueryBalance": Functions(decide=_balance_decide),
    "QueryTransactions": Functions(decide=_transactions_decide),
}
"""By the name of the service."""

assert {status.value for status in CoreStatus} == {status.value for status in AccountStatus}
