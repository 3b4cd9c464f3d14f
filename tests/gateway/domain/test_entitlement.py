"""Who may ask for what: every rule by itself, and all of them in their order."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.customer import Binding, Customer, Person
from gateway.domain.entitlement import faults
from gateway.domain.facts import Facts
from protocol.codes import Code
from tests.journal.bank import CUSTOMER_ID, OPERATOR_ID, query, transfer


def facts(*, suspended: bool = False, bindings: dict[str, Binding] | None = None, **person: Any) -> Facts:
    """A customer with one operator, who may do everything unless it is said otherwise."""
    status = "suspended" if suspended else "normal"
    told: dict[str, Any] = {"status": "normal", "permissions": frozenset({"query", "enter"})}
    one = Person(operator_id=OPERATOR_ID, **told | person)
    customer = Customer(customer_id=CUSTOMER_ID, status=status, people={OPERATOR_ID: one}, bindings=bindings or {})
    return Facts(customer, one)


def codes(given: Facts, asked: Any = None) -> list[str]:
    """The rules that are broken, in order."""
    return [fault.rule for fault in faults(asked or transfer("T1"), given)]


def test_who_may_everything_is_asked_nothing() -> None:
    """No fault is found where there is none."""
    assert codes(facts()) == []


def test_who_is_not_there_has_no_permission() -> None:
    """A customer or an operator that is gone is told no more than that."""
    assert codes(Facts(None, None)) == [Code.NOT_PERMITTED]
    assert codes(replace(facts(), person=None)) == [Code.NOT_PERMITTED]


def test_R1_2_an_operator_does_what_it_has_the_permission_for() -> None:
    """To enter takes the permission to enter, whatever else is held."""
    others = frozenset({"query", "review", "authorize", "dispatch", "administer"})

    assert codes(facts(permissions=others)) == [Code.NOT_PERMITTED]
    assert codes(facts(permissions=others), query("T1")) == []


def test_R1_6_an_operator_uses_only_the_services_on_its_list() -> None:
    """Queries too; None stands for every service."""
    given = facts(services=frozenset({"QueryTransfer"}))

    assert codes(given) == [Code.SERVICE_NOT_LISTED]
    assert codes(given, query("T1")) == []
    assert codes(facts(services=frozenset())) == [Code.SERVICE_NOT_LISTED]
    assert codes(facts(services=None)) == []


def test_R1_8_a_frozen_operator_can_do_nothing_at_all() -> None:
    """Not even query."""
    assert codes(facts(status="frozen")) == [Code.OPERATOR_FROZEN]
    assert codes(facts(status="frozen"), query("T1")) == [Code.OPERATOR_FROZEN]


@pytest.mark.parametrize(("enabled", "expected"), [(True, []), (False, [Code.SERVICE_OFF])])
def test_R2_9_a_service_switched_off_refuses_new_instructions(enabled: bool, expected: list[str]) -> None:  # noqa: FBT001  a case of a table
    """Until it is switched on; other services go on."""
    given = facts(bindings={"SubmitTransfer": Binding("M1", enabled)})

    assert codes(given) == expected
    assert codes(given, query("T1")) == []


def test_all_faults_come_at_once_in_their_order() -> None:
    """The order is part of the contract: the first gives the code."""
    off = {"SubmitTransfer": Binding(None, enabled=False)}
    barred = facts(suspended=True, bindings=off, status="frozen", permissions=frozenset(), services=frozenset())

    assert codes(barred) == [
        Code.CUSTOMER_SUSPENDED,
        Code.OPERATOR_FROZEN,
        Code.NOT_PERMITTED,
        Code.SERVICE_NOT_LISTED,
        Code.SERVICE_OFF,
    ]
