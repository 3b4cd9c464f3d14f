"""What an act of somebody counts as, or every reason why it does not count (R1.2 to R1.8, R2.5, R2.7, R2.24, O39).

The documented order of reasons: state and lists of the person, whether anything is open, its roles so far, then what
the decision itself asks. The first is the code of the refusal. Lists ask about thousands of matters that mostly wait
for others, so whether an act counts is found first, and why it does not only where that is told.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.domain.approval.faults import refusals
from gateway.domain.approval.people import NORMAL, able, is_administrative, lacks, listed
from gateway.domain.approval.progress import Progress, progress
from gateway.domain.customer import Person
from gateway.domain.matter import Act, ActKind, Plan, StepKind
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.approval import Decision
from protocol.messages.transfer import TransferState
from protocol.service import Permission


class Counted(NamedTuple):
    """What an act counts as: its kind, and the step of the plan that it fills a place of; None for force and reject."""

    kind: ActKind
    step: int | None


_KINDS: Final = {
    StepKind.REVIEW: ActKind.REVIEW,
    StepKind.AUTHORIZE: ActKind.AUTHORIZE,
    StepKind.SUPERVISE: ActKind.SUPERVISE,
    StepKind.ADMINISTER: ActKind.ADMINISTER,
    StepKind.DISPATCH: ActKind.DISPATCH,
}
_NOTHING: Final[frozenset[Decision]] = frozenset()
_REJECT: Final = frozenset({Decision.REJECT})
_APPROVE: Final = frozenset({Decision.APPROVE})
_FORCE: Final = frozenset({Decision.FORCE})
_DISPATCH: Final = frozenset({Decision.DISPATCH})


def act(
    plan: Plan, acts: Sequence[Act], person: Person, decision: Decision, *, payer: str, service: str
) -> Counted | list[Detail]:
    """What `decision` by `person`, one of the people of the plan's customer, counts as; or every reason against it.

    `payer` and `service` are those of the matter; a plan of an administration message does not ask them.
    """
    at = progress(plan, acts)
    counted = _counted(plan, at, person, decision)
    if counted is not None and _is_present(plan, person, payer, service):
        return counted
    codes = list(_absence(plan, person, payer, service))
    if counted is None:
        codes += _reasons(plan, at, person, decision)
    return refusals(codes, plan, at, person, decision=decision, payer=payer, service=service)


def may(plan: Plan, acts: Sequence[Act], person: Person, *, payer: str, service: str) -> frozenset[Decision]:
    """The decisions of `person` that would count now; for lists of thousands."""
    if not _is_present(plan, person, payer, service):
        return _NOTHING
    at = progress(plan, acts)
    if not at.due:
        return _NOTHING
    if at.state is TransferState.WAITING_DISPATCH:
        allowed = _DISPATCH if _can_dispatch(plan, at, person) else _NOTHING
    else:
        allowed = _NOTHING if _step_for(plan, at, person) is None else _APPROVE
        if _can_force(at, person):
            allowed |= _FORCE
    return allowed | _REJECT if allowed and _has_no_role(at, person) else allowed


def _is_present(plan: Plan, person: Person, payer: str, service: str) -> bool:
    return person.status == NORMAL and (listed(person, payer, service) or is_administrative(plan))


def _absence(plan: Plan, person: Person, payer: str, service: str) -> Iterator[Code]:
    if person.status != NORMAL:
        yield Code.OPERATOR_FROZEN
    if not is_administrative(plan):
        if not listed(person, payer, None):
            yield Code.ACCOUNT_NOT_LISTED
        if not listed(person, None, service):
            yield Code.SERVICE_NOT_LISTED


def _counted(plan: Plan, at: Progress, person: Person, decision: Decision) -> Counted | None:
    """What the decision counts as, whatever state and lists of the person."""
    if decision is Decision.APPROVE:
        step = _step_for(plan, at, person)
        return None if step is None else Counted(_KINDS[plan.steps[step].kind], step)
    if decision is Decision.DISPATCH:
        return Counted(ActKind.DISPATCH, at.due[0]) if _can_dispatch(plan, at, person) else None
    if decision is Decision.FORCE:
        return Counted(ActKind.FORCE, None) if _can_force(at, person) else None
    return Counted(ActKind.REJECT, None) if _can_reject(plan, at, person) else None


def _has_no_role(at: Progress, person: Person) -> bool:
    """A person plays one role on one instruction (R1.3)."""
    return person.operator_id != at.entered_by and person.operator_id not in at.acted


def _step_for(plan: Plan, at: Progress, person: Person) -> int | None:
    """The first due step that an approval of the person would fill a place of."""
    if at.state is TransferState.WAITING_DISPATCH or not _has_no_role(at, person):
        return None
    for index in at.due:
        if able(person, plan.steps[index]) and _has_place(plan, at, person, index):
            return index
    return None


def _has_place(plan: Plan, at: Progress, person: Person, index: int) -> bool:
    """Whether a place of the step is free for the person: one is kept for whoever was named (R2.24)."""
    awaited = at.awaited(plan, index)
    return awaited is None or awaited == person.operator_id or at.free[index] > 1


def _can_dispatch(plan: Plan, at: Progress, person: Person) -> bool:
    """Anyone with the permission, whatever role it had before (R1.3)."""
    return (
        at.state is TransferState.WAITING_DISPATCH
        and Permission.DISPATCH in person.permissions
        and _has_place(plan, at, person, at.due[0])
    )


def _can_force(at: Progress, person: Person) -> bool:
    """While it waits for authorization (R2.7): not the entry operator (R1.4), but the reviewer may (R1.3)."""
    if at.state is not TransferState.WAITING_AUTHORIZATION or Permission.FORCE_AUTHORIZE not in person.permissions:
        return False
    before = at.acted.get(person.operator_id)
    return person.operator_id != at.entered_by and (before is None or before.kind is ActKind.REVIEW)


def _can_reject(plan: Plan, at: Progress, person: Person) -> bool:
    """Whoever could act on the present step, but nobody who has acted already (O39)."""
    return _has_no_role(at, person) and (
        _step_for(plan, at, person) is not None or _can_dispatch(plan, at, person) or _can_force(at, person)
    )


def _reasons(plan: Plan, at: Progress, person: Person, decision: Decision) -> Iterator[Code]:
    """Why nothing is counted; some code for each way in which `_counted` gives None."""
    if not at.due:
        yield Code.MATTER_OVER
    elif decision is Decision.FORCE:
        yield from _against_force(at, person)
    elif decision is Decision.DISPATCH:
        yield from _against_dispatch(plan, at, person)
    elif decision is Decision.REJECT:
        yield from _roles(at, person)
        if at.state is TransferState.WAITING_DISPATCH:
            yield from _against_dispatch(plan, at, person)
        elif not _can_force(at, person):
            yield from _against_approval(plan, at, person)
    elif at.state is TransferState.WAITING_DISPATCH:
        yield Code.APPROVE_NOT_DUE
    else:
        yield from _roles(at, person)
        yield from _against_approval(plan, at, person)


def _roles(at: Progress, person: Person) -> Iterator[Code]:
    if person.operator_id == at.entered_by:
        yield Code.OWN_ENTRY
    elif person.operator_id in at.acted:
        yield Code.ALREADY_ACTED


def _against_approval(plan: Plan, at: Progress, person: Person) -> Iterator[Code]:
    """What is wrong with an approval beside the person's roles: named another, not its turn, filled, not entitled."""
    if person.operator_id in at.acted:
        return
    due = [plan.steps[index] for index in at.due]
    if any(able(person, step) for step in due):
        if not any(able(person, plan.steps[index]) and _has_place(plan, at, person, index) for index in at.due):
            yield Code.OTHER_NAMED
        return
    fitting = [
        index for index, step in enumerate(plan.steps) if step.kind is not StepKind.DISPATCH and able(person, step)
    ]
    if fitting:
        yield Code.OUT_OF_TURN if any(at.free[index] > 0 for index in fitting) else Code.STEP_FILLED
        return
    for step in due:
        yield from lacks(person, step)


def _against_force(at: Progress, person: Person) -> Iterator[Code]:
    if at.state is not TransferState.WAITING_AUTHORIZATION:
        yield Code.FORCE_NOT_DUE
    if person.operator_id == at.entered_by:
        yield Code.FORCE_OWN_ENTRY
    before = at.acted.get(person.operator_id)
    if before is not None and before.kind is not ActKind.REVIEW:
        yield Code.ALREADY_ACTED
    if Permission.FORCE_AUTHORIZE not in person.permissions:
        yield Code.NOT_PERMITTED


def _against_dispatch(plan: Plan, at: Progress, person: Person) -> Iterator[Code]:
    if at.state is not TransferState.WAITING_DISPATCH:
        yield Code.DISPATCH_NOT_DUE
    elif not _has_place(plan, at, person, at.due[0]):
        yield Code.OTHER_NAMED
    if Permission.DISPATCH not in person.permissions:
        yield Code.NOT_PERMITTED
