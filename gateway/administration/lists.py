"""What an operator is put in charge of: accounts (可操作账户, R1.5), services (可操作业务, R1.6), amounts (R3.2)."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from gateway.administration.change import AdminError, checked_limits, raise_version, read_customer, refuse
from gateway.administration.operators import keep_an_administrator, operator_state
from gateway.domain.customer import Customer, Limits
from gateway.domain.managing import DECIDING
from gateway.journal.people import EVERY_SERVICE, read_services
from gateway.journal.tables import OPERATOR, OPERATOR_ACCOUNT
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.errors import Detail, shown

NAMES: Final = frozenset(service.name for service in CATALOGUE.values())
"""The names of all services."""


def change_accounts(
    tx: Connection,
    customer_id: str,
    operator_id: str,
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
) -> tuple[str, ...]:
    """Put accounts on an operator's list and take others off; returns its list, in order.

    An account is one of its customer's own or one that another customer granted. Raises AdminError for any other, for
    one that is on the list already or is not on it, and for an unknown operator.
    """
    raise_version(tx)
    operator_state(tx, customer_id, operator_id)
    customer = read_customer(tx, customer_id)
    mine = customer.people[operator_id].accounts
    refuse("", account_faults(customer, add))
    if twice := sorted((set(add) & mine) | (set(add) & set(remove))):
        raise AdminError(f"on the list of operator {operator_id} already, or named twice: {', '.join(twice)}")
    if absent := sorted(set(remove) - mine):
        raise AdminError(f"not on the list of operator {operator_id}: {', '.join(absent)}")
    key = {"customer_id": customer_id, "operator_id": operator_id}
    for account in sorted(set(add)):
        tx.execute(
            insert(OPERATOR_ACCOUNT), {**key, "account_owner": customer.accounts[account].owner, "account": account}
        )
    of = _of(OPERATOR_ACCOUNT, customer_id, operator_id)
    tx.execute(delete(OPERATOR_ACCOUNT).where(*of, OPERATOR_ACCOUNT.c.account.in_(sorted(set(remove)))))
    left = select(OPERATOR_ACCOUNT.c.account).where(*of).order_by(OPERATOR_ACCOUNT.c.account)
    return tuple(tx.execute(left).scalars())


def change_services(
    tx: Connection, customer_id: str, operator_id: str, services: Collection[str]
) -> frozenset[str] | None:
    """Give an operator exactly these services (R1.6), or every one for '*', and return them, None for every one.

    Raises AdminError for a service that is not in the catalogue, for an unknown operator, and where one of the last
    administrators could not decide on changes any more (R1.1).
    """
    raise_version(tx)
    operator_state(tx, customer_id, operator_id)
    words = checked_services(services)
    given = read_services(words)
    if given is not None and DECIDING not in given:
        customer = read_customer(tx, customer_id)
        if customer.second_administrator:
            keep_an_administrator(customer, operator_id)
    tx.execute(update(OPERATOR).where(*_of(OPERATOR, customer_id, operator_id)).values(services=words))
    return given


def checked_services(services: Collection[str]) -> str:
    """The services as the column of an operator holds them; raises AdminError for one that is not in the catalogue."""
    if EVERY_SERVICE in services:
        return EVERY_SERVICE
    refuse("", service_faults(services))
    return " ".join(sorted(set(services)))


def account_faults(customer: Customer, accounts: Collection[str]) -> list[Detail]:
    """Which of these accounts the customer may not use, neither as its own nor under a grant."""
    found = sorted(set(accounts) - customer.accounts.keys())
    return [
        Detail(
            Code.ACCOUNT_NOT_ATTACHED,
            None,
            shown(account),
            f"账号{shown(account)}不是本企业可使用的账户",
            f"not an account that customer {customer.customer_id} may use: {shown(account)}",
        )
        for account in found
    ]


def service_faults(services: Collection[str]) -> list[Detail]:
    """Which of these services there are not."""
    return [
        Detail(Code.SERVICE_UNKNOWN, None, shown(name), f"没有业务{shown(name)}", f"unknown service {shown(name)}")
        for name in sorted(set(services) - NAMES)
    ]


def set_operator_limits(tx: Connection, customer_id: str, operator_id: str, given: Mapping[str, int | None]) -> Limits:
    """Set an operator's limits on transfers (转账限额, R3.2) and return them all; raises AdminError.

    `given` has fen, or None for no limit, under transfer, day, or both.
    """
    raise_version(tx)
    operator_state(tx, customer_id, operator_id)
    limits = checked_limits(read_customer(tx, customer_id).people[operator_id].limits, given)
    values = {"limit_transfer": limits.per_transfer, "limit_day": limits.per_day}
    tx.execute(update(OPERATOR).where(*_of(OPERATOR, customer_id, operator_id)).values(values))
    return limits


def _of(table: Table, customer_id: str, operator_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.customer_id == customer_id, table.c.operator_id == operator_id
