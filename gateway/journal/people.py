"""Customers with everything the rules ask about them, read from the register by a fixed number of statements."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from core_adapter.database import among
from gateway.domain.customer import Account, Binding, Customer, Flow, Form, Limits, Mode, Person, Right, Role
from gateway.journal.definitions import read_flow, read_mode
from gateway.journal.tables import (
    ACCOUNT_GRANT,
    ATTACHED_ACCOUNT,
    BINDING,
    CLOSED_PAYEE,
    CUSTOMER,
    FLOW,
    MODE,
    OPERATOR,
    OPERATOR_ACCOUNT,
    PURPOSE,
    SITE,
)

EVERY_SERVICE: Final = "*"
"""Stands for every service in the column of an operator's services."""

T = TypeVar("T")
Payees = dict[tuple[str, str], frozenset[tuple[str, str | None]]]
"""By owner and account: whom it may pay where it is closed."""

_CUSTOMERS = (
    select(
        CUSTOMER,
        func.coalesce(CUSTOMER.c.cap_transfer, SITE.c.cap_transfer).label("highest_transfer"),
        func.coalesce(CUSTOMER.c.cap_day, SITE.c.cap_day).label("highest_day"),
        SITE.c.payroll_cap,
    )
    .join(SITE, SITE.c.id == 1)
    .where(among(CUSTOMER.c.customer_id, "customers"))
)
_PEOPLE = select(OPERATOR).where(among(OPERATOR.c.customer_id, "customers"), OPERATOR.c.status != "deleted")
_LISTS = select(OPERATOR_ACCOUNT).where(among(OPERATOR_ACCOUNT.c.customer_id, "customers"))
_OWN = select(ATTACHED_ACCOUNT).where(among(ATTACHED_ACCOUNT.c.customer_id, "customers"))
_GRANTED = (
    select(ATTACHED_ACCOUNT, ACCOUNT_GRANT.c.grantee, ACCOUNT_GRANT.c.rights)
    .join(
        ACCOUNT_GRANT,
        (ACCOUNT_GRANT.c.grantor == ATTACHED_ACCOUNT.c.customer_id)
        & (ACCOUNT_GRANT.c.account == ATTACHED_ACCOUNT.c.account),
    )
    .where(among(ACCOUNT_GRANT.c.grantee, "customers"), ACCOUNT_GRANT.c.state == "accepted")
)
_PAYEES = select(CLOSED_PAYEE).where(among(CLOSED_PAYEE.c.account, "accounts"))
_MODES = select(MODE).where(among(MODE.c.customer_id, "customers"))
_FLOWS = select(FLOW).where(among(FLOW.c.customer_id, "customers"))
_BINDINGS = select(BINDING).where(among(BINDING.c.customer_id, "customers"))
_PURPOSES = select(PURPOSE).where(among(PURPOSE.c.customer_id, "customers"), PURPOSE.c.for_persons)


