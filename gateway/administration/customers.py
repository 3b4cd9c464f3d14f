"""Customers (企业) of the register: their form of approval, the bank's words about them, their limits and caps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from gateway.administration.change import (
    AdminError,
    checked_id,
    checked_limits,
    checked_name,
    customer_status,
    raise_version,
    read_customer,
    refuse,
)
from gateway.domain.customer import Customer, Form, Limits
from gateway.domain.limits import settable_faults
from gateway.domain.managing import is_administrator
from gateway.journal.grants import LIVE, every_grant
from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR

STATUSES: Final = ("normal", "suspended")

SWITCHES: Final = ("single_person", "second_administrator", "whole_batch", "advanced", "free_payroll")
"""What the bank says of a customer with yes or no; the columns have these names."""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as staff see it; `operators` counts those that are not deleted."""

    customer: str
    name: str
    status: str
    form: str
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
    _set(tx, customer_id, {"status": status})


def set_form(tx: Connection, customer_id: str, form: str) -> None:
    """Say in which form a customer's new instructions are approved (R2.1, R2.2, R2.12); raises AdminError."""
    raise_version(tx)
    customer_status(tx, customer_id)
    if form not in set(Form):
        raise AdminError(f"form {form!r}: there are {', '.join(Form)}")
    _set(tx, customer_id, {"form": form})


def set_switch(tx: Connection, customer_id: str, switch: str, *, on: bool) -> None:
    """Say one of `SWITCHES` of a customer; raises AdminError.

    A second administrator is asked for only where there are two, and a customer with grants stays advanced (R1.18).
    """
    raise_version(tx)
    assert switch in SWITCHES
    customer = read_customer(tx, customer_id)
    if switch == "second_administrator" and on and _administrators(customer) < 2:
        raise AdminError(
            f"customer {customer_id} has no two administrators in normal state: one alone could change nothing any more"
        )
    if switch == "advanced" and not on and (live := _live_grants(tx, customer_id)):
        raise AdminError(f"customer {customer_id} has grants, which only advanced customers may: end {live} first")
    _set(tx, customer_id, {switch: on})


def set_customer_limits(tx: Connection, customer_id: str, given: Mapping[str, int | None]) -> Limits:
    """Set a customer's own limits, up to the bank's (R3.4), and return them all; raises AdminError.

    `given` has fen, or None for the bank's, under transfer, day, or both.
    """
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    limits = checked_limits(customer.limits, given)
    refuse(f"limits of customer {customer_id}", settable_faults(limits, customer.caps, "Limits"))
    _set(tx, customer_id, {"limit_transfer": limits.per_transfer, "limit_day": limits.per_day})
    return limits


def set_customer_caps(tx: Connection, customer_id: str, given: Mapping[str, int | None]) -> Limits:
    """Set the bank's caps for one customer, None for those of the site, and return what holds; raises AdminError.

    A limit of the customer above a new cap stays, and the lower one holds (O50).
    """
    raise_version(tx)
    customer_status(tx, customer_id)
    caps = checked_limits(Limits(), given, least=1)
    columns = {"transfer": ("cap_transfer", caps.per_transfer), "day": ("cap_day", caps.per_day)}
    _set(tx, customer_id, dict(columns[name] for name in given))
    return read_customer(tx, customer_id).caps


def list_customers(tx: Connection) -> list[CustomerRow]:
    """Every customer, by id."""
    operators = (
        select(func.count())
        .where(OPERATOR.c.customer_id == CUSTOMER.c.customer_id, OPERATOR.c.status != "deleted")
        .scalar_subquery()
    )
    accounts = select(func.count()).where(ATTACHED_ACCOUNT.c.customer_id == CUSTOMER.c.customer_id).scalar_subquery()
    columns = (CUSTOMER.c.customer_id, CUSTOMER.c.name, CUSTOMER.c.status, CUSTOMER.c.form, operators, accounts)
    return [CustomerRow(*row) for row in tx.execute(select(*columns).order_by(CUSTOMER.c.customer_id))]


def _set(tx: Connection, customer_id: str, values: Mapping[str, object]) -> None:
    tx.execute(update(CUSTOMER).where(CUSTOMER.c.customer_id == customer_id).values(**values))


def _administrators(customer: Customer) -> int:
    return sum(person.status == "normal" and is_administrator(person) for person in customer.people.values())


def _live_grants(tx: Connection, customer_id: str) -> str:
    """The grants that a customer gave or was offered, in words; empty where there is none."""
    live = (grant for grant in every_grant(tx, customer_id) if grant.state in LIVE)
    return ", ".join(f"{grant.account} from {grant.grantor} to {grant.grantee}" for grant in live)
