"""Which flows may be made."""

from dataclasses import replace

import pytest

from gateway.domain.approval import flow_faults
from gateway.domain.approval.services import PAYROLL
from gateway.domain.customer import Flow, Person, Role
from protocol.codes import Code
from protocol.limits import FLOW_LEVELS_MAX, LEVEL_REVIEWERS_MAX
from protocol.money import FEN_MAX
from tests.gateway.domain.approval.company import (
    BANK_003,
    FLOWS_003,
    OTHER,
    PAYER,
    SERVICE,
    WAN,
    codes,
    crew,
    flow,
    person,
)


def test_R2_13_the_manuals_example_can_be_made_one_flow_after_the_other() -> None:
    """Four flows of one account, in any order."""
    for flows in (FLOWS_003, FLOWS_003[::-1]):
        for number, one in enumerate(flows):
            assert flow_faults(one, flows[:number], BANK_003) == []


@pytest.mark.parametrize(("made", "found"), [
    (flow("X", None, "YI"), Code.FLOW_LIMIT),
    (flow("X", 0, "YI"), Code.FLOW_LIMIT),
    (flow("X", FEN_MAX + 1, "YI"), Code.FLOW_LIMIT),
    (flow("X", 100 * WAN, "YI"), Code.FLOW_LIMIT_TAKEN),
    (flow("X", 100 * WAN, "YI", account=None), Code.FLOW_SUBJECT),
    (flow("X", 1, "YI", service=PAYROLL), Code.FLOW_SUBJECT),
    (flow("X", None, "YI", account=None, service=SERVICE), Code.FLOW_SERVICE),
    (flow("X", 1), Code.FLOW_EMPTY),
    (flow("X", 1, "YI", ""), Code.FLOW_EMPTY),
    (flow("X", 1, "WU"), Code.FLOW_REVIEWER),
    (flow("X", 1, "JIA"), Code.FLOW_REVIEWER),
])  # fmt: skip
def test_R2_12_a_flow_is_of_one_account_with_a_limit_and_levels_of_reviewers(made: Flow, found: Code) -> None:
    """And of nobody who does not exist or may not review."""
    assert found in codes(flow_faults(made, FLOWS_003, BANK_003))


@pytest.mark.parametrize("limit", [1, 100 * WAN - 1, 100 * WAN + 1, FEN_MAX])
def test_R2_12_two_flows_of_an_account_have_different_limits(limit: int) -> None:
    """Or of two equal ones nobody could say which is taken."""
    assert flow_faults(flow("X", limit, "YI"), FLOWS_003, BANK_003) == []


@pytest.mark.parametrize(("who", "words"), [
    (person("WU", "review", role=Role.SUPERVISOR), "supervisor"),
    (person("WU", "review", status="frozen"), "normal state"),
    (person("WU", "enter"), "no permission"),
    (person("WU", "review", accounts=[OTHER]), PAYER),
    (person("WU", "review", services=[PAYROLL]), ""),
    (person("WU", "review", role=Role.DEPUTY), ""),
])  # fmt: skip
def test_R2_12_who_stands_in_a_flow_can_review_there(who: Person, words: str) -> None:
    """A deputy may (R1.13), the supervisor stands above; state, permission and account are asked."""
    found = flow_faults(flow("X", 1, "WU"), FLOWS_003, {**BANK_003, "WU": who})

    assert codes(found) == ([Code.FLOW_REVIEWER] if words else [])
    assert all(words in (detail.en or "") for detail in found)


def test_R2_15_a_flow_is_not_changed_but_deleted_and_made_anew() -> None:
    """The same id again is refused, even with the same content."""
    assert codes(flow_faults(FLOWS_003[0], FLOWS_003, BANK_003)) == [Code.FLOW_TAKEN, Code.FLOW_LIMIT_TAKEN]
    assert flow_faults(FLOWS_003[0], FLOWS_003[1:], BANK_003) == []


def test_R2_16_payroll_has_exactly_one_flow_and_no_limit() -> None:
    """Whatever the amount; a second one waits until the first is deleted."""
    first, second = (flow(name, None, "YI", account=None, service=PAYROLL) for name in ("P", "Q"))

    assert flow_faults(first, FLOWS_003, BANK_003) == []
    assert codes(flow_faults(second, (*FLOWS_003, first), BANK_003)) == [Code.FLOW_SERVICE_TAKEN]
    assert codes(flow_faults(replace(first, limit=1), FLOWS_003, BANK_003)) == [Code.FLOW_LIMIT]
    unlisted = {**BANK_003, "YI": replace(BANK_003["YI"], services=frozenset({SERVICE}))}
    assert codes(flow_faults(first, FLOWS_003, unlisted)) == [Code.FLOW_REVIEWER]


def test_O41_different_people_must_fill_entry_and_levels() -> None:
    """One person on two levels, or nobody who enters."""
    both = {**BANK_003, "JIA": person("JIA", "enter", "review")}
    nobody = {name: who for name, who in BANK_003.items() if name != "JIA"}

    assert codes(flow_faults(flow("X", 1, "YI", "YI"), (), BANK_003)) == [Code.FLOW_UNFILLABLE]
    assert codes(flow_faults(flow("X", 1, "JIA"), (), both)) == [Code.FLOW_UNFILLABLE]
    assert codes(flow_faults(flow("X", 1, "YI"), (), nobody)) == [Code.FLOW_UNFILLABLE]
    assert flow_faults(flow("X", 1, "YI BING", "YI BING"), (), BANK_003) == []


def test_a_flow_has_so_many_levels_and_reviewers_at_most() -> None:
    """At the limit and one past it."""
    people = crew(person("E", "enter"), *(person(f"R{number}", "review") for number in range(LEVEL_REVIEWERS_MAX + 1)))
    names = [f"R{number}" for number in range(LEVEL_REVIEWERS_MAX + 1)]

    assert flow_faults(flow("X", 1, *names[:FLOW_LEVELS_MAX]), (), people) == []
    assert codes(flow_faults(flow("X", 1, *names[: FLOW_LEVELS_MAX + 1]), (), people)) == [Code.FLOW_TOO_LARGE]
    assert flow_faults(flow("X", 1, " ".join(names[:-1])), (), people) == []
    assert codes(flow_faults(flow("X", 1, " ".join(names)), (), people)) == [Code.FLOW_TOO_LARGE]
