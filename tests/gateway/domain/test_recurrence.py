"""Recurring transfers: the hours of a plan, the next one, how many, and what is refused at entry."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.recurrence import (
    Occurrence,
    Recurrence,
    due,
    last_run,
    next_run,
    passed,
    recurrence_faults,
    run_at,
    run_count,
)
from protocol.codes import Code
from protocol.limits import RECURRING_RUNS_MAX
from protocol.messages.recurring import Period
from tests.gateway.domain.moments import RULES, at, moments

PLACE = "/Message/Body/SubmitRecurring"


def plan(period: Period, first: str, end: str) -> Recurrence:
    """A plan from a first run to a last day."""
    return Recurrence(period=period, first=at(first), end=at(f"{end} 00:00").date())


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.DAILY, ["2026-11-02", "2026-11-03", "2026-11-04"]),
        (Period.WEEKLY, ["2026-11-02", "2026-11-09", "2026-11-16"]),
        (Period.FORTNIGHTLY, ["2026-11-02", "2026-11-16", "2026-11-30"]),
        (Period.MONTHLY, ["2026-11-02", "2026-12-02", "2027-01-02"]),
        (Period.QUARTERLY, ["2026-11-02", "2027-02-02", "2027-05-02"]),
        (Period.HALF_YEARLY, ["2026-11-02", "2027-05-02", "2027-11-02"]),
        (Period.YEARLY, ["2026-11-02", "2027-11-02", "2028-11-02"]),
    ],
)
def test_R4_18_a_period_is_chosen(period: Period, days: list[str]) -> None:
    """Each run is at the hour of the first."""
    made = plan(period, "11-02 11:00", "2030-01-01")

    assert [run_at(made, number) for number in (1, 2, 3)] == [at(f"{day} 11:00") for day in days]


def test_R4_18_the_31st_runs_on_the_last_day_of_a_short_month() -> None:
    """And on the 31st again after it, for months are counted from the first run."""
    made = plan(Period.MONTHLY, "2028-01-31 09:00", "2028-06-30")

    assert [run_at(made, number).date().isoformat() for number in range(1, 7)] == [
        *("2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31", "2028-06-30"),
    ]
    assert run_at(plan(Period.YEARLY, "2028-02-29 09:00", "2040-01-01"), 2).date() == date(2029, 2, 28)
    assert run_count(made) == 6


@pytest.mark.parametrize(
    ("not_before", "number"),
    [
        ("10-01 00:00", 1),
        ("11-02 11:00:00", 1),  # the very hour is in time
        ("11-02 11:00:00.001", 2),
        ("11-03 11:00:00", 2),
        ("11-06 20:00", 6),  # the runs 2 to 5 were missed: they are skipped, and no run is made twice
        ("11-10 11:00:00", 9),
    ],
)
def test_R4_18_hours_that_were_missed_are_skipped_and_never_doubled(not_before: str, number: int) -> None:
    """One run comes next, and its number is that of its hour in the plan."""
    made = plan(Period.DAILY, "11-02 11:00", "2026-11-10")

    assert next_run(made, at(not_before)) == Occurrence(number, run_at(made, number))


def test_R4_18_after_the_last_day_there_is_no_run() -> None:
    """The end date itself is in."""
    made = plan(Period.DAILY, "11-02 11:00", "2026-11-10")

    assert run_count(made) == 9
    assert next_run(made, at("11-10 11:00:00.001")) is None
    assert next_run(plan(Period.MONTHLY, "11-02 11:00", "2026-12-01"), at("11-03 00:00")) is None


@pytest.mark.parametrize(
    ("first", "end", "wanted"),
    [
        ("11-02 11:00", "2026-11-02", []),
        ("11-02 11:00", "2026-11-01", [Code.RECURRING_END_BEFORE_FIRST]),
        ("11-02 11:00", "2027-11-02", []),  # 366 runs
        ("11-02 11:00", "2027-11-03", [Code.RECURRING_TOO_MANY_RUNS]),
        ("11-02 11:30", "2026-11-01", [Code.SCHEDULE_OFF_THE_HOUR, Code.RECURRING_END_BEFORE_FIRST]),
        ("11-01 11:00", "2026-11-09", [Code.SCHEDULE_PAST]),
        ("11-02 18:00", "2026-11-09", [Code.SCHEDULE_OUTSIDE_HOURS]),
        ("2027-11-03 11:00", "2027-11-09", [Code.SCHEDULE_TOO_FAR]),
    ],
)
def test_R4_18_a_plan_has_an_hour_an_end_and_so_many_runs_at_most(first: str, end: str, wanted: list[Code]) -> None:
    """The first run is an hour that a single transfer could choose; each fault in its place and in both languages."""
    found = recurrence_faults(
        plan(Period.DAILY, first, end),
        large_value=False,
        now=at("11-02 10:00"),
        rules=RULES,
        place=PLACE,
    )

    assert [each.rule for each in found] == wanted
    assert all(each.zh and each.en for each in found)
    ends = {f"{PLACE}/{'EndDate' if each.rule.startswith('RECURRING') else 'FirstRun'}" for each in found}
    assert {each.place for each in found} == ends


def test_O29_the_first_run_of_large_value_is_on_a_working_day() -> None:
    """As if it were chosen for a single transfer."""
    (fault,) = recurrence_faults(
        plan(Period.MONTHLY, "11-07 11:00", "2027-11-01"),
        large_value=True,
        now=at("11-02 10:00"),
        rules=RULES,
        place=PLACE,
    )

    assert fault.rule is Code.SCHEDULE_OUTSIDE_HOURS
    assert "2026-11-09 09:00" in (fault.en or "")


def test_the_most_runs_are_named_with_their_last_day() -> None:
    """So that the sender can correct the end date."""
    made = plan(Period.DAILY, "11-02 11:00", "2028-01-01")
    (fault,) = recurrence_faults(made, large_value=False, now=at("11-02 10:00"), rules=RULES, place=PLACE)

    assert str(RECURRING_RUNS_MAX) in (fault.en or "")
    assert "2027-11-02" in (fault.en or "")


DAYS = moments("2026-01-01 00:00", "2030-01-01 00:00")


@given(st.sampled_from(Period), DAYS, DAYS, st.integers(0, 2000))
def test_the_next_run_is_the_first_that_is_not_before(
    period: Period, first: datetime, moment: datetime, length: int
) -> None:
    """The plan's hours rise strictly, the count is right, and walking from run to run meets each once."""
    made = Recurrence(period=period, first=first, end=first.date() + timedelta(days=length))
    found = next_run(made, moment)
    count = run_count(made)

    assert run_at(made, count).date() <= made.end < run_at(made, count + 1).date()
    if found is None:
        assert run_at(made, count) < moment
    else:
        assert found.at >= moment
        assert found.number == 1 or run_at(made, found.number - 1) < moment
        following = next_run(made, found.at + timedelta(microseconds=1))
        assert following is None or following.number == found.number + 1


