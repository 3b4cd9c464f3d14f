"""The plan of an instruction in each of the three forms, and why there may be none."""

from dataclasses import replace

import pytest

from gateway.domain.approval import administration_plan, entry_plan, stage
from gateway.domain.approval.services import PAYROLL
from gateway.domain.customer import Authorizers, Band, Binding, Form, Role
from gateway.domain.matter import Plan
from protocol.codes import Code
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
    entry_faults,
    example_mode,
    flow,
    kinds,
    person,
    plan_of,
)

ENTRY = person("ENTRY", "enter")
REVIEW = person("REVIEW", "review")


def test_R2_1_with_a_reviewer_it_completes_when_a_reviewer_agrees() -> None:
    """Form 000: one review, by anybody who may review but the entry operator."""
    customer = customer_000(ENTRY, REVIEW, person("SECOND", "review"))
    plan = plan_of(customer)

    assert kinds(plan) == [("review", None)]
    assert stage(plan, decided(plan, entered(), REVIEW)) is TransferState.PROCESSING
    assert stage(plan, decided(plan, entered(), customer.people["SECOND"])) is TransferState.PROCESSING


def test_R2_1_without_a_reviewer_it_completes_at_entry() -> None:
    """Form 000 without any reviewer: nobody need act, and no mode is needed (O59)."""
    plan = plan_of(customer_000(ENTRY))

    assert plan.steps == ()
    assert stage(plan, entered()) is TransferState.PROCESSING


@pytest.mark.parametrize("reviewer", [
    person("REVIEW", "review", status="frozen"),
    person("REVIEW", "review", accounts=[OTHER]),
    person("REVIEW", "review", services=["QueryBalance"]),
], ids=["frozen", "account", "service"])  # fmt: skip
def test_R2_1_a_reviewer_who_cannot_act_is_still_a_reviewer(reviewer: object) -> None:
    """Freezing the only reviewer never makes instructions complete at entry: there is one, and it cannot fill."""
    assert entry_faults(customer_000(ENTRY, reviewer)) == [Code.PLAN_UNFILLABLE]  # type: ignore[arg-type]  # cases of a table


def test_R2_11_who_enters_and_is_the_only_reviewer_completes_alone_only_where_the_bank_allowed_it() -> None:
    """Form 000: nobody reviews its own entry (R1.3); with the bank's word the entry completes it."""
    both = person("ENTRY", "enter", "review")

    assert entry_faults(customer_000(both)) == [Code.PLAN_UNFILLABLE]
    assert plan_of(customer_000(both, single_person=True)).steps == ()
    assert kinds(plan_of(customer_000(both, REVIEW, single_person=True))) == [("review", None)]


@pytest.mark.parametrize(("amount", "levels"), [
    (5 * WAN - 1, [1]), (5 * WAN, [1]), (5 * WAN + 1, [1, 3]), (1, [1]), (10**15 - 1, [1, 3]),
])  # fmt: skip
def test_R2_3_a_band_includes_its_upper_bound(amount: int, levels: list[int]) -> None:
    """The manual's example, at the bound, one fen under and one fen over."""
    wanted = [("review", None), *(("authorize", level) for level in levels), ("dispatch", None)]

    assert kinds(plan_of(customer_002(), amount)) == wanted


def test_R2_2_each_property_of_a_mode_makes_its_steps() -> None:
    """Review needed or not, so many authorizers of a level, dispatch by hand or by the system."""
    mode = example_mode(review=False, manual_dispatch=False)
    mode = replace(mode, bands=(Band(None, (Authorizers(1, 1), Authorizers(3, 1))),))
    plan = plan_of(customer_002(mode=mode))

    assert kinds(plan) == [("authorize", 1), ("authorize", 3)]
    assert (plan.ordered, plan.mode) == (True, "M1")
    assert not plan_of(customer_002(mode=replace(mode, ordered=False))).ordered


def test_R2_4_the_example_needs_four_different_operators() -> None:
    """Entry, review, level 1 and level 3; dispatch may be any of the four; three do for the lower band."""
    by = {name: one.permissions for name, one in BANK_002.items()}
    four = {name: replace(BANK_002[name], permissions=by[name] | {"dispatch"}) for name in ("ENTRY", "REVIEW")}
    four |= {name: BANK_002[name] for name in ("AUTH1", "AUTH3")}
    three = {name: one for name, one in four.items() if name != "REVIEW"}
    three["AUTH3"] = replace(three["AUTH3"], permissions=frozenset({"authorize", "review"}))

    assert len(plan_of(customer_002(four), 5 * WAN + 1).steps) == 4
    assert entry_faults(customer_002(three), 5 * WAN + 1) == [Code.PLAN_UNFILLABLE]
    assert entry_faults(customer_002(three), 5 * WAN) == []


