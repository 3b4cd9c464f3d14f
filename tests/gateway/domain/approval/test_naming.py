"""Naming the next actor, at entry and later."""

from dataclasses import replace

import pytest

from gateway.domain.approval import Decision, entry_plan, name_next, naming_faults, stage
from gateway.domain.customer import Authorizers, Band
from gateway.domain.matter import Plan
from protocol.codes import Code
from protocol.messages.transfer import TransferState
from tests.gateway.domain.approval.company import (
    BANK_002,
    BANK_003,
    PAYER,
    SERVICE,
    WAN,
    codes,
    crew,
    customer_002,
    customer_003,
    decided,
    entered,
    entry_faults,
    example_mode,
    person,
    plan_of,
    reasons,
)

ASKED = {"payer": PAYER, "service": SERVICE}


def test_R2_12_the_entry_operator_names_who_of_a_level_acts() -> None:
    """甲 names 乙 or 丙 of the level on which both stand; the other may not, where one is named."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA", named="BING")

    assert reasons(plan, entered("JIA"), BANK_003["YI"]) == [Code.OTHER_NAMED]
    assert stage(plan, decided(plan, entered("JIA"), BANK_003["BING"])) is TransferState.WAITING_REVIEW


def test_R2_24_without_a_name_anyone_entitled_acts() -> None:
    """Either of the level."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA")

    assert all(reasons(plan, entered("JIA"), BANK_003[name]) == [] for name in ("YI", "BING"))


@pytest.mark.parametrize(("named", "found"), [
    ("NOBODY", [Code.ACTOR_NOT_ENTITLED]),
    ("ENTRY", [Code.ACTOR_NOT_ENTITLED, Code.OWN_ENTRY, Code.NOT_PERMITTED]),
    ("AUTH1", [Code.ACTOR_NOT_ENTITLED, Code.OUT_OF_TURN]),
    ("FROZEN", [Code.ACTOR_NOT_ENTITLED, Code.OPERATOR_FROZEN, Code.ACCOUNT_NOT_LISTED]),
    ("REVIEW", []),
])  # fmt: skip
def test_R2_24_a_named_actor_must_be_entitled(named: str, found: list[Code]) -> None:
    """Every reason is given; the first says that it is about the name."""
    people = {**BANK_002, "FROZEN": person("FROZEN", "review", status="frozen", accounts=[])}

    assert entry_faults(customer_002(people), named=named) == found


def test_R2_24_nobody_is_named_where_nobody_need_act() -> None:
    """A name without a step would promise what does not happen."""
    mode = replace(example_mode(review=False, manual_dispatch=False), bands=(Band(None),))

    assert entry_faults(customer_002(mode=mode, single_person=True), named="REVIEW") == [Code.ACTOR_NOT_ENTITLED]


def test_R2_24_a_name_that_uses_up_the_only_authorizer_is_refused() -> None:
    """With A, who is the only authorizer, as named reviewer, different people cannot fill the plan any more."""
    people = crew(
        person("ENTRY", "enter"), person("A", "review", "authorize", level=1), person("B", "review", "dispatch")
    )

    assert entry_faults(customer_002(people), named="A") == [Code.PLAN_UNFILLABLE]
    assert entry_faults(customer_002(people), named="B") == []


def test_R2_24_an_authorizer_is_named_where_no_review_comes_first() -> None:
    """In an unordered mode the step is the one that fits the level of who is named."""
    mode = replace(
        example_mode(ordered=False, review=False), bands=(Band(None, (Authorizers(1, 1), Authorizers(3, 1))),)
    )
    plan = plan_of(customer_002(mode=mode), named="AUTH3")

    assert [step.named for step in plan.steps] == [None, "AUTH3", None]


def test_R2_24_one_place_of_a_step_is_kept_for_who_is_named() -> None:
    """Of two reviewers of level 1 one is named: the other place is anyone's, the kept one is not."""
    mode = replace(example_mode(review=False, manual_dispatch=False), bands=(Band(None, (Authorizers(1, 2),)),))
    people = crew(person("ENTRY", "enter"), *(person(name, "authorize", level=1) for name in "ABC"))
    plan = plan_of(customer_002(people, mode), named="C")
    acts = decided(plan, entered(), people["A"])

    assert reasons(plan, acts, people["B"]) == [Code.OTHER_NAMED]
    assert stage(plan, decided(plan, acts, people["C"])) is TransferState.PROCESSING
    first = decided(plan, entered(), people["C"])
    assert stage(plan, decided(plan, first, people["B"])) is TransferState.PROCESSING


def test_R1_19_a_grantee_names_nobody_of_the_grantor() -> None:
    """Whether there is such an operator is another customer's affair (O44)."""
    for named in ("REVIEW", "NOBODY"):
        found = entry_plan(
            customer_002(), service=SERVICE, payer=PAYER, amount=1, operator_id="X", named=named, collected=True
        )
        assert codes(found) == [Code.ACTOR_NOT_ENTITLED]


def test_O42_another_is_named_where_the_named_one_cannot_act_any_more() -> None:
    """By the entry operator or an administrator; the new name takes the place of the old one."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA", named="BING")
    people = {**BANK_003, "BING": replace(BANK_003["BING"], status="frozen")}
    renamed = name_next(plan, entered("JIA"), "YI", people, **ASKED)
    assert isinstance(renamed, Plan)

    assert reasons(plan, entered("JIA"), people["YI"]) == [Code.OTHER_NAMED]
    assert reasons(renamed, entered("JIA"), people["YI"]) == []
    assert [step.named for step in renamed.steps] == ["YI", None]
    assert codes(name_next(plan, entered("JIA"), "BING", people, **ASKED))[0] == Code.ACTOR_NOT_ENTITLED


def test_O42_only_the_entry_operator_or_an_administrator_names_another() -> None:
    """Not the colleague who would like the work, and nobody who is frozen."""
    plan = plan_of(customer_003(), 300 * WAN, by="JIA", named="BING")
    administrator = person("ADM", "administer", accounts=[])
    frozen = replace(administrator, status="frozen")

    assert naming_faults(plan, entered("JIA"), BANK_003["JIA"]) == []
    assert naming_faults(plan, entered("JIA"), administrator) == []
    assert codes(naming_faults(plan, entered("JIA"), BANK_003["YI"])) == [Code.NAMING_NOT_YOURS]
    assert codes(naming_faults(plan, entered("JIA"), frozen)) == [Code.OPERATOR_FROZEN]


def test_the_dispatcher_can_be_named_once_dispatch_is_due() -> None:
    """The next step is whichever is due, the last one, too."""
    people = {**BANK_002, "SEND2": person("SEND2", "dispatch")}
    plan = plan_of(customer_002(people))
    acts = decided(plan, decided(plan, entered(), people["REVIEW"]), people["AUTH1"])
    named = name_next(plan, acts, "SEND2", people, **ASKED)
    assert isinstance(named, Plan)

    assert reasons(named, acts, people["SEND"], Decision.DISPATCH) == [Code.OTHER_NAMED]
    done = decided(named, acts, people["SEND2"], Decision.DISPATCH)
    assert stage(named, done) is TransferState.PROCESSING
    assert codes(name_next(named, done, "SEND", people, **ASKED)) == [Code.ACTOR_NOT_ENTITLED]
