"""The words of a refusal to act: each reason with the value at fault, in both languages, and what to do."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gateway.domain.approval.names import waiting
from gateway.domain.approval.people import PERMISSIONS
from gateway.domain.approval.progress import Progress
from gateway.domain.customer import Person
from gateway.domain.matter import Plan
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.approval import Decision
from protocol.service import Permission


class _Form(NamedTuple):
    """Which value is at fault, and the sentences around it."""

    value: str
    zh: str
    en: str


_FORMS: Final[Mapping[Code, _Form]] = {
    Code.OPERATOR_FROZEN: _Form(
        "operator",
        "操作员{operator}不是正常状态，不能办理任何业务",
        "operator {operator} is not in normal state and can do nothing",
    ),
    Code.ACCOUNT_NOT_LISTED: _Form(
        "payer",
        "付款账号{payer}不在操作员{operator}的可操作账户之列：请由管理员添加",
        "account {payer} is not on the list of operator {operator}: an administrator adds it",
    ),
    Code.SERVICE_NOT_LISTED: _Form(
        "service",
        "业务{service}不在操作员{operator}的可操作业务之列：请由管理员添加",
        "service {service} is not on the list of operator {operator}: an administrator adds it",
    ),
    Code.MATTER_OVER: _Form(
        "state", "指令{state_zh}，没有待办的步骤", "the instruction is {state_en}; no step is open"
    ),
    Code.OWN_ENTRY: _Form(
        "operator",
        "指令由操作员{operator}录入，录入员不得审批；要取消可撤销指令",
        "operator {operator} entered the instruction and so does not decide about it; it may withdraw it",
    ),
    Code.FORCE_OWN_ENTRY: _Form(
        "operator",
        "指令由操作员{operator}录入，强制授权须由其他人办理",
        "operator {operator} entered the instruction: force-authorization falls to another",
    ),
    Code.ALREADY_ACTED: _Form(
        "operator",
        "操作员{operator}已办理过该指令；强制授权员可曾复核，发送不限，此外同一指令一人只任一个角色",
        "operator {operator} has acted on it; one person has one role, but for force after review, and for dispatch",
    ),
    Code.OUT_OF_TURN: _Form(
        "state",
        "指令{state_zh}，尚未轮到操作员{operator}",
        "the instruction is {state_en}: operator {operator} comes later",
    ),
    Code.STEP_FILLED: _Form(
        "state",
        "操作员{operator}可办理的步骤已由他人办完，指令{state_zh}",
        "the step of operator {operator} was taken by others; the instruction is {state_en}",
    ),
    Code.OTHER_NAMED: _Form(
        "named",
        "该步骤已指定由操作员{named}办理；录入员或管理员可另行指定",
        "operator {named} was named for this step; the entry operator or an administrator may name another",
    ),
    Code.LEVEL_DIFFERS: _Form(
        "level",
        "指令{state_zh}，操作员{operator}的授权级别为{level}；级别须恰好相等",
        "the instruction is {state_en}; the level of operator {operator} is {level}, and levels are exact",
    ),
    Code.REVIEWER_NOT_LISTED: _Form(
        "operator",
        "指令{state_zh}，操作员{operator}不在流程{mode}该级的复核员之列",
        "the instruction is {state_en}; operator {operator} is no reviewer of this level of flow {mode}",
    ),
    Code.NOT_SUPERVISOR: _Form(
        "operator",
        "金额超过最高流程限额，须由主管审批，操作员{operator}不是主管",
        "above the highest flow the supervisor decides, and operator {operator} is none",
    ),
    Code.NOT_PERMITTED: _Form(
        "permission",
        "操作员{operator}没有所需的权限{permission}",
        "operator {operator} lacks the permission {permission} that this takes",
    ),
    Code.OPERATOR_NOT_YOURS: _Form(
        "operator",
        "该变更针对操作员{operator}本人，须由其他管理员审批",
        "the change is about operator {operator} itself: another administrator decides",
    ),
    Code.APPROVE_NOT_DUE: _Form(
        "state",
        "指令{state_zh}，审批已全部完成：请发送",
        "the instruction is {state_en}: every approval is given, dispatch it",
    ),
    Code.FORCE_NOT_DUE: _Form(
        "state",
        "指令{state_zh}；复核完成后、等待授权时才能强制授权",
        "the instruction is {state_en}; force-authorize once it is reviewed and waits for authorization",
    ),
    Code.DISPATCH_NOT_DUE: _Form(
        "state",
        "指令{state_zh}；等待发送时才能发送",
        "the instruction is {state_en}; dispatch once it waits for dispatch",
    ),
}


def refusals(
    codes: Iterable[Code], plan: Plan, at: Progress, person: Person, *, decision: Decision, payer: str, service: str
) -> list[Detail]:
    """The reasons why `decision` of `person` does not count, each once; the place in the message is the caller's."""
    state = waiting(plan, at)
    facts = {
        "operator": person.operator_id,
        "payer": payer,
        "service": service,
        "state": at.state.value,
        "state_zh": state.zh,
        "state_en": state.en,
        "named": _named(plan, at),
        "level": "-" if person.level is None else str(person.level),
        "mode": plan.mode,
        "permission": _permission(plan, at, decision),
    }
    found = []
    for code in dict.fromkeys(codes):
        form = _FORMS[code]
        found.append(Detail(code, None, facts[form.value], form.zh.format_map(facts), form.en.format_map(facts)))
    return found


def _named(plan: Plan, at: Progress) -> str:
    return ", ".join(name for index in at.due if (name := at.awaited(plan, index)) is not None)


def _permission(plan: Plan, at: Progress, decision: Decision) -> str:
    """The permission that a decision takes: for approval and rejection that of the step which is due."""
    if decision is Decision.FORCE:
        return Permission.FORCE_AUTHORIZE.value
    if decision is Decision.DISPATCH:
        return Permission.DISPATCH.value
    return next((PERMISSIONS[plan.steps[i].kind].value for i in at.due if plan.steps[i].kind in PERMISSIONS), "")
