"""Customers (企业) of the register."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from gateway.administration.change import AdminError, checked_id, checked_name, customer_status, raise_version
from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR

STATUSES: Final = ("normal", "suspended")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as staff see it; `operators` counts those that are not deleted."""

    customer: str
    name: str
    status: str
    operators: int
    accounts: int


def add_customer(tx: Connection, customer_id: str, name: str) -> None:
    """Register a customer; raises AdminError when its id is taken or cannot be one."""
    raise_version(tx)
    checked_id("customer", customer_id)
    if tx.execute(select(CUSTOMER.c.name).where(CUSTOMER.c.customer_id == customer_id)).first() is not None:
        raise AdminError(f"customer {customer_id} exists already")
    tx.execute(insert(CUSTOMER), {"customer_id": customer_id, "name": checked_name(name), "status": "normal"})


def set_customer_status(tx: Connection, customer_id: str, status: str) -> None:
    """Suspend a customer, so that nobody of it can do anything, or make it normal again; raises AdminError."""
    raise_version(tx)
    assert status in STATUSES
    if customer_status(tx, customer_id) == status:
        raise AdminError(f"customer {customer_id} is {status} already")
    tx.execute(update(CUSTOMER).where(CUSTOMER.c.customer_id == customer_id).values(status=status))


def list_customers(tx: Connection) -> list[CustomerRow]:
    """Every customer, by id."""
    operators = (
        select(func.count())
        .where(OPERATOR.c.customer_id == CUSTOMER.c.customer_id, OPERATOR.c.status != "deleted")
        .scalar_subquery()
    )
    accounts = select(func.count()).where(ATTACHED_ACCOUNT.c.customer_id == CUSTOMER.c.customer_id).scalar_subquery()
    columns = (CUSTOMER.c.customer_id, CUSTOMER.c.name, CUSTOMER.c.status, operators, accounts)
    return [CustomerRow(*row) for row in tx.execute(select(*columns).order_by(CUSTOMER.c.customer_id))]
