"""Accounts: which of them a customer may use here (上挂账户); the accounts themselves are the business of the core."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from gateway.administration.change import (
    AdminError,
    checked_limits,
    customer_status,
    raise_version,
    refusal,
    refuse,
)
from gateway.administration.reach import checked_idle
from gateway.domain.customer import Limits
from gateway.journal.grants import LIVE
from gateway.journal.tables import ACCOUNT_GRANT, ATTACHED_ACCOUNT, CLOSED_PAYEE, FLOW, OPERATOR_ACCOUNT
from protocol.codes import Code
from protocol.errors import Detail
from protocol.names import printable

NUMBER: Final = re.compile(r"[0-9]{6,32}")
ALIAS_CHARS_MAX: Final = 60
PRIORITIES: Final = range(10)

_ABILITY: Final = {
    "pay": (Code.PAYMENT_NOT_OPEN, "付款权限"),
    "wages": (Code.WAGES_NOT_OPEN, "代发类权限"),
}
ABILITIES: Final = tuple(_ABILITY)
"""付款权限 and 代发类权限: bank_pay is what the bank opened, may_pay what the administrator left on of it (R1.7)."""


@dataclass(frozen=True, slots=True)
class AttachedRow:
    """An account that a customer may use; "off" is what the bank opened and the administrator switched off."""

    customer: str
    account: str
    pay: str
    wages: str
    limit_transfer: int | None
    limit_day: int | None
    closed: bool
    alias: str | None
    priority: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What the bank opens on an account: payments, and payroll and reimbursement (R1.7)."""

    pay: bool = True
    wages: bool = False


PAYS: Final = Opened()


def checked_number(account: str) -> str:
    """Return an account number; raises AdminError when it cannot be one."""
    if not NUMBER.fullmatch(account):
        raise AdminError(f"account {account!r}: a number has 6 to 32 digits")
    return account


def attach_accounts(tx: Connection, customer_id: str, accounts: Iterable[str], opened: Opened = PAYS) -> None:
    """Let a customer use accounts, which are on no operator's list until they are added there (R1.5).

    Raises AdminError when one is attached already, to this or to another customer.
    """
    raise_version(tx)
    customer_status(tx, customer_id)
    rights = {"bank_pay": opened.pay, "may_pay": opened.pay, "bank_wages": opened.wages, "may_wages": opened.wages}
    for account in accounts:
        checked_number(account)
        of = select(ATTACHED_ACCOUNT.c.customer_id).where(ATTACHED_ACCOUNT.c.account == account)
        holder = tx.execute(of).scalar_one_or_none()
        if holder is not None:
            raise AdminError(f"account {account} is attached to customer {holder} already")
        tx.execute(insert(ATTACHED_ACCOUNT), {"customer_id": customer_id, "account": account, **rights})


def detach_account(tx: Connection, customer_id: str, account: str) -> None:
    """Take the use of an account from a customer, off every list.

    Raises AdminError when it is not attached, and while orders are under way (O28), it is granted or has flows.
    """
    raise_version(tx)
    attached_row(tx, customer_id, account)
    checked_idle(tx, customer_id, account)
    grants = select(ACCOUNT_GRANT.c.grantee).where(ACCOUNT_GRANT.c.account == account, ACCOUNT_GRANT.c.state.in_(LIVE))
    if grantees := tx.execute(grants).scalars().all():
        raise AdminError(f"account {account} is granted to customer {', '.join(grantees)}: take that back first")
    flows = select(FLOW.c.flow_id).where(FLOW.c.customer_id == customer_id, FLOW.c.account == account)
    if named := tx.execute(flows).scalars().all():
        raise AdminError(f"account {account} has flow {', '.join(named)}: delete that first")
    lists, payees = OPERATOR_ACCOUNT.c, CLOSED_PAYEE.c
    tx.execute(delete(OPERATOR_ACCOUNT).where(lists.account_owner == customer_id, lists.account == account))
    tx.execute(delete(CLOSED_PAYEE).where(payees.customer_id == customer_id, payees.account == account))
    tx.execute(delete(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == account))


def open_abilities(tx: Connection, customer_id: str, account: str, given: Mapping[str, bool]) -> None:
    """Open or close what an account can do, as the bank's word; what is opened is left on, what is closed is off.

    `given` says it of pay, wages, or both. Raises AdminError.
    """
    raise_version(tx)
    row = attached_row(tx, customer_id, account)
    for ability in _named(given):
        was_open, was_left = getattr(row, f"bank_{ability}"), getattr(row, f"may_{ability}")
        left = given[ability] and (was_left or not was_open)
        set_attached(tx, account, {f"bank_{ability}": given[ability], f"may_{ability}": left})


