"""Operators (操作员) of the customers: their codes, states, permissions, levels and roles.

What an operator is put in charge of (its lists, its limits) is in `gateway.administration.lists`.
"""

from collections.abc import Collection, Iterable, Iterator
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
    refusal,
    refuse,
)
from gateway.administration.places import UNDER_THE_SUPERVISOR, Place, checked_place, hand_up
from gateway.domain.approval import needed_by
from gateway.domain.customer import Customer, Form, Person, Role
from gateway.domain.managing import DECIDING, is_administrator
from gateway.journal.tables import CERTIFICATE, OPERATOR, OPERATOR_ACCOUNT
from protocol.catalogue import Permission
from protocol.codes import Code
from protocol.errors import Detail
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
    refuse("", _exclusive_faults(wanted))
    return tuple(permission for permission in Permission if permission in wanted)


def rights_faults(permissions: Iterable[str], level: int | None) -> list[Detail]:
    """What is wrong with these permissions and this level of one operator (R1.2)."""
    wanted = set(permissions)
    return [*_exclusive_faults(wanted), *_level_faults(wanted, level)]


def role_faults(customer: Customer, person: Person, permissions: Collection[str]) -> list[Detail]:
    """Why a person may not be given these permissions: in form 003 its role would change (R1.10)."""
    if customer.form is not Form.FLOW or OF_ROLE & person.permissions == OF_ROLE & set(permissions):
        return []
    role = ", ".join(sorted(OF_ROLE))
    return [
        Detail(
            Code.ROLE_FIXED,
            None,
            person.operator_id,
            f"按转账流程管理的企业，操作员{person.operator_id}的角色（{role}）不能修改：请删除后另行增加",
            f"in form {Form.FLOW} an operator's role ({role}) cannot change: delete it and register another",
        )
    ]


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
        raise _taken(customer_id, operator_id, deleted=known == "deleted")
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
    current, _ = operator_state(tx, customer_id, operator_id)
    if current == status:
        raise AdminError(f"operator {operator_id} of customer {customer_id} is {status} already")
    customer = read_customer(tx, customer_id)
    if status != "normal" and not (status == "frozen" and by_bank):
        keep_an_administrator(customer, operator_id)
    if status == "deleted":
        _checked_not_needed(tx, customer, operator_id)
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
    refuse("", role_faults(customer, person, wanted))
    if Permission.ADMINISTER in person.permissions and Permission.ADMINISTER not in wanted:
        keep_an_administrator(customer, operator_id)
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
    if place.role == Role.DEPUTY:
        keep_an_administrator(customer, operator_id)
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
    refuse("", _level_faults(permissions, level))
    return level


def _exclusive_faults(permissions: Collection[str]) -> Iterator[Detail]:
    if {Permission.AUTHORIZE, Permission.FORCE_AUTHORIZE} <= set(permissions):
        words = ("授权与强制授权权限不得授予同一操作员", "authorize and force-authorize never go to one operator")
        yield Detail(Code.PERMISSIONS_EXCLUSIVE, None, Permission.FORCE_AUTHORIZE, *words)


def _level_faults(permissions: Iterable[str], level: int | None) -> Iterator[Detail]:
    authorizes = Permission.AUTHORIZE in permissions
    told = "-" if level is None else str(level)
    if authorizes and (level is None or not 1 <= level <= LEVEL_MAX):
        words = (
            f"有授权权限的操作员须有1至{LEVEL_MAX}的授权级别",
            f"who may authorize has a level from 1 to {LEVEL_MAX}",
        )
        yield Detail(Code.LEVEL_NOT_FITTING, None, told, *words)
    if level is not None and not authorizes:
        words = ("只有有授权权限的操作员才有授权级别", "only who may authorize has a level")
        yield Detail(Code.LEVEL_NOT_FITTING, None, told, *words)


def _taken(customer_id: str, operator_id: str, *, deleted: bool) -> AdminError:
    zh, en = "已存在", "exists"
    if deleted:
        zh = "曾由已删除的操作员使用，代码不能再次使用"
        en = "was used by an operator since deleted; a code is never used again"
    return refusal(
        Code.OPERATOR_TAKEN,
        operator_id,
        f"操作员{operator_id}{zh}",
        f"operator {operator_id} of customer {customer_id} {en}",
    )


def _key(customer_id: str, operator_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OPERATOR.c.customer_id == customer_id, OPERATOR.c.operator_id == operator_id


def _person(tx: Connection, customer: Customer, operator_id: str) -> Person:
    operator_state(tx, customer.customer_id, operator_id)
    return customer.people[operator_id]


def _checked_not_needed(tx: Connection, customer: Customer, operator_id: str) -> None:
    """Refuse to delete who alone stands on a level of a flow, or can do a step that a live plan waits for (R1.11)."""
    needed = needed_by(customer, reach.pending(tx, customer.customer_id), operator_id)
    faults = []
    if needed.flows:
        flows = reach.listed(needed.flows)
        faults.append(
            Detail(
                Code.OPERATOR_NEEDED,
                None,
                operator_id,
                f"操作员{operator_id}是流程{flows}某一级的唯一人员：请先删除该流程",
                f"operator {operator_id} is the only one on a level of flow {flows}: delete that flow first",
            )
        )
    if needed.matters:
        orders = reach.named(needed.matters)
        faults.append(
            Detail(
                Code.OPERATOR_NEEDED,
                None,
                operator_id,
                f"待办指令{orders}须由操作员{operator_id}办理：请先办完或撤销",
                f"operator {operator_id} is needed to complete {orders}",
            )
        )
    refuse("", faults)


def _decides(customer: Customer, services: frozenset[str] | None) -> bool:
    """Whether these services let an administrator decide on changes, where these take a second one."""
    return not customer.second_administrator or services is None or DECIDING in services


def keep_an_administrator(customer: Customer, operator_id: str) -> None:
    """Refuse what would leave a customer without an administrator in normal state (R1.1); deputies are none.

    Where every change takes a second administrator, one alone could change nothing any more: then two stay.
    """
    active = {
        name
        for name, person in customer.people.items()
        if person.status == "normal" and is_administrator(person) and _decides(customer, person.services)
    }
    least = 2 if customer.second_administrator else 1
    if operator_id in active and len(active) <= least:
        zh, en = "唯一正常状态的管理员", "the last administrator"
        if least > 1:
            zh, en = "最后两名正常状态的管理员之一，变更须两人办理", "one of the last two administrators"
        raise refusal(
            Code.LAST_ADMINISTRATOR,
            operator_id,
            f"操作员{operator_id}是企业{zh}：请先增设管理员",
            f"operator {operator_id} is {en} of customer {customer.customer_id}: add another first",
            hint=", or suspend the customer",
        )