def test_R2_6_automatic_dispatch_leaves_no_dispatch_step() -> None:
    """After the last authorization nothing is open."""
    plan = plan_of(customer_002(mode=example_mode(manual_dispatch=False)))
    acts = decided(plan, entered(), BANK_002["REVIEW"])

    assert stage(plan, acts) is TransferState.WAITING_AUTHORIZATION
    assert stage(plan, decided(plan, acts, BANK_002["AUTH1"])) is TransferState.PROCESSING


def test_R2_8_a_service_follows_the_mode_bound_to_it() -> None:
    """Different services, different modes; without one nothing is entered."""
    other = replace(example_mode(), mode_id="M2", review=False)
    customer = customer_002()
    customer = replace(
        customer, modes={**customer.modes, "M2": other}, bindings={**customer.bindings, "SubmitBatch": Binding("M2")}
    )

    assert plan_of(customer).mode == "M1"
    assert plan_of(customer, service="SubmitBatch").mode == "M2"
    assert entry_faults(customer, service=PAYROLL) == [Code.MODE_NOT_BOUND]
    assert entry_faults(replace(customer, bindings={SERVICE: Binding("gone")})) == [Code.MODE_NOT_BOUND]


def test_R2_8_a_transfer_cannot_be_entered_under_a_mode_without_amounts() -> None:
    """A mode that lost its amounts after it was bound is refused at entry, too."""
    mode = replace(example_mode(), with_amount=False, bands=(Band(None, (Authorizers(1, 1),)),))

    assert entry_faults(customer_002(mode=mode)) == [Code.MODE_WITHOUT_AMOUNT]


@pytest.mark.parametrize("form", Form)
def test_R2_9_a_service_switched_off_takes_no_new_instruction(form: Form) -> None:
    """In every form, and at once; what was entered before goes on (O40)."""
    customer = replace(
        customer_002(), form=form, flows=customer_003().flows, bindings={SERVICE: Binding("M1", enabled=False)}
    )

    assert entry_faults(customer) == [Code.SERVICE_OFF]


def test_R2_10_a_plan_never_asks_its_mode_again() -> None:
    """A changed mode makes other plans; the one entered before is completed as it was."""
    customer = customer_002()
    plan = plan_of(customer, 5 * WAN)
    changed = replace(customer, modes={"M1": example_mode(review=False)})
    acts = decided(plan, entered(), BANK_002["REVIEW"])

    assert kinds(plan_of(changed, 5 * WAN)) == [("authorize", 1), ("dispatch", None)]
    assert kinds(plan) == [("review", None), ("authorize", 1), ("dispatch", None)]
    assert stage(plan, decided(plan, acts, BANK_002["AUTH1"])) is TransferState.WAITING_DISPATCH


@pytest.mark.parametrize("manual_dispatch", [True, False])
def test_R2_11_a_flow_that_one_person_completes_needs_the_banks_word(manual_dispatch: bool) -> None:  # noqa: FBT001  a table
    """A dispatch step is no second person: the entry operator may dispatch, too (O41)."""
    mode = replace(example_mode(review=False, manual_dispatch=manual_dispatch), bands=(Band(None),))

    assert entry_faults(customer_002(mode=mode)) == [Code.SINGLE_PERSON]
    assert len(plan_of(customer_002(mode=mode, single_person=True)).steps) == manual_dispatch


def test_O41_a_mode_with_a_review_is_not_completed_by_one_even_where_the_bank_allowed_one() -> None:
    """What the mode asks, different people do; R2.11 only allows a mode that asks for nobody else."""
    alone = crew(person("ENTRY", "enter", "review", "authorize", "dispatch", level=1))

    assert entry_faults(customer_002(alone, single_person=True)) == [Code.PLAN_UNFILLABLE]


