"""What a change of people leaves to nobody, and who cannot be spared."""

from dataclasses import replace

import pytest

from gateway.domain.approval import administration_plan, hanging, name_next, needed_by, unfinished
from gateway.domain.customer import Binding, Customer, Role
from gateway.domain.matter import Plan
from tests.gateway.domain.approval.company import (
    BANK_002,
    BANK_003,
    FLOWS_003,
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
    flow,
    matter,
    person,
    plan_of,
)

MODES = customer_002()
SMALL, LARGE = plan_of(MODES, 5 * WAN), plan_of(MODES, 5 * WAN + 1)
WAITING = (
    matter("SMALL", SMALL, entered()),
    matter("LARGE", LARGE, entered()),
    matter("HALF", LARGE, decided(LARGE, decided(LARGE, entered(), BANK_002["REVIEW"]), BANK_002["AUTH1"])),
)


def without(customer: Customer, name: str) -> Customer:
    """The customer with one operator frozen."""
    return replace(customer, people={**customer.people, name: replace(customer.people[name], status="frozen")})


def keys(found: tuple[object, ...]) -> list[str]:
    """The request ids of matters."""
    return [key.request_id for key in found]  # type: ignore[attr-defined]  # keys of matters


@pytest.mark.parametrize(("name", "modes", "matters"), [
    ("AUTH3", ("M1",), ["HALF", "LARGE"]),
    ("AUTH1", ("M1",), ["LARGE", "SMALL"]),
    ("REVIEW", ("M1",), ["LARGE", "SMALL"]),
    ("SEND", ("M1",), ["HALF", "LARGE", "SMALL"]),
    ("ENTRY", ("M1",), []),
    ("FORCE", (), []),
])  # fmt: skip
def test_R1_12_a_change_names_the_modes_and_matters_that_would_hang(
    name: str, modes: tuple[str, ...], matters: list[str]
) -> None:
    """Only those with an open step for which nobody is left; acts already done stand (O23)."""
    found = hanging(MODES, without(MODES, name), WAITING)

    assert (found.modes, found.flows, keys(found.matters)) == (modes, (), matters)


@pytest.mark.parametrize("change", [
    {"permissions": frozenset({"review"})}, {"level": 2}, {"accounts": frozenset({OTHER})},
    {"services": frozenset({"SubmitBatch"})}, {"status": "frozen"},
], ids=str)  # fmt: skip
def test_O23_stripping_freezing_and_lists_count_alike(change: dict[str, object]) -> None:
    """Whatever takes somebody from a step that only it could fill is reported."""
    people = {**BANK_002, "AUTH3": replace(BANK_002["AUTH3"], **change)}  # type: ignore[arg-type]  # cases of a table
    found = hanging(MODES, replace(MODES, people=people), WAITING)

    assert (found.modes, keys(found.matters)) == (("M1",), ["HALF", "LARGE"])


def test_O23_with_a_colleague_nothing_hangs() -> None:
    """A second authorizer of level 3 is enough."""
    more = replace(MODES, people={**BANK_002, "MORE": person("MORE", "authorize", level=3)})

    assert hanging(more, without(more, "AUTH3"), WAITING) == ((), (), ())


def test_O23_a_colleague_who_has_a_role_on_it_already_does_not_help() -> None:
    """The reviewer may authorize, too, but not this one (R1.3)."""
    both = person("BOTH", "review", "authorize", level=1)
    customer = customer_002({**BANK_002, "BOTH": both}, example_mode(manual_dispatch=False))
    plan = plan_of(customer)
    pending = [matter("BY-BOTH", plan, decided(plan, entered(), both)), matter("BY-OTHER", plan, entered())]

    assert keys(hanging(customer, without(customer, "AUTH1"), pending).matters) == ["BY-BOTH"]


def test_O42_a_matter_whose_named_actor_is_frozen_hangs_until_another_is_named() -> None:
    """Although a colleague on the level could act."""
    customer = customer_003()
    plan = plan_of(customer, 300 * WAN, by="JIA", named="BING")
    after = without(customer, "BING")
    renamed = name_next(plan, entered("JIA"), "YI", after.people, payer=PAYER, service=SERVICE)
    assert isinstance(renamed, Plan)

    assert keys(hanging(customer, after, [matter("N", plan, entered("JIA"))]).matters) == ["N"]
    assert hanging(customer, after, [matter("N", renamed, entered("JIA"))]).matters == ()


def test_R1_12_a_mode_counts_with_the_accounts_and_services_it_serves() -> None:
    """As long as one account and service is left that different people share, the mode can be completed."""
    wide = {name: replace(who, accounts=frozenset({PAYER, OTHER})) for name, who in BANK_002.items()}
    customer = replace(customer_002(wide), bindings={SERVICE: Binding("M1"), "SubmitBatch": Binding("M1")})
    narrow = {
        **wide,
        "REVIEW": replace(wide["REVIEW"], accounts=frozenset({OTHER}), services=frozenset({"SubmitBatch"})),
    }
    nowhere = {**narrow, "AUTH1": replace(wide["AUTH1"], services=frozenset({SERVICE}))}

    assert hanging(customer, replace(customer, people=narrow), ()).modes == ()
    assert hanging(customer, replace(customer, people=nowhere), ()).modes == ("M1",)


