"""What an act counts as, and every reason why it does not."""

from dataclasses import replace

import pytest

from gateway.domain.approval import Counted, Decision, act, administration_plan, may, plan_json, read_plan, stage
from gateway.domain.customer import Authorizers, Band, Person
from gateway.domain.matter import Act, ActKind, Plan
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import TransferState
from tests.gateway.domain.approval.company import (
    BANK_002,
    BANK_003,
    OTHER,
    PAYER,
    SERVICE,
    WAN,
    crew,
    customer_000,
    customer_002,
    customer_003,
    decided,
    entered,
    example_mode,
    person,
    plan_of,
    reasons,
)

APPROVE, REJECT, FORCE, DISPATCH = Decision.APPROVE, Decision.REJECT, Decision.FORCE, Decision.DISPATCH
PLAN = plan_of(customer_002(), 5 * WAN + 1)
ENTERED = entered()
REVIEWED = decided(PLAN, ENTERED, BANK_002["REVIEW"])
HALF = decided(PLAN, REVIEWED, BANK_002["AUTH1"])
AUTHORIZED = decided(PLAN, HALF, BANK_002["AUTH3"])
DONE = decided(PLAN, AUTHORIZED, BANK_002["SEND"], DISPATCH)


def allowed(plan: Plan, acts: tuple[Act, ...], who: Person) -> set[Decision]:
    """What somebody may do now."""
    return set(may(plan, acts, who, payer=PAYER, service=SERVICE))


@pytest.mark.parametrize(("name", "permission", "acts", "decision"), [
    ("REVIEW", "review", ENTERED, APPROVE),
    ("AUTH1", "authorize", REVIEWED, APPROVE),
    ("FORCE", "force-authorize", REVIEWED, FORCE),
    ("SEND", "dispatch", AUTHORIZED, DISPATCH),
])  # fmt: skip
def test_R1_2_each_step_takes_its_permission(
    name: str, permission: str, acts: tuple[Act, ...], decision: Decision
) -> None:
    """Review, authorize, force-authorize, dispatch: no other permission stands in."""
    others = frozenset({"enter", "review", "authorize", "dispatch", "force-authorize", "administer"}) - {permission}

    assert reasons(PLAN, acts, BANK_002[name], decision) == []
    assert Code.NOT_PERMITTED in reasons(PLAN, acts, replace(BANK_002[name], permissions=frozenset()), decision)
    assert reasons(PLAN, acts, replace(BANK_002[name], permissions=others), decision) != []


def refused(plan: Plan | list[Detail]) -> list[Detail]:
    """Why there is no plan."""
    assert isinstance(plan, list)
    return plan


def test_R1_2_the_second_administrator_takes_the_permission_to_administer() -> None:
    """And no account of anybody's list, for it is about none; of services only that by which it decides (R1.6)."""
    deciding = ["DecideChanges"]
    first, second = person("ADM1", "administer"), person("ADM2", "administer", accounts=[], services=deciding)
    plan = administration_plan(replace(customer_000(first, second), second_administrator=True), "ADM1")
    assert isinstance(plan, Plan)
    without = replace(customer_000(first, replace(second, services=frozenset())), second_administrator=True)
    assert [each.rule for each in refused(administration_plan(without, "ADM1"))] == [Code.PLAN_UNFILLABLE]

    found = act(plan, entered("ADM1"), second, APPROVE, payer="", service="ChangeOperator")
    assert found == Counted(ActKind.ADMINISTER, 0)
    assert may(plan, entered("ADM1"), second, payer="", service="ChangeOperator") == {APPROVE, REJECT}
    assert reasons(plan, entered("ADM1"), first) == [Code.OWN_ENTRY]
    assert reasons(plan, entered("ADM1"), person("X", "review")) == [Code.NOT_PERMITTED]


def test_R1_14_the_second_administrator_is_not_the_one_whom_the_change_is_about() -> None:
    """Nobody keeps himself: it neither approves nor rejects, and a plan that only it could fill is not made."""
    people = [person(name, "administer") for name in ("ADM1", "ADM2", "ADM3")]
    customer = replace(customer_000(*people), second_administrator=True)
    plan = administration_plan(customer, "ADM1", about="ADM2")
    assert isinstance(plan, Plan)

    assert read_plan(plan_json(plan)) == plan
    for decision in (APPROVE, REJECT):
        assert reasons(plan, entered("ADM1"), people[1], decision) == [Code.OPERATOR_NOT_YOURS]
    assert may(plan, entered("ADM1"), people[1], payer="", service="ChangeOperator") == frozenset()
    assert may(plan, entered("ADM1"), people[2], payer="", service="ChangeOperator") == {APPROVE, REJECT}
    two = replace(customer, people={each.operator_id: each for each in people[:2]})
    assert [each.rule for each in refused(administration_plan(two, "ADM1", about="ADM2"))] == [Code.PLAN_UNFILLABLE]