@pytest.mark.parametrize(("people", "fillable"), [
    ([person("A", "review", "authorize", level=1), person("B", "review")], True),
    ([person("A", "review", "authorize", level=1)], False),
    ([person("A", "review", "authorize", level=1), person("B", "authorize", level=2)], False),
    ([person("A", "review", "authorize", level=1), person("B", "review", status="frozen")], False),
    ([person("A", "review", "authorize", level=1), person("B", "review", accounts=[OTHER])], False),
    ([person("A", "review", "authorize", level=1), person("B", "review", services=["SubmitBatch"])], False),
    ([person("A", "review", "authorize", level=1), person("B", "review", services=[SERVICE])], True),
])  # fmt: skip
def test_O41_distinct_people_must_be_able_to_fill_all_steps(people: list[object], fillable: bool) -> None:  # noqa: FBT001  a table
    """Normal, with permission, level, account (R1.5) and service (R1.6); one who could do both does one (R1.3)."""
    mode = example_mode(manual_dispatch=False)
    customer = customer_002(crew(person("ENTRY", "enter", "review"), *people), mode)  # type: ignore[arg-type]  # cases of a table

    assert (entry_faults(customer) == []) is fillable


@pytest.mark.parametrize(("amount", "name", "levels"), [
    (1, "A", [{"YI"}]),
    (100 * WAN - 1, "A", [{"YI"}]),
    (100 * WAN, "A", [{"YI"}]),
    (100 * WAN + 1, "B", [{"YI"}, {"BING"}]),
    (200 * WAN - 1, "B", [{"YI"}, {"BING"}]),
    (200 * WAN, "B", [{"YI"}, {"BING"}]),
    (200 * WAN + 1, "C", [{"YI", "BING"}, {"DING"}]),
    (300 * WAN - 1, "C", [{"YI", "BING"}, {"DING"}]),
    (300 * WAN, "C", [{"YI", "BING"}, {"DING"}]),
    (300 * WAN + 1, "D", [{"YI"}, {"BING"}, {"DING"}]),
    (400 * WAN - 1, "D", [{"YI"}, {"BING"}, {"DING"}]),
    (400 * WAN, "D", [{"YI"}, {"BING"}, {"DING"}]),
])  # fmt: skip
def test_R2_13_the_smallest_sufficient_flow_is_taken(amount: int, name: str, levels: list[set[str]]) -> None:
    """The manual's example: each limit inclusive, no supervisor, whatever the order in which flows were made."""
    plan = plan_of(customer_003(), amount, by="JIA")
    turned = plan_of(customer_003(flows=tuple(reversed(customer_003().flows))), amount, by="JIA")

    assert plan == turned
    assert plan.mode == name
    assert [set(step.operators or ()) for step in plan.steps] == levels
    assert [step.level for step in plan.steps] == list(range(1, len(levels) + 1))


@pytest.mark.parametrize(("amount", "supervised"), [
    (400 * WAN - 1, False), (400 * WAN, False), (400 * WAN + 1, True), (10**15 - 1, True),
])  # fmt: skip
def test_R2_14_above_the_highest_limit_the_supervisor_comes_last(amount: int, supervised: bool) -> None:  # noqa: FBT001  a table
    """The highest flow, then the supervisor, and only then the bank."""
    plan = plan_of(customer_003(), amount, by="JIA")
    acts = entered("JIA")
    for name in ("YI", "BING", "DING"):
        acts = decided(plan, acts, BANK_003[name])

    assert plan.mode == "D"
    assert stage(plan, acts) is (TransferState.WAITING_SUPERVISOR if supervised else TransferState.PROCESSING)
    if supervised:
        assert stage(plan, decided(plan, acts, BANK_003["ZHU"])) is TransferState.PROCESSING


def test_R2_12_a_flow_belongs_to_one_account() -> None:
    """An account without a flow of its own has none, whatever others have."""
    customer = customer_003(flows=(flow("A", 100 * WAN, "YI", account=OTHER),))

    assert entry_faults(customer, by="JIA") == [Code.FLOW_MISSING]


def test_R2_16_payroll_has_one_flow_whatever_the_amount() -> None:
    """Neither the account's flows nor its supervisor are asked; without a flow of the service nothing is entered."""
    customer = customer_003(flows=(*customer_003().flows, flow("P", None, "DING", account=None, service=PAYROLL)))

    assert {plan_of(customer, amount, by="JIA", service=PAYROLL).mode for amount in (1, 10**15 - 1)} == {"P"}
    assert plan_of(customer, 1, by="JIA").mode == "A"
    assert entry_faults(customer_003(), by="JIA", service=PAYROLL) == [Code.FLOW_MISSING]


