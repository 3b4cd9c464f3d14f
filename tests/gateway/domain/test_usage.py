"""What an order takes of the limits of a day, and when it gives it back: the manual's sentences one by one."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.calendar import business_date
from gateway.domain.matter import Basis
from gateway.domain.usage import Scope, Taking, UsageKey, add, counters, difference, taken

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (2, 3, 4))
ALL = {"operator", "account", "customer"}


def order(**change: Any) -> Taking:
    """A transfer of 1.00 that was entered on Monday to run at once, but for what is changed."""
    fields: dict[str, Any] = {
        "operator": ("C1", "ERP1"),
        "account": ("C1", "62001"),
        "amount": 100,
        "basis": Basis.IMMEDIATE,
        "entered_on": MONDAY,
    }
    return Taking(**fields | change)


def days(taking: Taking) -> dict[date, set[str]]:
    """Whose usage it takes, by day; always the whole amount."""
    found: dict[date, set[str]] = {}
    for key, amount in taken(taking).items():
        assert amount == taking.amount
        found.setdefault(key.business_date, set()).add(key.scope.value)
    return found


@pytest.mark.parametrize("run_on", [None, MONDAY, TUESDAY])
def test_R3_7_usage_is_taken_when_the_order_is_entered(run_on: date | None) -> None:
    """On the day of entry, once, whether its last approval comes then or on a later day."""
    assert days(order(run_on=run_on)) == {MONDAY: ALL}


def test_R3_7_own_account_transfers_take_operator_and_account_usage() -> None:
    """The manual names them first of all."""
    assert days(order(outgoing=False)) == {MONDAY: {"operator", "account"}}


@pytest.mark.parametrize("basis", Basis)
def test_R3_3_own_account_transfers_take_nothing_of_the_customer(basis: Basis) -> None:
    """The customer's limits are on money that leaves it, whenever that is."""
    assert not any("customer" in each for each in days(order(basis=basis, run_on=TUESDAY, outgoing=False)).values())


@pytest.mark.parametrize(
    ("ended_on", "left"),
    [(None, {MONDAY: ALL}), (MONDAY, {}), (TUESDAY, {MONDAY: ALL}), (WEDNESDAY, {MONDAY: ALL})],
)
@pytest.mark.parametrize("run_on", [None, MONDAY])
def test_R3_8_usage_is_given_back_on_the_same_day_only(
    run_on: date | None, ended_on: date | None, left: dict[date, set[str]]
) -> None:
    """Whether the bank failed it or it never came so far; on a later day nothing comes back to the past one."""
    assert days(order(run_on=run_on, ended_on=ended_on)) == left


@pytest.mark.parametrize(
    ("run_on", "ended_on", "left"),
    [
        (None, None, {MONDAY: {"operator"}}),
        (None, MONDAY, {}),
        (None, TUESDAY, {MONDAY: {"operator"}}),
        (WEDNESDAY, None, {MONDAY: {"operator"}, WEDNESDAY: ALL}),
        (WEDNESDAY, WEDNESDAY, {MONDAY: {"operator"}}),
        (TUESDAY, WEDNESDAY, {MONDAY: {"operator"}, TUESDAY: ALL}),
    ],
)
def test_R3_9_a_schedule_takes_the_operators_usage_twice(
    run_on: date | None, ended_on: date | None, left: dict[date, set[str]]
) -> None:
    """各扣一次: on the day of scheduling and on the day it runs; the account's and the customer's when it runs only."""
    assert days(order(basis=Basis.SCHEDULED, run_on=run_on, ended_on=ended_on)) == left


def test_R3_9_a_day_is_taken_from_once() -> None:
    """The manual takes twice only where the chosen day is another one."""
    assert days(order(basis=Basis.SCHEDULED, run_on=MONDAY)) == {MONDAY: ALL}


@pytest.mark.parametrize(
    ("run_on", "ended_on", "left"),
    [(None, None, {}), (None, MONDAY, {}), (TUESDAY, None, {TUESDAY: ALL}), (TUESDAY, TUESDAY, {})],
)
def test_R3_10_what_the_bank_postpones_takes_its_usage_when_it_runs(
    run_on: date | None, ended_on: date | None, left: dict[date, set[str]]
) -> None:
    """Nothing before, everything then."""
    assert days(order(basis=Basis.POSTPONED, run_on=run_on, ended_on=ended_on)) == left