@pytest.mark.parametrize(("name", "acts", "found"), [
    ("ENTRY", ENTERED, [Code.OWN_ENTRY]),
    ("ENTRY", REVIEWED, [Code.OWN_ENTRY]),
    ("REVIEW", REVIEWED, [Code.ALREADY_ACTED]),
    ("AUTH1", HALF, [Code.ALREADY_ACTED]),
])  # fmt: skip
def test_R1_3_on_one_instruction_a_person_plays_one_role(name: str, acts: tuple[Act, ...], found: list[Code]) -> None:
    """Whatever permissions one holds: not one's own entry, and nothing twice."""
    rights = frozenset({"enter", "review", "authorize", "dispatch"})
    everything = replace(BANK_002[name], permissions=rights, level=3 if acts == HALF else 1)

    assert reasons(PLAN, acts, everything) == found
    assert reasons(PLAN, acts, everything, REJECT)[:1] == found


def test_R1_3_a_force_authorizer_may_have_been_the_reviewer() -> None:
    """The first exception."""
    both = person("BOTH", "review", "force-authorize")
    acts = decided(PLAN, ENTERED, both)

    assert stage(PLAN, decided(PLAN, acts, both, FORCE)) is TransferState.WAITING_DISPATCH
    assert allowed(PLAN, acts, both) == {FORCE}


def test_R1_3_an_authorizer_does_not_force_the_rest() -> None:
    """Not even after its permissions were changed from one to the other."""
    changed = replace(BANK_002["AUTH1"], permissions=frozenset({"force-authorize"}), level=None)

    assert reasons(PLAN, HALF, changed, FORCE) == [Code.ALREADY_ACTED]


@pytest.mark.parametrize("name", ["ENTRY", "REVIEW", "AUTH1", "AUTH3", "SEND"])
def test_R1_3_anyone_with_the_dispatch_permission_may_dispatch(name: str) -> None:
    """The second exception: a fifth, or any of the four (R2.4)."""
    sender = replace(BANK_002[name], permissions=BANK_002[name].permissions | {"dispatch"})

    assert stage(PLAN, decided(PLAN, AUTHORIZED, sender, DISPATCH)) is TransferState.PROCESSING


def test_R1_4_the_force_authorizer_is_never_the_entry_operator() -> None:
    """Of that instruction; of another it may be."""
    both = person("ENTRY", "enter", "force-authorize")

    assert reasons(PLAN, REVIEWED, both, FORCE) == [Code.FORCE_OWN_ENTRY]
    assert allowed(PLAN, REVIEWED, both) == set()
    other = decided(PLAN, entered("SOMEBODY"), BANK_002["REVIEW"])
    assert reasons(PLAN, other, both, FORCE) == []


def test_R1_5_the_account_must_be_on_the_list_of_who_acts() -> None:
    """Of everyone, whatever its permission."""
    assert reasons(PLAN, ENTERED, replace(BANK_002["REVIEW"], accounts=frozenset({OTHER}))) == [Code.ACCOUNT_NOT_LISTED]


def test_R1_6_the_service_must_be_on_the_list_of_who_acts() -> None:
    """No list means every service."""
    assert reasons(PLAN, ENTERED, replace(BANK_002["REVIEW"], services=frozenset())) == [Code.SERVICE_NOT_LISTED]
    assert reasons(PLAN, ENTERED, replace(BANK_002["REVIEW"], services=frozenset({SERVICE}))) == []


@pytest.mark.parametrize("decision", Decision)
def test_R1_8_a_frozen_operator_can_do_nothing_at_all(decision: Decision) -> None:
    """Whatever it may otherwise."""
    every = frozenset({"review", "force-authorize", "dispatch"})
    for acts in (ENTERED, REVIEWED, AUTHORIZED):
        frozen = person("X", *every, status="frozen")
        assert reasons(PLAN, acts, frozen, decision)[0] == Code.OPERATOR_FROZEN
        assert allowed(PLAN, acts, frozen) == set()


