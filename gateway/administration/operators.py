"""Operators (操作员) of the customers: their codes, states, permissions, levels and roles.

What an operator is put in charge of (its lists, its limits) is in `gateway.administration.lists`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from gateway.administration import reach
from gateway.administration.change import (
    AdminError,
    checked_id,
    checked_name,
    customer_status,
    raise_version,
    read_customer,
)
from gateway.administration.places import UNDER_THE_SUPERVISOR, Place, checked_place, hand_up
from gateway.domain.approval import needed_by
from gateway.domain.customer import Customer, Form, Person, Role
from gateway.journal.tables import CERTIFICATE, OPERATOR, OPERATOR_ACCOUNT
from protocol.catalogue import Permission
from protocol.limits import LEVEL_MAX

STATUSES: Final = ("normal", "frozen", "deleted")
OF_ROLE: Final = frozenset({Permission.ENTER, Permission.REVIEW, Permission.ADMINISTER})
"""The permissions that make an operator's role in form 003, where it cannot change (R1.10)."""


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """An operator as staff see it; accounts and certificates are counted, revoked certificates left out."""

    customer: str
    operator: str
    name: str
    status: str
    permissions: tuple[str, ...]
    level: int | None
    role: str
    manager: str | None
    services: tuple[str, ...]
    limit_transfer: int | None
    limit_day: int | None
    accounts: int
    certificates: int


def checked_permissions(words: Iterable[str]) -> tuple[Permission, ...]:
    """Return permissions in their fixed order; raises AdminError for an unknown one and for both authorizing ones.

    Authorize and force-authorize never go together (rule R1.2).
    """
    wanted = set(words)
    if unknown := sorted(wanted - set(Permission)):
        raise AdminError(f"unknown permission {', '.join(unknown)}; there are {', '.join(Permission)}")
    if {Permission.AUTHORIZE, Permission.FORCE_AUTHORIZE} <= wanted:
        raise AdminError("authorize and force-authorize never go to one operator")
    return tuple(permission for permission in Permission if permission in wanted)


def add_operator(
    tx: Connection,
    customer_id: str,
    operator_id: str,
    name: str,
    *,
    permissions: Iterable[str],
    level: int | None = None,
    place: Place = UNDER_THE_SUPERVISOR,
) -> None:
    """Register an operator, with every service and no account; raises AdminError.

    Its code must never have been used before, deleted or not (R1.10); an authorizer has a level (R1.2).
    """
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    checked_id("operator", operator_id)
    known = tx.execute(select(OPERATOR.c.status).where(*_key(customer_id, operator_id))).scalar_one_or_none()
    if known is not None:
        was = "was used by an operator since deleted; a code is never used again" if known == "deleted" else "exists"
        raise AdminError(f"operator {operator_id} of customer {customer_id} {was}")
    words = checked_permissions(permissions)
    checked_place(customer, operator_id, place, words)
    row = {
        "customer_id": customer_id,
        "operator_id": operator_id,
        "name": checked_name(name),
        "status": "normal",
        "permissions": " ".join(words),
        "level": checked_level(words, level),
        "role": place.role,
        "manager": place.manager,
    }
    tx.execute(insert(OPERATOR), row)


def set_operator_status(
    tx: Connection, customer_id: str, operator_id: str, status: str, *, by_bank: bool = False
) -> None:
    """Freeze an operator (冻结: it can do nothing at all), make it normal again, or delete it for ever.

    A deleted operator keeps its row and so its code (R1.10); its lists are emptied, and what it managed goes up to the
    supervisor (R1.14). Raises AdminError when there is no such operator, when it is deleted, when a flow or a pending
    instruction needs who is to be deleted (R1.11), and when the customer would lose its last administrator, whom only
    the bank may freeze (R1.1, O23).
    """
    raise_version(tx)
    assert status in STATUSES
    current, permissions = operator_state(tx, customer_id, operator_id)
    if current == status:
        raise AdminError(f"operator {operator_id} of customer {customer_id} is {status} already")
    if current == "normal" and Permission.ADMINISTER in permissions and not (status == "frozen" and by_bank):
        _keep_an_administrator(tx, customer_id, operator_id)
    if status == "deleted":
        _checked_not_needed(tx, read_customer(tx, customer_id), operator_id)
        of = (OPERATOR_ACCOUNT.c.customer_id == customer_id, OPERATOR_ACCOUNT.c.operator_id == operator_id)
        tx.execute(delete(OPERATOR_ACCOUNT).where(*of))
        hand_up(tx, customer_id, operator_id)
    tx.execute(update(OPERATOR).where(*_key(customer_id, operator_id)).values(status=status))


def set_permissions(
    tx: Connection, customer_id: str, operator_id: str, permissions: Iterable[str], *, level: int | None = None
) -> None:
    """Give an operator exactly these permissions, and a level where it is to authorize (its own if it has one).

    Raises AdminError as adding does, for the last administrator, for the supervisor, and in form 003 where its role
    would change (R1.10).
    """
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    person = _person(tx, customer, operator_id)
    wanted = checked_permissions(permissions)
    if customer.form is Form.FLOW and OF_ROLE & person.permissions != OF_ROLE & set(wanted):
        raise AdminError(
            f"in form {Form.FLOW} an operator's role ({', '.join(sorted(OF_ROLE))}) cannot change: "
            "delete it and register another"
        )
    if Permission.ADMINISTER in person.permissions and Permission.ADMINISTER not in wanted:
        if person.status == "normal":
            _keep_an_administrator(tx, customer_id, operator_id)
        if person.role is Role.SUPERVISOR:
            raise AdminError(f"operator {operator_id} is the supervisor, who administers: change its role first")
    held = person.level if Permission.AUTHORIZE in wanted else None
    values = {"permissions": " ".join(wanted), "level": checked_level(wanted, level or held)}
    tx.execute(update(OPERATOR).where(*_key(customer_id, operator_id)).values(values))


