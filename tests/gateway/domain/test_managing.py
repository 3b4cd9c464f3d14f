"""Who of a customer's administrators keeps whom, and what a deputy gives (R1.13, R1.14)."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.customer import Customer, Limits, Person, Role
from gateway.domain.managing import Given, giving_faults, is_administrator, is_reserved, manages, operator_faults
from protocol.catalogue import CATALOGUE
from protocol.codes import Code

ACCOUNT = "6222000000000001"


def person(
    name: str,
    *permissions: str,
    role: Role = Role.OPERATOR,
    manager: str | None = None,
    services: frozenset[str] | None = None,
) -> Person:
    """An operator with one account on its list."""
    return Person(
        operator_id=name,
        status="normal",
        permissions=frozenset(permissions),
        role=role,
        manager=manager,
        accounts=frozenset({ACCOUNT}),
        services=services,
    )


PEOPLE = {
    one.operator_id: one
    for one in (
        person("SUP", "administer", role=Role.SUPERVISOR),
        person("ADM", "administer"),
        person("DEP1", "administer", "review", role=Role.DEPUTY),
        person("DEP2", "administer", role=Role.DEPUTY),
        person("LED", "enter", manager="DEP1"),
        person("OWN", "enter"),
    )
}
CUSTOMER = Customer(customer_id="C1", status="normal", people=PEOPLE)


@pytest.mark.parametrize(("manager", "managed"), [
    ("SUP", {"ADM", "DEP1", "DEP2", "OWN"}),
    ("ADM", {"DEP1", "DEP2", "OWN"}),
    ("DEP1", {"LED"}),
    ("DEP2", set()),
])  # fmt: skip
def test_R1_14_everybody_keeps_its_direct_operators_alone(manager: str, managed: set[str]) -> None:
    """Neither itself, nor the supervisor, nor those of another manager."""
    found = {name for name, one in PEOPLE.items() if manages(CUSTOMER, PEOPLE[manager], one)}
    faults = {name: operator_faults(CUSTOMER, PEOPLE[manager], name) for name in PEOPLE}

    assert found == managed
    assert {name for name, told in faults.items() if not told} == managed
    assert {each.rule for told in faults.values() for each in told} == {Code.OPERATOR_NOT_YOURS}
    assert all(each.zh and each.en and each.place == "Operator" for told in faults.values() for each in told)


def test_an_operator_that_is_not_there_is_named_as_such() -> None:
    """By the code that was asked for."""
    (fault,) = operator_faults(CUSTOMER, PEOPLE["SUP"], "NOBODY")

    assert (fault.rule, fault.value) == (Code.OPERATOR_UNKNOWN, "NOBODY")


GIVEN = Given(
    role="deputy",
    permissions=frozenset({"enter", "review", "query", "authorize"}),
    accounts=frozenset({ACCOUNT, "6222000000000002"}),
    services=frozenset({"SubmitTransfer", "SubmitBatch"}),
)


def test_R1_13_a_deputy_gives_entry_and_review_within_its_own_lists() -> None:
    """Whatever is beyond is named, each by itself; an administrator gives everything."""
    deputy = person("DEP", "administer", role=Role.DEPUTY, services=frozenset({"SubmitTransfer"}))

    faults = giving_faults(deputy, GIVEN)

    assert [(each.rule, each.place) for each in faults] == [
        (Code.BEYOND_DEPUTY, "Role"),
        (Code.BEYOND_DEPUTY, "Rights"),
        (Code.BEYOND_DEPUTY, "Accounts"),
        (Code.BEYOND_DEPUTY, "Services"),
    ]
    assert all(each.zh and each.en for each in faults)
    assert giving_faults(PEOPLE["ADM"], GIVEN) == []


def test_R1_13_a_deputy_of_few_services_does_not_give_every_one() -> None:
    """One of every service does."""
    few = person("DEP", "administer", role=Role.DEPUTY, services=frozenset({"SubmitTransfer"}))

    assert [each.place for each in giving_faults(few, Given(services=None))] == ["Services"]
    assert giving_faults(PEOPLE["DEP1"], Given(services=None)) == []


def test_R1_13_what_is_not_about_its_operators_is_no_deputy_s() -> None:
    """Of all changes that take the permission to administer; queries are open to it, and all of it to others."""
    services = [one for one in CATALOGUE.values() if one.permission == "administer"]
    open_to_it = {one.name for one in services if not is_reserved(PEOPLE["DEP1"], one)}

    assert {"AddOperator", "ChangeOperator", "DeleteOperator", "CancelCredential", "ListOperators"} <= open_to_it
    assert not {"MoveCredential", "SaveMode", "DecideChanges", "OfferGrant", "SetCustomerLimits"} & open_to_it
    assert not any(is_reserved(PEOPLE["ADM"], one) for one in services)


def test_R1_1_a_deputy_is_no_administrator() -> None:
    """Though it administers its operators; the supervisor is one."""
    assert {name for name, one in PEOPLE.items() if is_administrator(one)} == {"SUP", "ADM"}


@pytest.mark.parametrize("lost", [{"status": "frozen"}, {"permissions": frozenset({"review"})}])
def test_O23_the_operators_of_a_deputy_that_cannot_act_are_the_supervisor_s(lost: dict[str, Any]) -> None:
    """Frozen or stripped: somebody can always stop them."""
    people = {**PEOPLE, "DEP1": replace(PEOPLE["DEP1"], **lost)}
    customer = replace(CUSTOMER, people=people)

    assert operator_faults(customer, people["SUP"], "LED") == []
    assert [each.rule for each in operator_faults(customer, people["DEP2"], "LED")] == [Code.OPERATOR_NOT_YOURS]


def test_R1_13_a_deputy_gives_neither_a_level_nor_more_than_its_limits() -> None:
    """Exactly its own limits can be given; one fen above and none at all cannot. Without limits it gives any."""
    deputy = replace(person("DEP", "administer", role=Role.DEPUTY), limits=Limits(100, 500))
    free = replace(deputy, limits=Limits())

    def found(giver: Person, given: Given) -> list[str | None]:
        return [each.place for each in giving_faults(giver, given)]

    assert found(deputy, Given(level=3)) == ["Rights"]
    assert found(deputy, Given(limits=Limits(100, 500))) == []
    for beyond in (Limits(101, 500), Limits(100, 501), Limits(100, None), Limits()):
        assert found(deputy, Given(limits=beyond)) == ["Limits"]
    assert found(free, Given(limits=Limits())) == []