def leave_abilities(tx: Connection, customer_id: str, account: str, given: Mapping[str, bool]) -> None:
    """Switch on or off what an account can do, within what the bank opened (R1.7); raises AdminError.

    `given` says it of pay, wages, or both.
    """
    raise_version(tx)
    row = attached_row(tx, customer_id, account)
    closed = [ability for ability in _named(given) if given[ability] and not getattr(row, f"bank_{ability}")]
    refuse("", (_not_opened(account, ability) for ability in closed))
    set_attached(tx, account, {f"may_{ability}": left for ability, left in given.items()})


def _not_opened(account: str, ability: str) -> Detail:
    """Why an ability cannot be switched on (R1.7)."""
    code, name = _ABILITY[ability]
    return Detail(
        code,
        None,
        account,
        f"银行未为账户{account}开通{name}：请先在银行柜面开通",
        f"the bank has not opened {ability} on account {account}: it opens it first",
    )


def set_account_limits(tx: Connection, customer_id: str, account: str, given: Mapping[str, int | None]) -> Limits:
    """Set an account's limits on payments (R3.1) and return them all; raises AdminError.

    `given` has fen, or None for no limit, under transfer, day, or both.
    """
    raise_version(tx)
    row = attached_row(tx, customer_id, account)
    limits = checked_limits(Limits(row.limit_transfer, row.limit_day), given)
    set_attached(tx, account, {"limit_transfer": limits.per_transfer, "limit_day": limits.per_day})
    return limits


def set_display(
    tx: Connection, customer_id: str, account: str, *, alias: str | None = None, priority: int | None = None
) -> None:
    """Say how an account is shown (R1.24); an empty alias takes it away, None leaves things as they are.

    Raises AdminError.
    """
    raise_version(tx)
    attached_row(tx, customer_id, account)
    if alias is None and priority is None:
        raise AdminError("give an alias, a priority, or both")
    values: dict[str, object] = {}
    if alias is not None:
        if len(alias) > ALIAS_CHARS_MAX or not (printable(alias) or alias == ""):
            raise AdminError(f"alias {alias!r}: it has up to {ALIAS_CHARS_MAX} printable characters, no space outside")
        values["alias"] = alias or None
    if priority is not None:
        if priority not in PRIORITIES:
            raise AdminError(f"priority {priority}: it is 9 (shown first) to 0")
        values["priority"] = priority
    set_attached(tx, account, values)


def attached_row(tx: Connection, customer_id: str, account: str) -> Row[Any]:
    """The row of an attached account; raises AdminError when the customer has no such."""
    customer_status(tx, customer_id)
    key = (ATTACHED_ACCOUNT.c.customer_id == customer_id, ATTACHED_ACCOUNT.c.account == account)
    row = tx.execute(select(ATTACHED_ACCOUNT).where(*key)).one_or_none()
    if row is None:
        raise refusal(
            Code.ACCOUNT_NOT_ATTACHED,
            account,
            f"账号{account}不是本企业的账户",
            f"account {account} is not attached to customer {customer_id}",
        )
    return row


def set_attached(tx: Connection, account: str, values: Mapping[str, object]) -> None:
    """Write columns of an attached account; its number alone tells which, for it is attached once."""
    if values:
        tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == account).values(**values))


def list_attached(tx: Connection, customer_id: str | None = None) -> list[AttachedRow]:
    """The accounts attached to a customer, or to all."""
    wanted = select(ATTACHED_ACCOUNT).order_by(ATTACHED_ACCOUNT.c.customer_id, ATTACHED_ACCOUNT.c.account)
    if customer_id is not None:
        customer_status(tx, customer_id)
        wanted = wanted.where(ATTACHED_ACCOUNT.c.customer_id == customer_id)
    return [
        AttachedRow(
            customer=row.customer_id,
            account=row.account,
            pay=_shown(opened=row.bank_pay, left=row.may_pay),
            wages=_shown(opened=row.bank_wages, left=row.may_wages),
            limit_transfer=row.limit_transfer,
            limit_day=row.limit_day,
            closed=row.closed,
            alias=row.alias,
            priority=row.priority,
        )
        for row in tx.execute(wanted)
    ]


def _shown(*, opened: bool, left: bool) -> str:
    return "yes" if left else ("off" if opened else "no")


def _named(given: Mapping[str, bool]) -> list[str]:
    if not given or set(given) - set(ABILITIES):
        raise AdminError("say it of payments (pay), of payroll and reimbursement (wages), or of both")
    return list(given)