def test_O41_people_of_a_flow_differ_too() -> None:
    """Who entered it does not review it, and nobody reviews twice."""
    customer = customer_003()
    both = {**BANK_003, "YI": replace(BANK_003["YI"], permissions=frozenset({"enter", "review"}))}
    twice = customer_003(flows=(flow("A", 100 * WAN, "YI", "YI"),))

    assert entry_faults(replace(customer, people=both), by="YI") == [Code.PLAN_UNFILLABLE]
    assert entry_faults(twice, by="JIA") == [Code.PLAN_UNFILLABLE]
    assert plan_of(customer, 300 * WAN, by="JIA").mode == "C"


def test_O14_the_amount_that_the_caller_gives_picks_the_band() -> None:
    """Two rows of 40,000.00: by their total the second band, row by row the first."""
    rows = [4 * WAN, 4 * WAN]

    assert ("authorize", 3) in kinds(plan_of(customer_002(), sum(rows)))
    assert all(("authorize", 3) not in kinds(plan_of(customer_002(), row)) for row in rows)


def test_R1_1_a_second_administrator_approves_where_the_bank_asks_it() -> None:
    """Another one than who asked; with one administrator alone such a change cannot be entered."""
    first, second = person("ADM1", "administer"), person("ADM2", "administer", accounts=[])
    customer = replace(customer_000(first, second), second_administrator=True)
    plan = administration_plan(customer, "ADM1")
    assert isinstance(plan, Plan)

    assert stage(plan, entered("ADM1")) is TransferState.WAITING_ADMINISTRATOR
    assert stage(plan, decided(plan, entered("ADM1"), second)) is TransferState.PROCESSING
    alone = administration_plan(replace(customer, people=crew(first)), "ADM1")
    assert isinstance(alone, list)
    assert [fault.rule for fault in alone] == [Code.PLAN_UNFILLABLE]
    assert administration_plan(replace(customer, second_administrator=False), "ADM1") == Plan(customer_id="C1")


def test_R1_13_a_deputy_stands_in_a_flow_with_the_rights_it_was_given() -> None:
    """With the permission to review it may; without it, it fills nothing."""
    stripped = {**BANK_003, "DING": person("DING", role=Role.DEPUTY)}

    assert plan_of(customer_003(), 300 * WAN, by="JIA").mode == "C"
    assert entry_faults(customer_003(stripped), 300 * WAN, by="JIA") == [Code.PLAN_UNFILLABLE]


def test_R1_19_a_collection_is_approved_by_the_owner_of_the_account() -> None:
    """The same operator code at the grantee is another person; and somebody of the owner always approves."""
    bare = replace(example_mode(review=False, manual_dispatch=False), bands=(Band(None),))
    asked = {"service": SERVICE, "payer": PAYER, "amount": 1, "operator_id": "REVIEW", "collected": True}
    plan = entry_plan(customer_002(), **asked)  # type: ignore[arg-type]  # one set of arguments for four calls
    assert isinstance(plan, Plan)

    acts = decided(plan, entered("REVIEW"), BANK_002["REVIEW"])
    assert stage(plan, acts) is TransferState.WAITING_AUTHORIZATION
    for customer, code in (
        (customer_002(mode=bare, single_person=True), Code.SINGLE_PERSON),
        (customer_000(ENTRY), Code.PLAN_UNFILLABLE),
    ):
        refused = entry_plan(customer, **asked)  # type: ignore[arg-type]  # as above
        assert isinstance(refused, list)
        assert [fault.rule for fault in refused] == [code]


def test_what_a_customer_leads_to_is_worked_out_once_and_never_given_away() -> None:
    """The same plan for the same entry; a list of faults is the caller's own."""
    customer = customer_002()

    assert plan_of(customer, 1) is plan_of(customer, 5 * WAN)
    assert plan_of(customer, 1) is not plan_of(customer, 5 * WAN + 1)
    refused = customer_002({})
    first = entry_plan(refused, service=SERVICE, payer=PAYER, amount=1, operator_id="ENTRY")
    assert isinstance(first, list)
    first.clear()
    assert entry_faults(refused) == [Code.PLAN_UNFILLABLE]
