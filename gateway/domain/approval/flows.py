"""Whether a flow may be made (R2.12 to R2.16): every fault at once. A flow is never changed, only deleted."""

from collections.abc import Iterable, Iterator, Mapping

from gateway.domain.approval.filling import gap, present
from gateway.domain.approval.making import flow_steps
from gateway.domain.approval.names import step_name
from gateway.domain.approval.people import NORMAL
from gateway.domain.approval.services import SERVICE_FLOWS
from gateway.domain.customer import Flow, Person, Role
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.limits import FLOW_LEVELS_MAX, LEVEL_REVIEWERS_MAX
from protocol.money import FEN_MAX, format_amount
from protocol.service import Permission


def flow_faults(flow: Flow, existing: Iterable[Flow], people: Mapping[str, Person]) -> list[Detail]:
    """Why the customer whose `existing` flows and people these are cannot make the flow."""
    others = tuple(existing)
    found = [*_subject(flow, others), *_limit(flow, others), *_levels(flow, people)]
    return found or list(_unfillable(flow, people))


def _subject(flow: Flow, others: tuple[Flow, ...]) -> Iterator[Detail]:
    """Its own id, and one account or one service that has flows of its own."""
    name = shown(flow.flow_id)
    if any(other.flow_id == flow.flow_id for other in others):
        yield Detail(
            Code.FLOW_TAKEN,
            None,
            name,
            f"流程{name}已存在；流程不能修改，请删除后重建，或换一个编号",
            f"there is a flow {name}; a flow is not changed: delete it and make it anew, or take another id",
        )
    if (flow.account is None) == (flow.service is None):
        yield Detail(Code.FLOW_SUBJECT, None, name, "账户与业务须给出其一", "give either an account or a service")
    elif flow.service is not None and flow.service not in SERVICE_FLOWS:
        services = ", ".join(sorted(SERVICE_FLOWS))
        yield Detail(
            Code.FLOW_SERVICE,
            None,
            shown(flow.service),
            f"只有{services}有单独的流程，其他业务按账户设定",
            f"only {services} has a flow of its own; others follow those of the account",
        )
    elif flow.service is not None and any(other.service == flow.service for other in others):
        yield Detail(
            Code.FLOW_SERVICE_TAKEN,
            None,
            flow.service,
            f"业务{flow.service}已有流程，只能有一个；请先删除",
            f"service {flow.service} has its one flow; delete that first",
        )


def _limit(flow: Flow, others: tuple[Flow, ...]) -> Iterator[Detail]:
    """A limit of an account's flow that no other flow of the account has; none where it belongs to a service."""
    if flow.account is None:
        if flow.limit is not None:
            words = ("业务的流程不论金额，不设限额", "a flow of a service holds whatever the amount and has no limit")
            yield Detail(Code.FLOW_LIMIT, None, _yuan(flow.limit), *words)
    elif flow.limit is None or not 0 < flow.limit <= FEN_MAX:
        words = ("账户的流程须有大于零的限额", "a flow of an account has a limit above zero")
        yield Detail(Code.FLOW_LIMIT, None, _yuan(flow.limit), *words)
    elif twin := next((other for other in others if other.account == flow.account and other.limit == flow.limit), None):
        yield Detail(
            Code.FLOW_LIMIT_TAKEN,
            None,
            _yuan(flow.limit),
            f"账户{flow.account}的流程{twin.flow_id}已用此限额",
            f"flow {twin.flow_id} of account {flow.account} has this limit",
        )


def _levels(flow: Flow, people: Mapping[str, Person]) -> Iterator[Detail]:
    if not flow.levels:
        yield Detail(Code.FLOW_EMPTY, None, shown(flow.flow_id), "请至少给出一个级别", "give at least one level")
    if len(flow.levels) > FLOW_LEVELS_MAX:
        words = (f"至多{FLOW_LEVELS_MAX}级", f"at most {FLOW_LEVELS_MAX} levels")
        yield Detail(Code.FLOW_TOO_LARGE, None, str(len(flow.levels)), *words)
    for number, reviewers in enumerate(flow.levels, start=1):
        if not reviewers:
            words = (f"第{number}级没有复核员", f"level {number} has no reviewer")
            yield Detail(Code.FLOW_EMPTY, f"Level[{number}]", str(number), *words)
        if len(reviewers) > LEVEL_REVIEWERS_MAX:
            words = (
                f"第{number}级至多{LEVEL_REVIEWERS_MAX}名复核员",
                f"level {number}: at most {LEVEL_REVIEWERS_MAX} reviewers",
            )
            yield Detail(Code.FLOW_TOO_LARGE, f"Level[{number}]", str(len(reviewers)), *words)
        for name in sorted(reviewers):
            yield from _reviewer(name, people.get(name), flow, number)


def _reviewer(name: str, person: Person | None, flow: Flow, number: int) -> Iterator[Detail]:
    """A reviewer is normal, may review, has the account on its list.

    A deputy may stand here (R1.13), never the supervisor, whose step is above every flow (R2.12).
    """
    if person is None:
        words = ("没有此操作员", "there is no such operator")
    elif person.role is Role.SUPERVISOR:
        words = ("主管不在流程之内，在最高流程之上审批", "the supervisor stands above the flows, not in them")
    elif person.status != NORMAL:
        words = ("操作员不是正常状态", "the operator is not in normal state")
    elif Permission.REVIEW not in person.permissions:
        words = ("操作员没有复核权限", "the operator has no permission to review")
    elif flow.account is not None and flow.account not in person.accounts:
        words = (f"账户{flow.account}不在其可操作账户之列", f"account {flow.account} is not on its list")
    elif flow.service is not None and person.services is not None and flow.service not in person.services:
        words = (f"业务{flow.service}不在其可操作业务之列", f"service {flow.service} is not on its list")
    else:
        return
    zh, en = words
    yield Detail(Code.FLOW_REVIEWER, f"Level[{number}]", shown(name), f"第{number}级：{zh}", f"level {number}: {en}")


def _unfillable(flow: Flow, people: Mapping[str, Person]) -> Iterator[Detail]:
    """Different people for entry and every level (O41)."""
    found = gap(flow_steps(flow), present(people, flow.account, flow.service), with_entry=True)
    if found is not None:
        zh, en = step_name(found.step)
        yield Detail(
            Code.FLOW_UNFILLABLE,
            None,
            shown(flow.flow_id),
            f"{zh}步骤没有足够的、与其他角色不同的人员",
            f"too few people for the step {en} who have no other role",
        )


def _yuan(fen: int | None) -> str:
    return "-" if fen is None else format_amount(max(-FEN_MAX, min(fen, FEN_MAX)))