def set_place(tx: Connection, customer_id: str, operator_id: str, place: Place) -> None:
    """Give an operator a role and a manager; raises AdminError, in form 003 for any other role (R1.10).

    Operators and certificates in hand of a deputy who is none any more go up to the supervisor (R1.14).
    """
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    person = _person(tx, customer, operator_id)
    if customer.form is Form.FLOW and place.role != person.role:
        raise AdminError(f"in form {Form.FLOW} an operator's role cannot change: delete it and register another")
    checked_place(customer, operator_id, place, person.permissions)
    if person.role is Role.DEPUTY and place.role != Role.DEPUTY:
        hand_up(tx, customer_id, operator_id)
    values = {"role": place.role, "manager": place.manager}
    tx.execute(update(OPERATOR).where(*_key(customer_id, operator_id)).values(values))


def operator_state(tx: Connection, customer_id: str, operator_id: str) -> tuple[str, frozenset[str]]:
    """Return status and permissions of an operator; raises AdminError when there is none or it is deleted."""
    columns = select(OPERATOR.c.status, OPERATOR.c.permissions)
    row = tx.execute(columns.where(*_key(customer_id, operator_id))).one_or_none()
    if row is None:
        customer_status(tx, customer_id)
        raise AdminError(f"customer {customer_id} has no operator {operator_id}; see `yinqi admin operator list`")
    if row.status == "deleted":
        raise AdminError(f"operator {operator_id} of customer {customer_id} is deleted, for ever")
    return row.status, frozenset(row.permissions.split())


def list_operators(tx: Connection, customer_id: str | None = None) -> list[OperatorRow]:
    """The operators of a customer, or of all, deleted ones included; raises AdminError for an unknown customer."""
    mine = (CERTIFICATE.c.customer_id == OPERATOR.c.customer_id, CERTIFICATE.c.operator_id == OPERATOR.c.operator_id)
    valid = select(func.count()).where(*mine, CERTIFICATE.c.revoked_ms.is_(None)).scalar_subquery()
    lists = OPERATOR_ACCOUNT.c
    on_list = (lists.customer_id == OPERATOR.c.customer_id, lists.operator_id == OPERATOR.c.operator_id)
    listed = select(func.count()).where(*on_list).scalar_subquery()
    columns = (*OPERATOR.c, listed.label("accounts"), valid.label("certificates"))
    wanted = select(*columns).order_by(OPERATOR.c.customer_id, OPERATOR.c.operator_id)
    if customer_id is not None:
        customer_status(tx, customer_id)
        wanted = wanted.where(OPERATOR.c.customer_id == customer_id)
    return [
        OperatorRow(
            customer=row.customer_id,
            operator=row.operator_id,
            name=row.name,
            status=row.status,
            permissions=tuple(row.permissions.split()),
            level=row.level,
            role=row.role,
            manager=row.manager,
            services=tuple(row.services.split()),
            limit_transfer=row.limit_transfer,
            limit_day=row.limit_day,
            accounts=row.accounts,
            certificates=row.certificates,
        )
        for row in tx.execute(wanted)
    ]


def checked_level(permissions: Iterable[str], level: int | None) -> int | None:
    """Return the level of an operator with these permissions: an authorizer has one, others have none (R1.2)."""
    authorizes = Permission.AUTHORIZE in permissions
    if authorizes and (level is None or not 1 <= level <= LEVEL_MAX):
        raise AdminError(f"who may authorize has a level from 1 to {LEVEL_MAX}")
    if level is not None and not authorizes:
        raise AdminError("only who may authorize has a level")
    return level


def _key(customer_id: str, operator_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OPERATOR.c.customer_id == customer_id, OPERATOR.c.operator_id == operator_id


def _person(tx: Connection, customer: Customer, operator_id: str) -> Person:
    operator_state(tx, customer.customer_id, operator_id)
    return customer.people[operator_id]


def _checked_not_needed(tx: Connection, customer: Customer, operator_id: str) -> None:
    """Refuse to delete who alone stands on a level of a flow, or can do a step that a live plan waits for (R1.11)."""
    needed = needed_by(customer, reach.pending(tx, customer.customer_id), operator_id)
    if needed.flows:
        flows = ", ".join(needed.flows)
        raise AdminError(f"operator {operator_id} is the only one on a level of flow {flows}: delete that flow first")
    if needed.matters:
        raise AdminError(f"operator {operator_id} is needed to complete {reach.named(needed.matters)}")


def _keep_an_administrator(tx: Connection, customer_id: str, operator_id: str) -> None:
    """Refuse what would leave a customer without an administrator in normal state."""
    others = select(OPERATOR.c.permissions).where(
        OPERATOR.c.customer_id == customer_id, OPERATOR.c.operator_id != operator_id, OPERATOR.c.status == "normal"
    )
    if not any(Permission.ADMINISTER in words.split() for words in tx.execute(others).scalars()):
        raise AdminError(
            f"operator {operator_id} is the last administrator of customer {customer_id}: "
            "add another first, or suspend the customer"
        )
