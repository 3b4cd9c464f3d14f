"""Naming the next actor (R2.24): at entry, with an approval, or anew where the one named cannot act any more (O42)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.domain.approval.deciding import act
from gateway.domain.approval.people import NORMAL
from gateway.domain.approval.progress import progress
from gateway.domain.customer import Person
from gateway.domain.managing import is_administrator
from gateway.domain.matter import Act, Plan
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.messages.approval import Decision
from protocol.messages.transfer import TransferState

_UNKNOWN: Final = ("没有操作员{name}", "there is no operator {name}")
_NOBODY: Final = ("没有待办的步骤，无需指定办理人", "no step is open, so there is nobody to name")
_NOT_ENTITLED: Final = (
    "操作员{name}不能办理下一步骤，原因如下",
    "operator {name} may not take the next step, for what follows",
)
_FOREIGN: Final = (
    "授权倒进账由账户所属企业复核审批，请勿指定办理人",
    "a collection is approved by the customer that owns the account: name nobody",
)


def name_next(
    plan: Plan, acts: Sequence[Act], named: str, people: Mapping[str, Person], *, payer: str, service: str
) -> Plan | list[Detail]:
    """The plan with operator `named` of `people` as the next actor, in place of who was named before; or why not.

    In an unordered plan the step is the first due one that fits. A place is kept for whoever is named; where the step
    takes more people, the others stay free.
    """
    at = progress(plan, acts)
    if not at.due:
        return [_fault(_NOBODY, named)]
    person = people.get(named)
    if person is None:
        return [_fault(_UNKNOWN, named)]
    cleared = plan
    for index in at.due:
        cleared = _with_name(cleared, index, None)
    decision = Decision.DISPATCH if at.state is TransferState.WAITING_DISPATCH else Decision.APPROVE
    verdict = act(cleared, acts, person, decision, payer=payer, service=service)
    if isinstance(verdict, list):
        return [_fault(_NOT_ENTITLED, named), *verdict]
    assert verdict.step is not None, "approve and dispatch fill a step"
    return _with_name(plan, verdict.step, named)


def naming_faults(plan: Plan, acts: Sequence[Act], person: Person) -> list[Detail]:
    """Why `person` may not name another actor (O42); its entry operator and administrators may, at any time."""
    name = person.operator_id
    found = []
    if person.status != NORMAL:
        words = (
            f"操作员{name}不是正常状态",
            f"operator {name} is not in normal state and can do nothing",
        )
        found.append(Detail(Code.OPERATOR_FROZEN, None, name, *words))
    if name != progress(plan, acts).entered_by and not is_administrator(person):
        words = (
            f"操作员{name}既不是录入员，也不是管理员",
            f"operator {name} neither entered it nor is an administrator",
        )
        found.append(Detail(Code.NAMING_NOT_YOURS, None, name, *words))
    return found


def foreign(named: str) -> Detail:
    """Why the grantee, who enters a collection, names nobody: what it learned would be of another customer (O44)."""
    return _fault(_FOREIGN, named)


def _fault(words: tuple[str, str], name: str) -> Detail:
    zh, en = words
    return Detail(Code.ACTOR_NOT_ENTITLED, None, shown(name), zh.format(name=shown(name)), en.format(name=shown(name)))


def _with_name(plan: Plan, index: int, named: str | None) -> Plan:
    steps = plan.steps
    return replace(plan, steps=(*steps[:index], replace(steps[index], named=named), *steps[index + 1 :]))