def read_customers(tx: Connection, customer_ids: Iterable[str]) -> dict[str, Customer]:
    """The customers with these ids that there are, each whole; caps are those of the site where it has none."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}

    def rows(query: Select[Any]) -> dict[str, list[Row[Any]]]:
        return _grouped(tx.execute(query, {"customers": wanted}), lambda row: row.customer_id)

    customers = tx.execute(_CUSTOMERS, {"customers": wanted}).all()
    people = _people(rows(_PEOPLE), rows(_LISTS))
    accounts = _accounts(tx, wanted)
    modes, flows, bindings, purposes = rows(_MODES), rows(_FLOWS), rows(_BINDINGS), rows(_PURPOSES)
    return {
        row.customer_id: Customer(
            customer_id=row.customer_id,
            name=row.name,
            status=row.status,
            form=Form(row.form),
            single_person=row.single_person,
            second_administrator=row.second_administrator,
            whole_batch=row.whole_batch,
            advanced=row.advanced,
            free_payroll=row.free_payroll,
            limits=_limits(row),
            caps=Limits(row.highest_transfer, row.highest_day),
            payroll_cap=row.payroll_cap,
            people=people.get(row.customer_id, {}),
            accounts=accounts.get(row.customer_id, {}),
            modes=_modes(modes.get(row.customer_id, ())),
            flows=_flows(flows.get(row.customer_id, ())),
            bindings={each.service: Binding(each.mode_id, each.enabled) for each in bindings.get(row.customer_id, ())},
            purposes=frozenset(each.text for each in purposes.get(row.customer_id, ())),
        )
        for row in customers
    }


def _people(operators: dict[str, list[Row[Any]]], lists: dict[str, list[Row[Any]]]) -> dict[str, dict[str, Person]]:
    people: dict[str, dict[str, Person]] = {}
    for customer, rows in operators.items():
        listed = _grouped(lists.get(customer, ()), lambda row: row.operator_id)
        people[customer] = {
            row.operator_id: Person(
                operator_id=row.operator_id,
                name=row.name,
                status=row.status,
                permissions=frozenset(row.permissions.split()),
                level=row.level,
                role=Role(row.role),
                manager=row.manager,
                accounts=frozenset(each.account for each in listed.get(row.operator_id, ())),
                services=read_services(row.services),
                limits=_limits(row),
            )
            for row in rows
        }
    return people


def _accounts(tx: Connection, customers: list[str]) -> dict[str, dict[str, Account]]:
    """By customer and number: own accounts and those that others let it use (R1.18)."""
    own = tx.execute(_OWN, {"customers": customers}).all()
    granted = tx.execute(_GRANTED, {"customers": customers}).all()
    closed = sorted({row.account for row in (*own, *granted) if row.closed})
    payees = _payees(tx, closed) if closed else {}
    accounts: dict[str, dict[str, Account]] = defaultdict(dict)
    for row in own:
        accounts[row.customer_id][row.account] = _account(row, payees, own=True)
    for row in granted:
        accounts[row.grantee][row.account] = _account(row, payees, own=False)
    return accounts


def _account(row: Row[Any], payees: Payees, *, own: bool) -> Account:
    return Account(
        number=row.account,
        owner=row.customer_id,
        bank_pay=row.bank_pay,
        bank_wages=row.bank_wages,
        may_pay=row.may_pay,
        may_pay_wages=row.may_wages,
        limits=_limits(row),
        closed=row.closed,
        payees=payees.get((row.customer_id, row.account), frozenset()),
        alias=row.alias if own else None,
        priority=row.priority if own else 0,
        rights=frozenset() if own else frozenset(map(Right, row.rights.split())),
    )


def _payees(tx: Connection, accounts: Collection[str]) -> Payees:
    rows = _grouped(tx.execute(_PAYEES, {"accounts": list(accounts)}), lambda row: (row.customer_id, row.account))
    return {
        key: frozenset((row.payee_account, row.payee_bank_code or None) for row in those) for key, those in rows.items()
    }


def _modes(rows: Iterable[Row[Any]]) -> dict[str, Mode]:
    return {row.mode_id: read_mode(row.mode_id, row.definition) for row in rows}


def _flows(rows: Iterable[Row[Any]]) -> tuple[Flow, ...]:
    flows = (read_flow(row.flow_id, row.account, row.service, row.definition) for row in rows)
    return tuple(sorted(flows, key=lambda flow: flow.flow_id))


def _limits(row: Row[Any]) -> Limits:
    return Limits(row.limit_transfer, row.limit_day)


def read_services(words: str) -> frozenset[str] | None:
    """The services of an operator from its column; None stands for every one (R1.6)."""
    return None if words == EVERY_SERVICE else frozenset(words.split())


def _grouped(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], T]) -> dict[T, list[Row[Any]]]:
    grouped: dict[T, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        grouped[key(row)].append(row)
    return grouped
