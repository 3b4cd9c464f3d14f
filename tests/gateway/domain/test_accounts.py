"""What an operator may do with accounts: its list, what the bank opened, grants, closed lists, and the order shown."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.accounts import listed, may_pay_to, payer_faults, query_faults, run_faults
from gateway.domain.customer import Account, Customer, Person, Right
from gateway.domain.facts import Facts
from protocol.codes import Code

OWN, OTHERS = "C1", "C2"


def account(number: str, owner: str = OWN, **changed: Any) -> Account:
    """An account, of the customer itself unless it is said otherwise."""
    return Account(number=number, owner=owner, **changed)


def facts(*accounts: Account, on_list: set[str] | None = None, grantor: str = "normal") -> Facts:
    """An operator with these accounts of its customer on its list, or those that are named."""
    numbers = {each.number for each in accounts} if on_list is None else on_list
    person = Person(operator_id="O1", status="normal", permissions=frozenset(), accounts=frozenset(numbers))
    customer = Customer(
        customer_id=OWN,
        status="normal",
        people={"O1": person},
        accounts={each.number: each for each in accounts},
    )
    return Facts(customer, person, grantors={OTHERS: Customer(customer_id=OTHERS, status=grantor)})


def granted(*rights: Right, **changed: Any) -> Account:
    """An account of another customer, granted with these rights."""
    return account("8", OTHERS, rights=frozenset(rights), **changed)


def test_R1_5_an_operator_sees_and_uses_only_the_accounts_on_its_own_list() -> None:
    """For queries too; an account of nobody is told apart from one that only the list lacks."""
    given = facts(account("1"), account("2"), on_list={"1"})

    assert [each.number for each in listed(given)] == ["1"]
    assert (query_faults(given, "1"), payer_faults(given, "1")) == ([], [])
    assert (query_faults(given, "2"), payer_faults(given, "2")) == (
        [Code.ACCOUNT_NOT_LISTED],
        [Code.ACCOUNT_NOT_LISTED],
    )
    assert (query_faults(given, "3"), payer_faults(given, "3")) == (
        [Code.ACCOUNT_NOT_ATTACHED],
        [Code.PAYER_NOT_ATTACHED],
    )


def test_O23_what_was_entered_before_asks_the_list_of_who_entered_it_no_more() -> None:
    """Nor whether that operator is still there; the account itself and its grant are asked as they stand now."""
    given = facts(account("1"), account("2", may_pay=False), on_list=set())

    assert run_faults(given, "1") == []
    assert run_faults(replace(given, person=None), "1") == []
    assert run_faults(given, "2") == [Code.PAYMENT_NOT_OPEN]
    assert run_faults(given, "3") == [Code.PAYER_NOT_ATTACHED]
    assert run_faults(given, "1", wages=True) == [Code.WAGES_NOT_OPEN]


def test_O22_a_grant_that_has_not_the_right_any_more_pays_nothing() -> None:
    """Nor one of a customer who is suspended by then."""
    assert run_faults(facts(granted(Right.TRANSFER)), "8") == []
    assert run_faults(facts(granted(Right.QUERY)), "8") == [Code.RIGHT_NOT_GRANTED]
    assert run_faults(facts(granted(Right.COLLECT), grantor="suspended"), "8") == [Code.GRANTOR_SUSPENDED]


def test_R1_7_a_payer_account_needs_the_payment_permission_and_a_payroll_account_that_of_payroll() -> None:
    """Each by itself: wages go out without the payment permission, and payments without that of payroll."""
    given = facts(account("1", may_pay=False, may_pay_wages=True), account("2", may_pay=True, may_pay_wages=False))

    assert payer_faults(given, "1") == [Code.PAYMENT_NOT_OPEN]
    assert payer_faults(given, "1", wages=True) == []
    assert payer_faults(given, "2") == []
    assert payer_faults(given, "2", wages=True) == [Code.WAGES_NOT_OPEN]
    assert query_faults(given, "1") == []


@pytest.mark.parametrize(
    ("rights", "query", "pay"),
    [
        ({Right.QUERY}, [], [Code.RIGHT_NOT_GRANTED]),
        ({Right.TRANSFER}, [Code.RIGHT_NOT_GRANTED], []),
        ({Right.QUERY, Right.COLLECT}, [], []),
    ],
    ids=["query", "transfer", "query and collect"],
)
def test_R1_18_a_granted_account_gives_what_was_granted(rights: set[Right], query: list[Code], pay: list[Code]) -> None:
    """Queries under the right to query, payments under one of the two others, wages under none."""
    given = facts(granted(*rights, may_pay_wages=True))

    assert query_faults(given, "8") == query
    assert payer_faults(given, "8") == pay
    assert payer_faults(given, "8", wages=True) == [Code.RIGHT_NOT_GRANTED]
    assert [each.number for each in listed(given)] == ([] if query else ["8"])


def test_a_granted_account_rests_while_its_owner_is_suspended() -> None:
    """The bank's word on the owner holds for everybody who uses its account."""
    given = facts(granted(Right.QUERY, Right.TRANSFER), grantor="suspended")

    assert query_faults(given, "8") == [Code.GRANTOR_SUSPENDED]
    assert payer_faults(given, "8") == [Code.GRANTOR_SUSPENDED]
    assert listed(given) == []


def test_all_faults_of_a_payer_account_come_at_once_in_their_order() -> None:
    """List, grant, capability."""
    given = facts(granted(Right.QUERY, may_pay=False), on_list=set(), grantor="suspended")

    assert payer_faults(given, "8") == [
        Code.ACCOUNT_NOT_LISTED,
        Code.RIGHT_NOT_GRANTED,
        Code.GRANTOR_SUSPENDED,
        Code.PAYMENT_NOT_OPEN,
    ]


def test_R1_23_a_closed_account_pays_only_those_of_its_list_at_any_bank() -> None:
    """The same number at another bank is another payee; an account that is not closed pays everybody."""
    closed = account("1", closed=True, payees=frozenset({("77", None), ("88", "313100000013")}))

    assert may_pay_to(closed, "77", None)
    assert may_pay_to(closed, "88", "313100000013")
    assert not may_pay_to(closed, "88", None)
    assert not may_pay_to(closed, "77", "313100000013")
    assert not may_pay_to(account("1", closed=True), "77", None)
    assert may_pay_to(account("1"), "99", None)


def test_R1_24_priority_9_comes_first_and_equal_priority_sorts_by_number() -> None:
    """Ten grades, downwards; within one the account number ascends."""
    shown = [("5", 0), ("1", 0), ("3", 9), ("2", 4), ("4", 9)]
    given = facts(*(account(number, priority=priority) for number, priority in shown))

    assert [each.number for each in listed(given)] == ["3", "4", "2", "1", "5"]
