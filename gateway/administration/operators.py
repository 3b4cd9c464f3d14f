"""Operators (操作员) of the customers, and what each may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from gateway.administration.change import AdminError, checked_id, checked_name, customer_status, raise_version
from gateway.journal.tables import CERTIFICATE, OPERATOR
from protocol.catalogue import Permission

STATUSES: Final = ("normal", "frozen", "deleted")


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """An operator as staff see it; `certificates` counts those that are not revoked."""

    customer: str
    operator: str
    name: str
    status: str
    permissions: tuple[str, ...]
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


def add_operator(tx: Connection, customer_id: str, operator_id: str, name: str, *, permissions: Iterable[str]) -> None:
    """Register an operator; raises AdminError when its code was ever used before, deleted or not (rule R1.10)."""
    raise_version(tx)
    customer_status(tx, customer_id)
    checked_id("operator", operator_id)
    known = tx.execute(select(OPERATOR.c.status).where(*_key(customer_id, operator_id))).scalar_one_or_none()
    if known is not None:
        was = "was used by an operator since deleted; a code is never used again" if known == "deleted" else "exists"
        raise AdminError(f"operator {operator_id} of customer {customer_id} {was}")
    row = {"customer_id": customer_id, "operator_id": operator_id, "name": checked_name(name), "status": "normal"}
    tx.execute(insert(OPERATOR), {**row, "permissions": " ".join(checked_permissions(permissions))})


def set_operator_status(tx: Connection, customer_id: str, operator_id: str, status: str) -> None:
    """Freeze an operator (冻结: it can do nothing at all), make it normal again, or delete it for ever.

    A deleted operator keeps its row and so its code (R1.10). Raises AdminError when there is no such operator, when it
    is deleted, or when the customer would lose its last administrator (R1.1).
    """
    raise_version(tx)
    assert status in STATUSES
    current, permissions = operator_state(tx, customer_id, operator_id)
    if current == status:
        raise AdminError(f"operator {operator_id} of customer {customer_id} is {status} already")
    if status != "normal" and current == "normal" and Permission.ADMINISTER in permissions:
        _keep_an_administrator(tx, customer_id, operator_id)
    tx.execute(update(OPERATOR).where(*_key(customer_id, operator_id)).values(status=status))


def set_permissions(tx: Connection, customer_id: str, operator_id: str, permissions: Iterable[str]) -> None:
    """Give an operator exactly these permissions; raises AdminError as adding does, and for the last administrator."""
    raise_version(tx)
    status, current = operator_state(tx, customer_id, operator_id)
    wanted = checked_permissions(permissions)
    if status == "normal" and Permission.ADMINISTER in current and Permission.ADMINISTER not in wanted:
        _keep_an_administrator(tx, customer_id, operator_id)
    tx.execute(update(OPERATOR).where(*_key(customer_id, operator_id)).values(permissions=" ".join(wanted)))


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
    valid = (
        select(func.count())
        .where(
            CERTIFICATE.c.customer_id == OPERATOR.c.customer_id,
            CERTIFICATE.c.operator_id == OPERATOR.c.operator_id,
            CERTIFICATE.c.revoked_ms.is_(None),
        )
        .scalar_subquery()
    )
    columns = (OPERATOR.c.customer_id, OPERATOR.c.operator_id, OPERATOR.c.name, OPERATOR.c.status)
    wanted = select(*columns, OPERATOR.c.permissions, valid).order_by(OPERATOR.c.customer_id, OPERATOR.c.operator_id)
    if customer_id is not None:
        customer_status(tx, customer_id)
        wanted = wanted.where(OPERATOR.c.customer_id == customer_id)
    return [
        OperatorRow(customer, operator, name, status, tuple(words.split()), certificates)
        for customer, operator, name, status, words, certificates in tx.execute(wanted)
    ]


def _key(customer_id: str, operator_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OPERATOR.c.customer_id == customer_id, OPERATOR.c.operator_id == operator_id


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