def test_R2_5_unordered_authorizations_come_in_any_order_after_the_review() -> None:
    """Level 3 before level 1, never before the review."""
    plan = plan_of(customer_002(mode=example_mode(ordered=False)), 5 * WAN + 1)

    assert reasons(plan, ENTERED, BANK_002["AUTH3"]) == [Code.OUT_OF_TURN]
    acts = decided(plan, decided(plan, ENTERED, BANK_002["REVIEW"]), BANK_002["AUTH3"])
    assert stage(plan, decided(plan, acts, BANK_002["AUTH1"])) is TransferState.WAITING_DISPATCH


def test_R2_5_ordered_authorizations_wait_for_their_turn() -> None:
    """Level 3 comes after level 1; then a second level 1 has nothing left to do."""
    assert reasons(PLAN, REVIEWED, BANK_002["AUTH3"]) == [Code.OUT_OF_TURN]
    assert reasons(PLAN, HALF, person("LATE", "authorize", level=1)) == [Code.STEP_FILLED]


@pytest.mark.parametrize("acts", [REVIEWED, HALF])
def test_R2_7_force_replaces_every_authorizing_step(acts: tuple[Act, ...]) -> None:
    """With none or some of them given (O3); the dispatch step stays (O2)."""
    forced = decided(PLAN, acts, BANK_002["FORCE"], FORCE)

    assert stage(PLAN, forced) is TransferState.WAITING_DISPATCH
    assert reasons(PLAN, forced, BANK_002["AUTH3"]) == [Code.APPROVE_NOT_DUE]


@pytest.mark.parametrize("acts", [ENTERED, AUTHORIZED])
def test_R2_7_force_only_while_it_waits_for_authorization(acts: tuple[Act, ...]) -> None:
    """Not before the review, and not after the last authorization."""
    assert reasons(PLAN, acts, BANK_002["FORCE"], FORCE) == [Code.FORCE_NOT_DUE]


def test_O2_force_with_automatic_dispatch_releases_it() -> None:
    """直接进入发送银行端处理: nothing is left open."""
    plan = plan_of(customer_002(mode=example_mode(manual_dispatch=False)), 5 * WAN + 1)
    acts = decided(plan, ENTERED, BANK_002["REVIEW"])

    assert stage(plan, decided(plan, acts, BANK_002["FORCE"], FORCE)) is TransferState.PROCESSING


def test_O3_force_is_allowed_at_any_moment_of_waiting_for_authorization() -> None:
    """Also when some of several of one level have been given."""
    mode = replace(example_mode(), bands=(Band(None, (Authorizers(1, 2),)),))
    people = {**BANK_002, "AUTH2": person("AUTH2", "authorize", level=1)}
    plan = plan_of(customer_002(people, mode))
    acts = decided(plan, decided(plan, ENTERED, people["REVIEW"]), people["AUTH2"])

    assert stage(plan, decided(plan, acts, people["FORCE"], FORCE)) is TransferState.WAITING_DISPATCH


