"""Who of a customer's administrators may keep what (R1.13 to R1.15): every fault at once, by its place in the message.

An administrator who is no deputy keeps everything, but of the operators only his direct ones: those of no deputy. A
deputy (副主管) keeps its direct operators and nothing else, and gives no more than it has itself. While a deputy is
frozen or may not administer, its operators are the supervisor's: somebody can always stop them (O23). Nobody keeps
himself, and the supervisor (主管) is kept by the bank. What may be given at all is asked where it is given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.domain.customer import Customer, Limits, Person, Role
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.service import Kind, Permission, Service

DECIDING: Final = "DecideChanges"
"""The service by which a second administrator decides, and the act of administration that never waits itself."""

DEPUTY_GIVES: Final = frozenset({Permission.QUERY, Permission.ENTER, Permission.REVIEW})
"""The permissions of the roles that a deputy gives: entry (制单) and review (复核), R1.13."""

DEPUTY_KEEPS: Final = frozenset(
    {"AddOperator", "ChangeOperator", "FreezeOperator", "UnfreezeOperator", "DeleteOperator", "CancelCredential"}
)
"""The changes that a deputy makes: of its direct operators and its pool; all others are the supervisor's (R1.13)."""

SUPERVISOR_SEES: Final = frozenset({"ListGrants"})
"""The lists of what a deputy has no part in; what others show it is cut to its own operators, pool and accounts."""


def is_deputy(person: Person) -> bool:
    """Whether the person is a deputy."""
    return person.role is Role.DEPUTY


def is_administrator(person: Person) -> bool:
    """Whether the person administers the whole customer (R1.1): with that permission, and no deputy."""
    return Permission.ADMINISTER in person.permissions and not is_deputy(person)


def manages(customer: Customer, manager: Person, person: Person) -> bool:
    """Whether `person` is a direct operator of `manager`, one of the administrators (R1.14: 不可越级管理)."""
    if person.role is Role.SUPERVISOR or person.operator_id == manager.operator_id:
        return False
    return _kept_by(customer, person) == (manager.operator_id if is_deputy(manager) else None)


def _kept_by(customer: Customer, person: Person) -> str | None:
    """The deputy that keeps the person now; None stands for the supervisor."""
    deputy = customer.people.get(person.manager or "")
    acts = deputy is not None and deputy.status == "normal" and Permission.ADMINISTER in deputy.permissions
    return person.manager if acts else None


def operator_faults(customer: Customer, manager: Person, operator_id: str) -> list[Detail]:
    """Why `manager` may not keep the operator of that code: there is none, or it is not a direct one of his."""
    person = customer.people.get(operator_id)
    if person is None:
        words = (f"没有操作员{operator_id}", f"there is no operator {operator_id}")
        return [Detail(Code.OPERATOR_UNKNOWN, "Operator", operator_id, *words)]
    if manages(customer, manager, person):
        return []
    if person.operator_id == manager.operator_id:
        words = (
            "不能管理本人：请由其他管理员或银行办理",
            "nobody keeps himself: another administrator or the bank does",
        )
    elif person.role is Role.SUPERVISOR:
        words = (f"{operator_id}是主管，由银行办理", f"{operator_id} is the supervisor, whom the bank keeps")
    else:
        zh, en = (keeper, keeper) if (keeper := _kept_by(customer, person)) else ("主管", "the supervisor")
        words = (
            f"操作员{operator_id}直接隶属于{zh}，不可越级管理",
            f"{operator_id} is a direct operator of {en}, who alone keeps it",
        )
    return [Detail(Code.OPERATOR_NOT_YOURS, "Operator", operator_id, *words)]


def is_reserved(person: Person, service: Service) -> bool:
    """Whether the service changes or shows what a deputy has no part in, and the person is a deputy."""
    changes = service.kind in (Kind.ADMINISTRATION, Kind.KEEPING) and service.permission is Permission.ADMINISTER
    reserved = (changes and service.name not in DEPUTY_KEEPS) or service.name in SUPERVISOR_SEES
    return reserved and is_deputy(person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an operator is given beyond what it had; `services` None stands for every one, `limits` for those it had."""

    role: str | None = None
    permissions: frozenset[str] = frozenset()
    level: int | None = None
    accounts: frozenset[str] = frozenset()
    services: frozenset[str] | None = frozenset()
    limits: Limits | None = None


def giving_faults(manager: Person, given: Given) -> list[Detail]:
    """What of this a deputy may not give: anything beyond its roles (R1.13), its own lists and its own limits."""
    return list(_beyond(manager, given)) if is_deputy(manager) else []


def _beyond(deputy: Person, given: Given) -> Iterator[Detail]:
    if given.role not in (None, Role.OPERATOR):
        yield _not_given("Role", f"角色{given.role}", f"the role {given.role}")
    for permission in sorted(given.permissions - DEPUTY_GIVES):
        yield _not_given("Rights", f"权限{permission}", f"the permission {permission}")
    if given.level is not None:
        yield _not_given("Rights", f"授权级别{given.level}", f"the level {given.level}")
    for account in sorted(given.accounts - deputy.accounts):
        yield _not_given(
            "Accounts", f"本人列表之外的账号{shown(account)}", f"account {shown(account)}, not on its list"
        )
    if given.limits is not None and _exceeds(given.limits, deputy.limits):
        yield _not_given("Limits", "超过本人限额的转账限额", "limits above its own")
    if deputy.services is None:
        return
    if given.services is None:
        yield _not_given("Services", "全部业务，本人亦非全部可办", "every service, for it does not use all itself")
    for service in sorted((given.services or frozenset()) - deputy.services):
        yield _not_given(
            "Services", f"本人列表之外的业务{shown(service)}", f"service {shown(service)}, not on its list"
        )


def _exceeds(given: Limits, own: Limits) -> bool:
    """Whether either limit lets more through than the own one does."""
    pairs = ((given.per_transfer, own.per_transfer), (given.per_day, own.per_day))
    return any(most is not None and (amount is None or amount > most) for amount, most in pairs)


def _not_given(element: str, zh: str, en: str) -> Detail:
    return Detail(Code.BEYOND_DEPUTY, element, None, f"副主管不得授予{zh}", f"a deputy does not give {en}")
