"""How far a plan has got: which steps are open, which of them are due, who has a role already; from its acts alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.domain.matter import Act, ActKind, Plan, Step, StepKind
from protocol.messages.transfer import TransferState

STATES: Final[Mapping[StepKind, TransferState]] = {
    StepKind.REVIEW: TransferState.WAITING_REVIEW,
    StepKind.AUTHORIZE: TransferState.WAITING_AUTHORIZATION,
    StepKind.SUPERVISE: TransferState.WAITING_SUPERVISOR,
    StepKind.DISPATCH: TransferState.WAITING_DISPATCH,
    StepKind.ADMINISTER: TransferState.WAITING_ADMINISTRATOR,
}
"""What a matter waits for while a step of this kind is due (R2.18, O43)."""

ENDS: Final[Mapping[ActKind, TransferState]] = {
    ActKind.REJECT: TransferState.REJECTED,
    ActKind.WITHDRAW: TransferState.WITHDRAWN,
    ActKind.EXPIRE: TransferState.EXPIRED,
    ActKind.END: TransferState.ENDED,
}
"""The acts that end a matter, and how."""

ROLES: Final = frozenset(
    {
        ActKind.REVIEW,
        ActKind.AUTHORIZE,
        ActKind.FORCE,
        ActKind.SUPERVISE,
        ActKind.DISPATCH,
        ActKind.ADMINISTER,
    }
)
"""The acts that are a role on the instruction beside its entry (R1.3)."""


class Progress(NamedTuple):
    """Where a plan is: `free` places of each step, the steps that are `due` now, everyone's last act in a role.

    `due` is empty when the matter is over or released. `entered_by` is None where another customer entered it.
    """

    state: TransferState
    free: tuple[int, ...]
    due: tuple[int, ...]
    acted: Mapping[str, Act]
    entered_by: str | None

    @property
    def barred(self) -> frozenset[str]:
        """Who has a role on it already, its entry included (R1.3)."""
        return frozenset(self.acted) if self.entered_by is None else frozenset(self.acted) | {self.entered_by}

    def open_steps(self, plan: Plan) -> Iterator[Step]:
        """The steps still open, each with the number of people that it still takes, and its name while that waits."""
        for index, step in enumerate(plan.steps):
            if self.free[index] > 0:
                yield replace(step, count=self.free[index], named=self.awaited(plan, index))

    def awaited(self, plan: Plan, index: int) -> str | None:
        """Who was named for the step and has not acted on it yet; a place is kept for it."""
        named = plan.steps[index].named
        if named is None:
            return None
        act = self.acted.get(named)
        return named if act is None or act.step != index else None


def progress(plan: Plan, acts: Sequence[Act]) -> Progress:
    """How far `acts` have brought `plan`."""
    free = [step.count for step in plan.steps]
    acted: dict[str, Act] = {}
    entered_by: str | None = None
    over: TransferState | None = None
    for act in acts:
        kind = act.kind
        if kind in ROLES:
            acted[act.operator_id] = act
            if act.step is not None:
                free[act.step] -= 1
            else:
                _force(plan, free)
        elif kind is ActKind.ENTER:
            entered_by = None if plan.collected else act.operator_id
        elif kind in ENDS:
            over = ENDS[kind]
    due = _due(plan, free) if over is None else ()
    state = over or (STATES[plan.steps[due[0]].kind] if due else TransferState.PROCESSING)
    return Progress(state, tuple(free), due, acted, entered_by)


def stage(plan: Plan, acts: Sequence[Act]) -> TransferState:
    """What the matter waits for; PROCESSING when no step is open, so that the bank may act; or how it ended."""
    return progress(plan, acts).state


def given(plan: Plan, acts: Sequence[Act]) -> tuple[int, ...]:
    """How many people have acted on each step; a step that a force-authorizer replaced keeps its count (O3)."""
    return tuple(sum(act.step == index and act.kind in ROLES for act in acts) for index in range(len(plan.steps)))


def _force(plan: Plan, free: list[int]) -> None:
    """Every authorizing step is replaced, also a partly filled one; a dispatch step stays (R2.7, O2, O3)."""
    for index, step in enumerate(plan.steps):
        if step.kind is StepKind.AUTHORIZE:
            free[index] = 0


def _due(plan: Plan, free: Sequence[int]) -> tuple[int, ...]:
    """The first open step, or every open authorizing step of an unordered plan once the review is done (R2.5)."""
    steps = plan.steps
    for index, places in enumerate(free):
        if places > 0:
            if plan.ordered or steps[index].kind is not StepKind.AUTHORIZE:
                return (index,)
            return tuple(
                later for later, step in enumerate(steps) if step.kind is StepKind.AUTHORIZE and free[later] > 0
            )
    return ()
