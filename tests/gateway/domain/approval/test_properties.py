"""What holds for any people, modes and flows, and for any order in which they act."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.domain.approval import Counted, Decision, act, entry_plan, may, stage
from gateway.domain.approval.filling import gap, present, unseated
from gateway.domain.approval.making import band_steps
from gateway.domain.customer import Authorizers, Band, Customer, Mode, Person, Role
from gateway.domain.matter import Act, ActKind, Plan, Step, StepKind
from protocol.codes import Code
from protocol.messages.transfer import TransferState
from tests.gateway.domain.approval.company import (
    OTHER,
    PAYER,
    SERVICE,
    crew,
    customer_000,
    customer_002,
    customer_003,
    entered,
    flow,
    person,
)

NAMES = tuple("ABCDEFGH")
OVER = {TransferState.PROCESSING, TransferState.REJECTED}
# Most people may do most things, so that most plans are made; R1.2: never authorize together with force-authorize.
RIGHTS = st.builds(
    lambda missing, forces: {"enter", "review", "dispatch", "force-authorize" if forces else "authorize"} - missing,
    st.sampled_from([set(), set(), {"review"}, {"authorize"}, {"review", "dispatch"}, {"enter"}]),
    st.sampled_from([False] * 6 + [True]),
)


class Case(NamedTuple):
    """A customer, and an instruction that somebody enters there."""

    customer: Customer
    amount: int
    by: str


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Person]:
    """A few people, most of them normal and with the account on their lists."""
    people = []
    for name in NAMES[: draw(st.integers(4, len(NAMES)))]:
        status = draw(st.sampled_from(["normal"] * 9 + ["frozen"]))
        listed = draw(st.sampled_from([PAYER] * 9 + [OTHER]))
        role = draw(st.sampled_from([Role.OPERATOR] * 3 + [Role.SUPERVISOR]))
        level = draw(st.integers(1, 2))
        people.append(person(name, *draw(RIGHTS), level=level, status=status, accounts=[listed], role=role))
    return crew(*people)


AUTHORIZERS = st.builds(Authorizers, level=st.integers(1, 2), count=st.sampled_from([1, 1, 2]))
STEPS = st.lists(AUTHORIZERS, max_size=2).map(tuple)
MODES = st.builds(
    Mode,
    mode_id=st.just("M1"),
    with_amount=st.just(True),
    ordered=st.booleans(),
    review=st.booleans(),
    manual_dispatch=st.booleans(),
    bands=st.tuples(st.builds(Band, st.just(1000), STEPS), st.builds(Band, st.none(), STEPS)),
)
UNORDERED = MODES.map(lambda mode: replace(mode, ordered=False))
LEVELS = st.lists(st.sets(st.sampled_from(NAMES), min_size=2, max_size=5).map(" ".join), min_size=1, max_size=3)
FORMS = st.one_of(
    st.builds(customer_002, companies(), MODES),
    st.builds(lambda people, levels: customer_003(people, (flow("A", 1000, *levels),)), companies(), LEVELS),
    st.builds(lambda people: customer_000(*people.values()), companies()),
)
CASES = st.builds(Case, FORMS, st.sampled_from([1000, 1001]), st.sampled_from(NAMES[:2]))


def made(case: Case) -> Plan | None:
    """The plan of the case, or None where it is refused."""
    plan = entry_plan(case.customer, service=SERVICE, payer=PAYER, amount=case.amount, operator_id=case.by)
    return plan if isinstance(plan, Plan) else None


def counted(plan: Plan, acts: tuple[Act, ...], who: Person, decision: Decision) -> tuple[Act, ...] | None:
    """The acts after a decision, None where it does not count."""
    if decision not in may(plan, acts, who, payer=PAYER, service=SERVICE):
        return None
    found = act(plan, acts, who, decision, payer=PAYER, service=SERVICE)
    assert isinstance(found, Counted)
    return (*acts, Act(operator_id=who.operator_id, kind=found.kind, at_ms=0, step=found.step))


def ways(plan: Plan, acts: tuple[Act, ...], people: dict[str, Person]) -> Iterator[tuple[Act, ...]]:
    """Every way in which approvals and dispatch complete the plan from here."""
    if stage(plan, acts) in OVER:
        yield acts
        return
    for who in people.values():
        for decision in (Decision.APPROVE, Decision.DISPATCH):
            after = counted(plan, acts, who, decision)
            if after is not None:
                yield from ways(plan, after, people)


@settings(max_examples=300, deadline=None)
@given(case=CASES)
def test_O41_a_plan_is_made_exactly_where_different_people_can_complete_it(case: Case) -> None:
    """A plan that is given has a way to its end; where people run out, the steps of the mode have none."""
    found = entry_plan(case.customer, service=SERVICE, payer=PAYER, amount=case.amount, operator_id=case.by)
    people = dict(case.customer.people)
    if isinstance(found, Plan):
        assert next(ways(found, entered(case.by), people), None) is not None
    elif found[0].rule == Code.PLAN_UNFILLABLE and case.customer.modes:
        mode = case.customer.modes["M1"]
        steps = tuple(band_steps(mode, mode.bands[case.amount > 1000]))
        plan = Plan(customer_id="C1", steps=steps, ordered=mode.ordered)
        assert next(ways(plan, entered(case.by), people), None) is None


Moves = list[tuple[tuple[str, Decision], int]]
TRIES = st.tuples(st.sampled_from(NAMES), st.sampled_from([Decision.APPROVE] * 3 + list(Decision)))
MOVES = st.lists(st.tuples(TRIES, st.integers(0, 99)), max_size=10)


def walk(plan: Plan, case: Case, moves: Moves) -> Iterator[tuple[Act, ...]]:
    """The acts as people try at random, and now and then do something that counts and rejects nothing."""
    acts = entered(case.by)
    people = case.customer.people
    for (name, decision), nudge in moves:
        if name in people:
            acts = counted(plan, acts, people[name], decision) or acts
            yield acts
        open_to = [
            after
            for who in people.values()
            for other in (Decision.APPROVE, Decision.DISPATCH, Decision.FORCE)
            if (after := counted(plan, acts, who, other)) is not None
        ]
        if open_to:
            acts = open_to[nudge % len(open_to)]
            yield acts


@settings(max_examples=200, deadline=None)
@given(case=CASES, moves=MOVES)
def test_R1_3_whatever_people_try_nobody_has_two_roles_but_for_the_two_exceptions(case: Case, moves: Moves) -> None:
    """And a plan is complete only with as many different people as it demands, each entitled to its step."""
    plan = made(case)
    assume(plan is not None)
    assert plan is not None
    acts = (entered(case.by), *walk(plan, case, moves))[-1]

    roles: dict[str, list[ActKind]] = {}
    for one in acts:
        roles.setdefault(one.operator_id, []).append(one.kind)
    for kinds in roles.values():
        without_dispatch = [kind for kind in kinds if kind is not ActKind.DISPATCH]
        assert len(without_dispatch) <= 1 or without_dispatch == [ActKind.REVIEW, ActKind.FORCE]
    for one in acts:
        if one.step is not None:
            assert_entitled(case.customer.people[one.operator_id], plan.steps[one.step])
    if stage(plan, acts) is TransferState.PROCESSING:
        assert_complete(plan, acts)


def assert_entitled(who: Person, step: Step) -> None:
    """Who filled a place of a step could: said here a second time, in other words."""
    assert who.status == "normal"
    assert PAYER in who.accounts
    if step.kind is StepKind.SUPERVISE:
        assert who.role is Role.SUPERVISOR
    else:
        assert step.kind.value in who.permissions
    assert step.operators is None or who.operator_id in step.operators
    assert step.kind is not StepKind.AUTHORIZE or who.level == step.level


def assert_complete(plan: Plan, acts: tuple[Act, ...]) -> None:
    """Every step has its people, all of them different, and none is who entered it; force stands for authorizers."""
    forced = any(one.kind is ActKind.FORCE for one in acts)
    for index, step in enumerate(plan.steps):
        people = [one.operator_id for one in acts if one.step == index]
        assert len(people) == step.count or (forced and step.kind is StepKind.AUTHORIZE)
        assert len(set(people)) == len(people)
    demanded = sum(
        step.count
        for step in plan.steps
        if step.kind is not StepKind.DISPATCH and not (forced and step.kind is StepKind.AUTHORIZE)
    )
    kinds = (ActKind.REVIEW, ActKind.AUTHORIZE, ActKind.SUPERVISE)
    seen = {one.operator_id for one in acts if one.kind in kinds} - {acts[0].operator_id}
    assert len(seen) >= demanded


@settings(max_examples=100, deadline=None)
@given(case=CASES, moves=MOVES)
def test_what_somebody_may_is_exactly_what_would_count(case: Case, moves: Moves) -> None:
    """`may` and `act` never differ, and what does not count has its reasons in words."""
    plan = made(case)
    assume(plan is not None)
    assert plan is not None
    for acts in (entered(case.by), *walk(plan, case, moves)):
        for who in case.customer.people.values():
            allowed = may(plan, acts, who, payer=PAYER, service=SERVICE)
            for other in Decision:
                found = act(plan, acts, who, other, payer=PAYER, service=SERVICE)
                assert isinstance(found, Counted) is (other in allowed)
                assert isinstance(found, Counted) or all(reason.zh and reason.en for reason in found)
                assert found


@settings(max_examples=60, deadline=None)
@given(case=st.builds(Case, st.builds(customer_002, companies(), UNORDERED), st.just(1001), st.sampled_from(NAMES[:2])))
def test_R2_5_the_order_of_unordered_authorizations_does_not_matter(case: Case) -> None:
    """Each order of the same authorizers is accepted, and comes to the same state."""
    plan = made(case)
    assume(plan is not None)
    assert plan is not None
    way = next(ways(plan, entered(case.by), dict(case.customer.people)))
    authorizers = [one.operator_id for one in way if one.kind is ActKind.AUTHORIZE]
    before = tuple(one for one in way if one.kind in (ActKind.ENTER, ActKind.REVIEW))
    states = set()
    for order in list(permutations(authorizers))[:24]:
        acts: tuple[Act, ...] | None = before
        for name in order:
            assert acts is not None
            acts = counted(plan, acts, case.customer.people[name], Decision.APPROVE)
        assert acts is not None
        states.add(stage(plan, acts))

    assert len(states) == 1
    assert states <= {TransferState.PROCESSING, TransferState.WAITING_DISPATCH}


@given(places=st.lists(st.sets(st.sampled_from("abcde")), max_size=5))
def test_places_are_seated_exactly_where_different_names_exist(places: list[set[str]]) -> None:
    """The matching beside every choice there is."""
    choices: list[tuple[str, ...]] = [()]
    for place in places:
        choices = [(*chosen, name) for chosen in choices for name in place if name not in chosen]

    assert (unseated(places) is None) is bool(choices)


@given(people=companies(), mode=MODES)
def test_a_gap_is_found_with_entry_exactly_where_nobody_could_enter_and_complete(
    people: dict[str, Person], mode: Mode
) -> None:
    """`gap` with the entry is some entry operator for whom there is no gap."""
    steps = tuple(band_steps(mode, mode.bands[1]))
    crew_ = present(people, PAYER)
    entering = [who for who in crew_ if "enter" in who.permissions]

    whole = gap(steps, crew_, with_entry=True) is None
    assert whole is any(gap(steps, crew_, {who.operator_id}) is None for who in entering)