@pytest.mark.parametrize(
    ("awaited", "now", "run", "then"),
    [
        ("11-02 11:00", "11-02 10:59:59.999", None, 1),  # not there yet
        ("11-02 11:00", "11-02 11:00:00", 1, 2),
        ("11-02 11:00", "11-02 11:59:59.999", 1, 2),  # its hour lasts
        ("11-02 11:00", "11-02 12:00:00", None, 2),  # its hour has passed
        ("11-02 11:00", "11-04 11:30:00", 3, 4),  # two were missed
        ("11-04 11:00", "11-03 11:30:00", None, 3),  # a clock that was set back makes no run twice
        ("11-05 11:00", "11-05 11:00:00", 4, None),  # the last
        ("11-05 11:00", "11-05 12:00:00", None, None),
    ],
)
def test_R4_18_a_run_is_made_while_its_hour_lasts_else_skipped(
    awaited: str, now: str, run: int | None, then: int | None
) -> None:
    """What is to be made now, and what is waited for next."""
    found = due(plan(Period.DAILY, "11-02 11:00", "2026-11-05"), at(awaited), at(now))

    assert [each.number if each else None for each in found] == [run, then]


def test_R4_18_the_last_run_is_on_or_before_the_last_day() -> None:
    """And no run lies behind before the first hour, all of them after the last."""
    made = plan(Period.WEEKLY, "11-02 11:00", "2026-11-20")

    assert last_run(made) == at("11-16 11:00")
    moments_ = ("11-02 11:00", "11-02 11:00:00.001", "11-16 11:00", "11-16 11:00:00.001", "12-31 00:00")
    assert [passed(made, at(moment)) for moment in moments_] == [0, 1, 2, 3, 3]