def test_R1_12_flows_that_would_hang_are_named_too() -> None:
    """丁 frozen: C and D; 丙 frozen: B and D, but not C, where 乙 stands beside it."""
    customer = customer_003()

    assert hanging(customer, without(customer, "DING"), ()).flows == ("C", "D")
    assert hanging(customer, without(customer, "BING"), ()).flows == ("B", "D")


def test_R1_12_matters_of_other_peoples_plans_are_passed_over() -> None:
    """A collection from another customer's account waits for that customer's people (R1.19)."""
    foreign = matter("F", replace(SMALL, customer_id="C2"), entered())

    assert hanging(MODES, without(MODES, "REVIEW"), [foreign]).matters == ()
    assert needed_by(MODES, [foreign], "REVIEW").matters == ()


@pytest.mark.parametrize(("name", "flows"), [
    ("JIA", ("A", "B", "C", "D")), ("YI", ("A", "B", "D")), ("BING", ("B", "D")), ("DING", ("C", "D")), ("ZHU", ()),
])  # fmt: skip
def test_R1_11_key_levels_of_the_manuals_example(name: str, flows: tuple[str, ...]) -> None:
    """A: 甲乙; B: 甲乙丙; C: 甲丁, for 乙 and 丙 stand side by side; D: all four."""
    assert needed_by(customer_003(), (), name).flows == flows


def test_R1_11_a_second_one_on_the_level_makes_it_no_key_level() -> None:
    """Also a frozen one, which can be unfrozen; not a deleted one, not one without the account."""
    for status, accounts, flows in (
        ("normal", [PAYER], ()),
        ("frozen", [PAYER], ()),
        ("deleted", [PAYER], ("A",)),
        ("normal", [OTHER], ("A",)),
    ):
        second = person("WU", "enter", status=status, accounts=accounts)
        customer = customer_003({**BANK_003, "WU": second}, FLOWS_003[:1])
        assert needed_by(customer, (), "JIA").flows == flows
    gone = customer_003({**BANK_003, "YI": person("YI", status="deleted")}, (flow("E", WAN, "YI BING"),))
    assert needed_by(gone, (), "BING").flows == ("E",)


@pytest.mark.parametrize(("name", "matters"), [
    ("AUTH3", ["HALF", "LARGE"]), ("REVIEW", ["LARGE", "SMALL"]), ("ENTRY", []), ("FORCE", []),
])  # fmt: skip
def test_R1_11_an_operator_that_a_live_plan_needs_is_named(name: str, matters: list[str]) -> None:
    """Whose open step nobody else can fill; also when it is frozen already."""
    for customer in (MODES, without(MODES, name)):
        assert keys(needed_by(customer, WAITING, name).matters) == matters


def test_R1_14_deleting_a_deputy_is_asked_as_for_anyone() -> None:
    """Its operators move up to the supervisor; what its own place in flows and plans holds up is told first."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA")
    people = {**BANK_003, "YI": replace(BANK_003["YI"], manager="DING")}
    needed = needed_by(customer_003(people), [matter("M", plan, entered("JIA"))], "DING")

    assert BANK_003["DING"].role is Role.DEPUTY
    assert (needed.flows, keys(needed.matters)) == (("C", "D"), ["M"])


def test_R1_1_the_second_administrator_is_needed_by_what_waits_for_it() -> None:
    """Lists of accounts do not matter there."""
    people = [person("ADM1", "administer", accounts=[]), person("ADM2", "administer", accounts=[])]
    customer = replace(customer_000(*people), second_administrator=True)
    plan = administration_plan(customer, "ADM1")
    assert isinstance(plan, Plan)
    pending = [matter("A", plan, entered("ADM1"), service="ChangeOperator")]

    assert keys(needed_by(customer, pending, "ADM2").matters) == ["A"]
    assert needed_by(customer, pending, "ADM1").matters == ()
    third = replace(customer, people={**crew(*people), "ADM3": person("ADM3", "administer")})
    assert needed_by(third, pending, "ADM2").matters == ()


def test_R2_15_the_unfinished_matters_of_a_flow_are_shown_before_it_is_deleted() -> None:
    """Those that wait, not those that are complete or over, nor those of a mode of the same name."""
    customer = customer_003()
    plan = plan_of(customer, WAN, by="JIA")
    done = decided(plan, entered("JIA"), BANK_003["YI"])
    matters = [
        matter("WAITS", plan, entered("JIA")),
        matter("DONE", plan, done),
        matter("MODE", replace(SMALL, mode="A"), entered()),
        matter("OTHER", plan_of(customer, 200 * WAN, by="JIA"), entered("JIA")),
    ]

    assert keys(unfinished(FLOWS_003[0], matters)) == ["WAITS"]
    assert keys(unfinished(replace(example_mode(), mode_id="A"), matters)) == ["MODE"]
