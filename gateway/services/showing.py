"""How plans, histories and warnings are shown in replies, whatever the service."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.domain.approval import given
from gateway.domain.calendar import instant
from gateway.domain.matter import Act, ActKind, Matter
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.meanings import text
from protocol.messages.approval import Content
from protocol.messages.matter import HistoryItem, PlanItem, StepItem, WarningItem
from protocol.messages.recurring import RecurringState
from protocol.messages.transfer import TransferState

_ENTERERS: Final = frozenset({ActKind.ENTER, ActKind.WITHDRAW, ActKind.ACKNOWLEDGE})
"""Acts of the customer who entered it, whoever approves."""


def entry_code(matter: Matter) -> Code:
    """The code of an order that was entered: it waits for people, for its time, or for the bank."""
    if matter.state is TransferState.SCHEDULED:
        return Code.SCHEDULED
    return Code.PENDING if matter.state is TransferState.PROCESSING else Code.AWAITING_APPROVAL


def plan_item(matter: Matter) -> PlanItem | None:
    """The plan and how far it has got, as who entered it sees it; None where nobody need act.

    Of a collection it sees what is waited for, not the people of the other customer (R1.19, O44).
    """
    if not matter.plan.steps:
        return None
    plan = plan_of(matter)
    if not _is_foreign(matter):
        return plan
    return replace(plan, mode=None, step=tuple(replace(step, operator=(), named=None) for step in plan.step))


def plan_of(matter: Matter) -> PlanItem:
    """The plan and how far it has got."""
    plan = matter.plan
    return PlanItem(
        mode=plan.mode or None,
        ordered=plan.ordered,
        step=tuple(
            StepItem(
                kind=step.kind,
                level=step.level,
                count=step.count,
                given=done,
                operator=tuple(sorted(step.operators or ())),
                named=step.named,
            )
            for step, done in zip(plan.steps, given(plan, matter.acts), strict=True)
        ),
    )


def content_of(matter: Matter) -> Content:
    """What is shown of it and signed for, as it was written at entry."""
    return binding.read(Content, etree.fromstring(matter.content))


def history(matter: Matter) -> tuple[HistoryItem, ...]:
    """What was done to it, in order (指令处理历史, R2.23), as who entered it sees it: of a collection, not by whom."""
    foreign = _is_foreign(matter)
    return tuple(_act(act, shown=act.kind in _ENTERERS or not foreign) for act in matter.acts)


def _act(act: Act, *, shown: bool) -> HistoryItem:
    told = shown or act.kind is not ActKind.NAME
    return HistoryItem(
        operator_id=(act.operator_id or None) if shown else None,
        act=act.kind,
        at=instant(act.at_ms),
        request_id=(act.by_request or None) if shown else None,
        reason=(act.reason or None) if told else None,
    )


def _is_foreign(matter: Matter) -> bool:
    """Whether another customer's people approve it: a collection under a grant."""
    return matter.plan.customer_id != matter.key.customer_id


def runs_at(matter: Matter) -> datetime | None:
    """When it is to run, where that is known and to come."""
    return instant(matter.run_ms) if matter.run_ms is not None else None


def recurring_state(state: TransferState) -> RecurringState:
    """What is told of a recurring order whose matter is in that state."""
    return _RECURRING.get(state) or RecurringState(state.value)


_RECURRING: Final[Mapping[TransferState, RecurringState]] = {
    TransferState.SCHEDULED: RecurringState.LIVE,
    TransferState.SUCCEEDED: RecurringState.COMPLETED,
}


def warning_item(detail: Detail, language: str) -> WarningItem:
    """A warning in the sender's language."""
    return WarningItem(code=detail.rule, text=words(detail, language))


def words(detail: Detail, language: str) -> str:
    """The sentence of a detail in the sender's language, that of its code where it has none of its own."""
    if language == "en":
        return detail.en or text(Code(detail.rule), "en")
    return detail.zh or text(Code(detail.rule), "zh")