def test_R2_12_only_reviewers_of_the_level_act_on_it() -> None:
    """With the permission alone nobody stands in a flow; a later level waits for its turn."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA")

    assert reasons(plan, entered("JIA"), person("WU", "review")) == [Code.REVIEWER_NOT_LISTED]
    assert reasons(plan, entered("JIA"), BANK_003["DING"]) == [Code.OUT_OF_TURN]


def test_R2_14_the_last_step_above_the_highest_flow_falls_to_the_supervisor() -> None:
    """A deputy does not stand in."""
    plan = plan_of(customer_003(), 400 * WAN + 1, by="JIA")
    acts = entered("JIA")
    for name in ("YI", "BING", "DING"):
        acts = decided(plan, acts, BANK_003[name])

    assert reasons(plan, acts, person("WU", "review", "administer")) == [Code.NOT_SUPERVISOR]
    assert allowed(plan, acts, BANK_003["ZHU"]) == {APPROVE, REJECT}
    assert reasons(plan, acts, BANK_003["YI"]) == [Code.ALREADY_ACTED]


@pytest.mark.parametrize(("level", "found"), [(1, []), (2, [Code.LEVEL_DIFFERS]), (3, [Code.OUT_OF_TURN])])
def test_O37_levels_are_exact(level: int, found: list[Code]) -> None:
    """A higher level does not stand in for a lower one."""
    assert reasons(PLAN, REVIEWED, person("X", "authorize", level=level)) == found


@pytest.mark.parametrize(("acts", "able"), [
    (ENTERED, ["REVIEW"]),
    (REVIEWED, ["AUTH1", "FORCE"]),
    (HALF, ["AUTH3", "FORCE"]),
    (AUTHORIZED, ["SEND"]),
    (DONE, []),
])  # fmt: skip
def test_O39_who_could_act_on_the_present_step_may_reject(acts: tuple[Act, ...], able: list[str]) -> None:
    """And nobody else; a rejection ends it (R2.19)."""
    assert [name for name, who in BANK_002.items() if not reasons(PLAN, acts, who, REJECT)] == able
    for name in able:
        rejected = decided(PLAN, acts, BANK_002[name], REJECT)
        assert stage(PLAN, rejected) is TransferState.REJECTED
        assert reasons(PLAN, rejected, BANK_002[name]) == [Code.MATTER_OVER]


def test_O39_who_has_acted_already_does_not_reject() -> None:
    """Not the reviewer who could force, not the entry operator who could dispatch."""
    reviewer = replace(BANK_002["REVIEW"], permissions=frozenset({"review", "force-authorize"}))
    sender = replace(BANK_002["ENTRY"], permissions=frozenset({"enter", "dispatch"}))

    assert reasons(PLAN, REVIEWED, reviewer, REJECT) == [Code.ALREADY_ACTED]
    assert allowed(PLAN, REVIEWED, reviewer) == {FORCE}
    assert reasons(PLAN, AUTHORIZED, sender, REJECT) == [Code.OWN_ENTRY]
    assert allowed(PLAN, AUTHORIZED, sender) == {DISPATCH}


@pytest.mark.parametrize("decision", Decision)
def test_a_matter_that_is_complete_or_over_takes_no_more(decision: Decision) -> None:
    """Whoever comes second learns what became of it."""
    over = (*REVIEWED, Act(operator_id="", kind=ActKind.EXPIRE, at_ms=9))
    for acts in (DONE, over):
        found = act(PLAN, acts, person("X", "review", "authorize", level=1), decision, payer=PAYER, service=SERVICE)
        assert isinstance(found, list)
        assert [fault.rule for fault in found] == [Code.MATTER_OVER]
        assert found[0].value == stage(PLAN, acts)


def test_approval_and_dispatch_are_told_apart() -> None:
    """To approve is not to dispatch, and nothing is dispatched before it is approved."""
    assert reasons(PLAN, AUTHORIZED, BANK_002["SEND"]) == [Code.APPROVE_NOT_DUE]
    assert reasons(PLAN, HALF, BANK_002["SEND"], DISPATCH) == [Code.DISPATCH_NOT_DUE]
    assert reasons(PLAN, HALF, BANK_002["AUTH3"], DISPATCH) == [Code.DISPATCH_NOT_DUE, Code.NOT_PERMITTED]


def test_all_reasons_come_at_once_in_their_order() -> None:
    """State and lists of the person, its roles, then what the decision asks."""
    worst = person("ENTRY", "enter", status="frozen", accounts=[], services=[])

    assert reasons(PLAN, REVIEWED, worst) == [
        Code.OPERATOR_FROZEN,
        Code.ACCOUNT_NOT_LISTED,
        Code.SERVICE_NOT_LISTED,
        Code.OWN_ENTRY,
        Code.NOT_PERMITTED,
        Code.LEVEL_DIFFERS,
    ]
    assert reasons(PLAN, ENTERED, worst, FORCE)[3:] == [Code.FORCE_NOT_DUE, Code.FORCE_OWN_ENTRY, Code.NOT_PERMITTED]


def test_a_person_of_two_steps_takes_the_first_that_is_due() -> None:
    """Two steps of level 1 in an unordered plan: the second person goes to the second."""
    mode = replace(
        example_mode(ordered=False, review=False), bands=(Band(None, (Authorizers(1, 1), Authorizers(1, 1))),)
    )
    people = crew(person("ENTRY", "enter", "dispatch"), *(person(name, "authorize", level=1) for name in "AB"))
    plan = plan_of(customer_002(people, mode))
    acts = decided(plan, decided(plan, ENTERED, people["B"]), people["A"])

    assert [one.step for one in acts] == [None, 0, 1]