@pytest.mark.parametrize("basis", Basis)
def test_R3_11_payroll_and_reimbursement_take_nothing(basis: Basis) -> None:
    """Neither of the operator nor of the account, nor of the customer (O7)."""
    assert taken(order(basis=basis, run_on=TUESDAY, counted=False)) == {}


def test_R5_4_a_row_of_a_batch_is_given_back_by_itself() -> None:
    """Each row is taken on entry; the one that fails that day comes back, and the others stay."""
    rows = [order(amount=amount) for amount in (100, 20, 3)]
    used: dict[UsageKey, int] = {}
    for row in rows:
        add(used, difference(None, row).items())
    add(used, difference(rows[1], replace(rows[1], run_on=MONDAY, ended_on=MONDAY)).items())

    assert used == dict.fromkeys(counters(("C1", "ERP1"), ("C1", "62001"), MONDAY), 103)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 2, 15, 59, 59, 999_000, UTC), MONDAY),
        (datetime(2026, 11, 2, 16, 0, tzinfo=UTC), TUESDAY),
        (datetime(2026, 11, 2, 12, 30, tzinfo=UTC), MONDAY),
    ],
)
def test_O25_the_day_of_a_limit_begins_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    """Not with the clearing day, which begins at 20:30 of the day before."""
    entered_on = business_date(int(moment.timestamp() * 1000), 0)

    assert days(order(entered_on=entered_on)) == {day: ALL}


def test_O45_the_customers_usage_goes_with_the_accounts() -> None:
    """Taken and given back with it, for every basis and end, own-account transfers excepted."""
    for basis in Basis:
        for run_on in (None, MONDAY, TUESDAY):
            for ended_on in (None, MONDAY, TUESDAY):
                for scopes in days(order(basis=basis, run_on=run_on, ended_on=ended_on)).values():
                    assert ("account" in scopes) == ("customer" in scopes)


def test_O46_what_is_postponed_at_the_last_approval_gives_its_day_back() -> None:
    """Also a schedule of the same day that rolls to tomorrow; it is taken on the day it runs."""
    entered = order()
    postponed = replace(entered, basis=Basis.POSTPONED)

    given_back = difference(entered, postponed)
    taken_then = difference(postponed, replace(postponed, run_on=TUESDAY))

    assert given_back == dict.fromkeys(counters(entered.operator, entered.account, MONDAY), -100)
    assert taken_then == dict.fromkeys(counters(entered.operator, entered.account, TUESDAY), 100)


def test_O46_a_run_of_a_recurring_order_is_taken_on_its_day() -> None:
    """A run is entered on its day like any order; the order itself is no taking at all."""
    assert days(order(entered_on=TUESDAY, run_on=TUESDAY)) == {TUESDAY: ALL}


def test_O50_under_a_grant_the_owners_account_and_the_acting_operator_count() -> None:
    """B's operator pays from A's account: B's operator usage, A's account and customer usage."""
    found = taken(order(operator=("B", "ERP1"), account=("A", "62001")))

    assert set(found) == {
        UsageKey("B", Scope.OPERATOR, "ERP1", MONDAY),
        UsageKey("A", Scope.ACCOUNT, "62001", MONDAY),
        UsageKey("A", Scope.CUSTOMER, "A", MONDAY),
    }


def test_O50_a_return_of_the_money_gives_nothing_back() -> None:
    """Money that comes back the same day is a new credit: the order succeeded, and has no end that gives back."""
    booked = order(run_on=MONDAY)

    assert difference(booked, booked) == {}


dates = st.sampled_from([MONDAY, TUESDAY, WEDNESDAY])
takings = st.builds(
    Taking,
    operator=st.sampled_from([("C1", "A"), ("C2", "B")]),
    account=st.sampled_from([("C1", "1"), ("C2", "2")]),
    amount=st.integers(1, 5),
    basis=st.sampled_from(Basis),
    entered_on=dates,
    run_on=st.none() | dates,
    ended_on=st.none() | dates,
    outgoing=st.booleans(),
    counted=st.booleans(),
)


@given(st.none() | takings, st.none() | takings)
def test_a_difference_leads_from_before_to_after(before: Taking | None, after: Taking | None) -> None:
    """Whatever changes, the counters end where counting anew would put them, and none is named that stays."""
    used = taken(before) if before else {}
    changes = difference(before, after)
    add(used, changes.items())

    assert {key: amount for key, amount in used.items() if amount} == (taken(after) if after else {})
    assert 0 not in changes.values()
