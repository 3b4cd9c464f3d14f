"""Closed transfers (封闭转账, R1.23): which accounts are closed, and whom each of them may pay, kept by the bank."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from gateway.administration.accounts import attached_row, set_attached
from gateway.administration.change import AdminError, checked_name, raise_version
from gateway.journal.tables import CLOSED_PAYEE
from protocol.names import bank_code_valid

PAYEE: Final = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")
PAYEE_CHARS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A payee of a closed account; `bank` is empty for an account at this bank."""

    customer: str
    account: str
    payee: str
    bank: str
    name: str


def set_closed(tx: Connection, customer_id: str, account: str, *, closed: bool) -> int:
    """Close an account to all but its list, or open it to everybody; returns how many payees its list has.

    The list stays when an account is opened. Raises AdminError.
    """
    raise_version(tx)
    if attached_row(tx, customer_id, account).closed == closed:
        raise AdminError(f"account {account} is {'closed' if closed else 'open to every payee'} already")
    set_attached(tx, account, {"closed": closed})
    return len(list_payees(tx, customer_id, account))


def add_payee(tx: Connection, customer_id: str, account: str, payee: str, *, name: str, bank: str = "") -> None:
    """Add a payee to the list of an account, which need not be closed yet; `bank` is empty for this bank.

    Raises AdminError, also for a payee that is on the list.
    """
    raise_version(tx)
    attached_row(tx, customer_id, account)
    if not PAYEE.fullmatch(payee) or len(payee) > PAYEE_CHARS_MAX:
        raise AdminError(f"payee account {payee!r}: 1 to {PAYEE_CHARS_MAX} ASCII digits and letters, hyphens between")
    if bank and not bank_code_valid(bank):
        raise AdminError(f"bank code {bank!r}: 12 digits, the last one the check digit of ISO 7064 MOD 11,10")
    key = {"customer_id": customer_id, "account": account, "payee_account": payee, "payee_bank_code": bank}
    if tx.execute(select(CLOSED_PAYEE.c.payee_name).filter_by(**key)).first() is not None:
        raise AdminError(f"payee {payee} is on the list of account {account} already")
    tx.execute(insert(CLOSED_PAYEE), {**key, "payee_name": checked_name(name)})


def remove_payee(tx: Connection, customer_id: str, account: str, payee: str, *, bank: str = "") -> None:
    """Take a payee off the list of an account; raises AdminError when it is not on it."""
    raise_version(tx)
    attached_row(tx, customer_id, account)
    key = {"customer_id": customer_id, "account": account, "payee_account": payee, "payee_bank_code": bank}
    if tx.execute(delete(CLOSED_PAYEE).filter_by(**key)).rowcount == 0:
        raise AdminError(f"payee {payee} is not on the list of account {account}")


def list_payees(tx: Connection, customer_id: str, account: str | None = None) -> list[ClosedRow]:
    """The payees of the lists of a customer, or of one of its accounts; raises AdminError."""
    columns = CLOSED_PAYEE.c
    wanted = select(CLOSED_PAYEE).where(columns.customer_id == customer_id).order_by(*CLOSED_PAYEE.primary_key)
    if account is not None:
        attached_row(tx, customer_id, account)
        wanted = wanted.where(columns.account == account)
    return [ClosedRow(*row) for row in tx.execute(wanted)]
