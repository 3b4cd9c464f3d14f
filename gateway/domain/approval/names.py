"""What states and steps are called, in Chinese and English: with their level where they have one (O43)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.domain.approval.progress import Progress, progress
from gateway.domain.matter import Act, Plan, Step, StepKind
from protocol.messages.transfer import TransferState


class Words(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str


STATES: Final[Mapping[TransferState, Words]] = {
    TransferState.WAITING_REVIEW: Words("等待复核", "waiting for review"),
    TransferState.WAITING_AUTHORIZATION: Words("等待授权", "waiting for authorization"),
    TransferState.WAITING_SUPERVISOR: Words("等待主管审批", "waiting for the supervisor"),
    TransferState.WAITING_DISPATCH: Words("等待发送", "waiting for dispatch"),
    TransferState.WAITING_ADMINISTRATOR: Words("等待管理员审批", "waiting for an administrator"),
    TransferState.PROCESSING: Words("各步骤均已办完", "complete"),
    TransferState.REJECTED: Words("已拒绝", "rejected"),
    TransferState.WITHDRAWN: Words("已撤销", "withdrawn"),
    TransferState.EXPIRED: Words("已过期", "expired"),
    TransferState.ENDED: Words("已终止", "ended"),
}
"""The states that a plan and its acts lead to."""

STEPS: Final[Mapping[StepKind, Words]] = {
    StepKind.REVIEW: Words("复核", "review"),
    StepKind.AUTHORIZE: Words("授权", "authorization"),
    StepKind.SUPERVISE: Words("主管审批", "approval by the supervisor"),
    StepKind.DISPATCH: Words("发送", "dispatch"),
    StepKind.ADMINISTER: Words("管理员审批", "approval by an administrator"),
}


def state_name(plan: Plan, acts: Sequence[Act]) -> Words:
    """What the state of a matter is called, with the level it waits for: 等待复核（第2级）, 等待授权（1级、3级）."""
    return waiting(plan, progress(plan, acts))


def waiting(plan: Plan, at: Progress) -> Words:
    """As `state_name`, of a plan that has got as far as `at`."""
    levels = _levels(plan.steps[index] for index in at.due)
    return _with_levels(STATES[at.state], levels)


def step_name(step: Step | None) -> Words:
    """What a step is called, with its level where it has one; None is the entry."""
    if step is None:
        return Words("录入", "entry")
    return _with_levels(STEPS[step.kind], _levels([step]))


def _levels(steps: Iterable[Step]) -> list[str]:
    return list(dict.fromkeys(str(step.level) for step in steps if step.level is not None))


def _with_levels(words: Words, levels: list[str]) -> Words:
    if not levels:
        return words
    zh = "、".join(f"{level}级" for level in levels)
    return Words(f"{words.zh}（{zh}）", f"{words.en} (level {', '.join(levels)})")
