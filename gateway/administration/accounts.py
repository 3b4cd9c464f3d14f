"""Accounts: which of them a customer may use here (上挂账户); the accounts themselves are the business of the core."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from gateway.administration.change import AdminError, customer_status, raise_version
from gateway.journal.tables import ATTACHED_ACCOUNT, CLOSED_PAYEE, OPERATOR_ACCOUNT

NUMBER: Final = re.compile(r"[0-9]{6,32}")


@dataclass(frozen=True, slots=True)
class AttachedRow:
    """An account that a customer may use."""

    customer: str
    account: str


def checked_number(account: str) -> str:
    """Return an account number; raises AdminError when it cannot be one."""
    if not NUMBER.fullmatch(account):
        raise AdminError(f"account {account!r}: a number has 6 to 32 digits")
    return account


def attach_accounts(tx: Connection, customer_id: str, accounts: Iterable[str]) -> None:
    """Let a customer use accounts, which are on no operator's list until they are added there (R1.5).

    Raises AdminError when one is attached already, to this or to another customer.
    """
    raise_version(tx)
    customer_status(tx, customer_id)
    for account in accounts:
        checked_number(account)
        of = select(ATTACHED_ACCOUNT.c.customer_id).where(ATTACHED_ACCOUNT.c.account == account)
        holder = tx.execute(of).scalar_one_or_none()
        if holder is not None:
            raise AdminError(f"account {account} is attached to customer {holder} already")
        tx.execute(insert(ATTACHED_ACCOUNT), {"customer_id": customer_id, "account": account})


def detach_account(tx: Connection, customer_id: str, account: str) -> None:
    """Take the use of an account from a customer; what is under way is carried on. Raises AdminError."""
    raise_version(tx)
    customer_status(tx, customer_id)
    key = (ATTACHED_ACCOUNT.c.customer_id == customer_id, ATTACHED_ACCOUNT.c.account == account)
    tx.execute(
        delete(OPERATOR_ACCOUNT).where(
            OPERATOR_ACCOUNT.c.account_owner == customer_id, OPERATOR_ACCOUNT.c.account == account
        )
    )
    tx.execute(delete(CLOSED_PAYEE).where(CLOSED_PAYEE.c.customer_id == customer_id, CLOSED_PAYEE.c.account == account))
    if tx.execute(delete(ATTACHED_ACCOUNT).where(*key)).rowcount == 0:
        raise AdminError(f"account {account} is not attached to customer {customer_id}")


def set_display(tx: Connection, customer_id: str, account: str, *, alias: str, priority: int) -> None:
    """Say how an account is shown (R1.24): under which alias, empty for none, and with which priority, 9 first.

    Raises AdminError for an account that is not attached to the customer.
    """
    raise_version(tx)
    key = (ATTACHED_ACCOUNT.c.customer_id == customer_id, ATTACHED_ACCOUNT.c.account == account)
    shown = {"alias": alias or None, "priority": priority}
    if tx.execute(update(ATTACHED_ACCOUNT).where(*key).values(shown)).rowcount == 0:
        raise AdminError(f"account {account} is not attached to customer {customer_id}")


def list_attached(tx: Connection, customer_id: str | None = None) -> list[AttachedRow]:
    """The accounts attached to a customer, or to all."""
    columns = (ATTACHED_ACCOUNT.c.customer_id, ATTACHED_ACCOUNT.c.account)
    wanted = select(*columns).order_by(*columns)
    if customer_id is not None:
        customer_status(tx, customer_id)
        wanted = wanted.where(ATTACHED_ACCOUNT.c.customer_id == customer_id)
    return [AttachedRow(*row) for row in tx.execute(wanted)]
