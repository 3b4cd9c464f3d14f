"""How far a plan has got, and what its states are called."""

import pytest

from gateway.domain.approval import Decision, given, stage, state_name, step_name
from gateway.domain.approval.names import STATES, STEPS
from gateway.domain.approval.progress import ENDS
from gateway.domain.approval.progress import STATES as STATES_OF_STEPS
from gateway.domain.matter import Act, ActKind, Plan, StepKind
from protocol.messages.transfer import TransferState
from tests.gateway.domain.approval.company import (
    BANK_002,
    BANK_003,
    WAN,
    customer_002,
    customer_003,
    decided,
    entered,
    example_mode,
    plan_of,
)


def test_R2_18_each_step_has_its_state_until_all_are_done() -> None:
    """Review, authorization, dispatch, and then the bank."""
    plan = plan_of(customer_002(), 5 * WAN + 1)
    acts = entered()
    seen = [stage(plan, acts)]
    for name in ("REVIEW", "AUTH1", "AUTH3", "SEND"):
        decision = Decision.DISPATCH if name == "SEND" else Decision.APPROVE
        acts = decided(plan, acts, BANK_002[name], decision)
        seen.append(stage(plan, acts))

    assert seen == [
        TransferState.WAITING_REVIEW,
        TransferState.WAITING_AUTHORIZATION,
        TransferState.WAITING_AUTHORIZATION,
        TransferState.WAITING_DISPATCH,
        TransferState.PROCESSING,
    ]
    assert given(plan, acts) == (1, 1, 1, 1)


@pytest.mark.parametrize("kind", ENDS)
def test_R2_19_a_rejection_and_every_other_end_is_the_state(kind: ActKind) -> None:
    """Rejected, withdrawn, expired, ended: whatever was still open."""
    plan = plan_of(customer_002())
    acts = (*decided(plan, entered(), BANK_002["REVIEW"]), Act(operator_id="X", kind=kind, at_ms=9))

    assert stage(plan, acts) is ENDS[kind]


def test_acts_beside_the_plan_leave_it_where_it_is() -> None:
    """A name, a later hour, an acknowledgement: history, no step."""
    plan = plan_of(customer_002())
    notes = tuple(
        Act(operator_id="X", kind=kind, at_ms=9) for kind in (ActKind.NAME, ActKind.ROLL, ActKind.ACKNOWLEDGE)
    )

    assert stage(plan, entered() + notes) is TransferState.WAITING_REVIEW


def test_O3_what_was_given_before_force_stays_counted() -> None:
    """The history keeps the authorization of level 1; the step of level 3 is replaced."""
    plan = plan_of(customer_002(), 5 * WAN + 1)
    acts = decided(plan, decided(plan, entered(), BANK_002["REVIEW"]), BANK_002["AUTH1"])
    forced = decided(plan, acts, BANK_002["FORCE"], Decision.FORCE)

    assert given(plan, forced) == (1, 1, 0, 0)
    assert stage(plan, forced) is TransferState.WAITING_DISPATCH


def test_O43_states_of_003_are_named_with_their_level() -> None:
    """等待复核 with its level, then 等待主管审批."""
    plan = plan_of(customer_003(), 400 * WAN + 1, by="JIA")
    acts = entered("JIA")
    seen = [state_name(plan, acts)]
    for name in ("YI", "BING", "DING"):
        acts = decided(plan, acts, BANK_003[name])
        seen.append(state_name(plan, acts))

    assert [words.zh for words in seen] == ["等待复核（1级）", "等待复核（2级）", "等待复核（3级）", "等待主管审批"]
    assert seen[1].en == "waiting for review (level 2)"
    assert seen[3].en == "waiting for the supervisor"


def test_states_of_002_name_every_level_that_may_come_next() -> None:
    """In an unordered mode both levels wait at once."""
    plan = plan_of(customer_002(mode=example_mode(ordered=False)), 5 * WAN + 1)
    acts = decided(plan, entered(), BANK_002["REVIEW"])

    assert state_name(plan, entered()).zh == "等待复核"
    assert state_name(plan, acts).zh == "等待授权（1级、3级）"
    assert step_name(plan.steps[1]) == ("授权（1级）", "authorization (level 1)")


def test_every_step_and_state_has_its_names() -> None:
    """No kind of step, and no state that a plan leads to, is without words."""
    assert set(STEPS) == set(StepKind) == set(STATES_OF_STEPS)
    assert set(STATES) == {*STATES_OF_STEPS.values(), *ENDS.values(), TransferState.PROCESSING}
    assert step_name(None) == ("录入", "entry")
    assert state_name(Plan(customer_id="C1"), entered()) == STATES[TransferState.PROCESSING]
