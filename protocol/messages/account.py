"""The account family: which accounts a customer may query, their balances and their entries."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from protocol.binding import Element, message
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:account:1"


class AccountStatus(StrEnum):
    """The state of an account; one reported lost shows its balance and nothing else."""

    NORMAL = "normal"
    LOST = "lost"
    FROZEN = "frozen"
    CLOSED = "closed"


class Direction(StrEnum):
    """Seen from the account's holder: a debit takes money away, a credit brings it."""

    DEBIT = "debit"
    CREDIT = "credit"


@message(NAMESPACE)
class QueryAccounts:
    """Asks for the accounts on the operator's own list (R1.5)."""


@message(NAMESPACE)
class AccountItem:
    """One account with its holder's name; `owner` is the customer who granted its use, where it is another's (R1.18).

    `alias` is the customer's own name for it, `priority` is 9 for what is shown first (R1.24).
    """

    account: str
    name: str
    currency: str
    status: AccountStatus
    alias: str | None = None
    priority: int = 0
    owner: str | None = None


@message(NAMESPACE)
class QueryAccountsReply:
    """The accounts by priority, 9 first, then by number (R1.24); an element `Account` for each."""

    accounts: Annotated[tuple[AccountItem, ...], Element("Account")] = ()


@message(NAMESPACE)
class QueryBalance:
    """Asks for the balances of the named accounts (1 to BALANCE_ACCOUNTS_MAX)."""

    account: tuple[str, ...]


@message(NAMESPACE)
class BalanceItem:
    """One balance in fen at `as_of`: `available` is `current` less what is held."""

    account: str
    currency: str
    current: Fen
    available: Fen
    status: AccountStatus
    as_of: datetime


@message(NAMESPACE)
class QueryBalanceReply:
    """The balances, in the order in which the accounts were asked for."""

    balance: tuple[BalanceItem, ...] = ()


@message(NAMESPACE)
class QueryTransactions:
    """Asks for the entries of an account by business date, both days included, a page at a time.

    `cursor` is NextCursor of the page before, `page_size` at most PAGE_ROWS_MAX.
    """

    account: str
    from_date: Annotated[date, Element("From")]
    to_date: Annotated[date, Element("To")]
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class EntryItem:
    """One entry: `amount` is positive, `direction` says which way, `balance` is the balance after it (fen).

    `request_id` is the sender's own id where the customer's request caused the entry.
    """

    entry_id: str
    booked_at: datetime
    business_date: date
    direction: Direction
    amount: Fen
    balance: Fen
    counterparty_account: str | None = None
    counterparty_name: str | None = None
    purpose: str | None = None
    reference: str
    request_id: str | None = None


@message(NAMESPACE)
class QueryTransactionsReply:
    """A page of entries in booking order; without `next_cursor` it is the last."""

    account: str
    entry: tuple[EntryItem, ...] = ()
    next_cursor: str | None = None
