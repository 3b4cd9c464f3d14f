"""When an instruction runs: what the last approval makes of it, and on which day limits are taken for it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.calendar import SHANGHAI
from gateway.domain.hours import LargeValue, ScheduleRules, next_hour
from gateway.domain.matter import Basis
from gateway.domain.schedule import Run, expires, payroll_runs, runs
from gateway.domain.workdays import YearNotHeld
from protocol.messages.transfer import Arrival
from tests.gateway.domain.moments import RULES, at, moments

NOW, DAY = "11-02 10:00", timedelta(days=1)


def run(
    approved: str,
    arrival: Arrival | None = None,
    chosen: str | None = None,
    *,
    entered: str | None = None,
    large_value: bool = False,
    rules: ScheduleRules = RULES,
) -> Run:
    """The run of a transfer entered on a day (that of its last approval unless said) and approved at a moment."""
    return runs(
        arrival,
        at(chosen) if chosen else None,
        approved_at=at(approved),
        entered_on=at(f"{entered} 00:00").date() if entered else at(approved).date(),
        large_value=large_value,
        rules=rules,
    )


def when(found: Run) -> tuple[str | None, Basis]:
    """A run as a row of a table: its moment as in moments.at, and its basis."""
    if found.at is None:
        return None, found.basis
    assert found.at.tzinfo is SHANGHAI
    return found.at.isoformat(" ").removesuffix("+08:00").removeprefix("2026-"), found.basis


@pytest.mark.parametrize("approved", ["11-02 00:00", "11-02 23:59:59", "11-07 03:00", "2027-10-01 12:00"])
@pytest.mark.parametrize("arrival", [None, Arrival.REAL_TIME])
def test_R4_3_real_time_runs_at_once_on_every_day_and_at_every_hour(approved: str, arrival: Arrival | None) -> None:
    """7x24, also on days off and in a year without calendar (O30)."""
    assert run(approved, arrival) == Run(at=None, basis=Basis.IMMEDIATE)


def test_R4_5_real_time_leaves_at_once_also_when_approved_on_a_later_day() -> None:
    """An approval that comes later moves no usage (R3.7): it was taken on the day of entry."""
    assert run("11-05 09:30", entered="11-02") == Run(at=None, basis=Basis.IMMEDIATE)


@pytest.mark.parametrize(
    ("approved", "leaves", "basis"),
    [
        ("11-02 10:00", "11-02 12:00:00", Basis.IMMEDIATE),
        ("11-02 16:30:15", "11-02 18:30:15", Basis.IMMEDIATE),
        ("11-02 21:59:59", "11-02 23:59:59", Basis.IMMEDIATE),
        ("11-02 22:00:00", "11-03 00:00:00", Basis.POSTPONED),
        ("11-07 10:00", "11-07 12:00:00", Basis.IMMEDIATE),
    ],
)
def test_R4_6_O8_normal_leaves_two_hours_after_the_last_approval(approved: str, leaves: str, basis: Basis) -> None:
    """Within the 4 hours of R4.6, on every day; past midnight it is another day's payment (O46)."""
    assert when(run(approved, Arrival.NORMAL)) == (leaves, basis)


@pytest.mark.parametrize(
    ("approved", "leaves", "basis"),
    [
        ("11-02 10:00", "11-02 12:00:00", Basis.IMMEDIATE),
        ("11-02 14:50:00", "11-02 16:50:00", Basis.IMMEDIATE),
        ("11-02 14:50:01", "11-02 16:50:00", Basis.IMMEDIATE),  # ten minutes before HVPS closes
        ("11-02 16:50:00", None, Basis.IMMEDIATE),
        ("11-02 16:59:59", None, Basis.IMMEDIATE),
        ("11-02 17:00:00", "11-03 09:00:00", Basis.POSTPONED),  # closed: the 4 hours do not bind
        ("11-02 20:30:00", "11-02 22:30:00", Basis.IMMEDIATE),
        ("11-02 22:00:00", "11-03 00:00:00", Basis.POSTPONED),
        ("11-03 02:00:00", "11-03 04:00:00", Basis.IMMEDIATE),
        ("11-07 10:00", "11-09 09:00:00", Basis.POSTPONED),
    ],
)
def test_O8_normal_by_large_value_leaves_before_its_channel_closes(
    approved: str, leaves: str | None, basis: Basis
) -> None:
    """Two hours later, or ten minutes before 17:00:00 if that is earlier; postponed when it is closed already."""
    assert when(run(approved, Arrival.NORMAL, large_value=True)) == (leaves, basis)


@pytest.mark.parametrize(
    ("approved", "leaves"),
    [("11-02 00:00", "11-03 09:00:00"), ("11-02 23:59:59.999", "11-03 09:00:00"), ("11-06 10:00", "11-07 09:00:00")],
)
def test_R4_7_O9_next_day_runs_at_9_of_the_next_day_on_the_calendar(approved: str, leaves: str) -> None:
    """R4.7; a Saturday is a day like any other, and it counts as scheduled (O46)."""
    assert when(run(approved, Arrival.NEXT_DAY)) == (leaves, Basis.SCHEDULED)


def test_O9_next_day_by_large_value_runs_on_the_next_working_day() -> None:
    """Friday to Monday, and over a holiday."""
    assert when(run("11-06 10:00", Arrival.NEXT_DAY, large_value=True)) == ("11-09 09:00:00", Basis.SCHEDULED)
    assert when(run("09-30 10:00", Arrival.NEXT_DAY, large_value=True)) == ("10-08 09:00:00", Basis.SCHEDULED)


def test_O34_next_day_counts_from_the_last_approval() -> None:
    """Entered on a Monday, approved on Wednesday: it runs on Thursday."""
    assert when(run("11-04 10:00", Arrival.NEXT_DAY, entered="11-02")) == ("11-05 09:00:00", Basis.SCHEDULED)


@pytest.mark.parametrize(
    ("approved", "leaves", "basis"),
    [
        ("11-02 16:59:59.999", None, Basis.IMMEDIATE),
        ("11-02 17:00:00", "11-03 09:00:00", Basis.POSTPONED),
        ("11-02 20:30:00", None, Basis.IMMEDIATE),
        ("11-06 20:30:00", "11-09 09:00:00", Basis.POSTPONED),
        ("11-07 10:00", "11-09 09:00:00", Basis.POSTPONED),
    ],
)
def test_R4_11_large_value_outside_its_hours_is_postponed(approved: str, leaves: str | None, basis: Basis) -> None:
    """It runs at 09:00 of the next working day, and so do its limits and its balance (R3.10, O6)."""
    assert when(run(approved, large_value=True)) == (leaves, basis)


def test_R4_12_what_is_postponed_has_its_time_and_can_be_listed_and_withdrawn_until_then() -> None:
    """Its moment is known at once, as that of a scheduled one."""
    assert run("11-02 17:00", large_value=True).at == at("11-03 09:00")


@pytest.mark.parametrize("approved", ["11-02 08:00", "11-02 10:59:59.999", "11-02 11:00:00"])
@pytest.mark.parametrize(("entered", "basis"), [("11-02", Basis.IMMEDIATE), ("11-01", Basis.SCHEDULED)])
def test_R4_15_a_chosen_hour_is_kept_when_the_last_approval_is_in_time(
    approved: str, entered: str, basis: Basis
) -> None:
    """In time is also the very hour (O12); on another day than that of entry it counts as scheduled (R3.9)."""
    found = run(approved, chosen="11-02 11:00", entered=entered)

    assert found == Run(at=at("11-02 11:00"), basis=basis)


@pytest.mark.parametrize(
    ("approved", "leaves"),
    [
        ("11-02 11:00:00.001", "11-02 12:00:00"),
        ("11-02 11:59:59", "11-02 12:00:00"),
        ("11-02 12:00:00", "11-02 12:00:00"),
        ("11-02 12:00:00.001", "11-02 13:00:00"),
        ("11-02 17:00:00", "11-02 17:00:00"),
    ],
)
def test_R4_16_an_approval_after_the_chosen_time_moves_it_to_the_next_hour(approved: str, leaves: str) -> None:
    """The same day still: it stays a payment of the day of entry."""
    found = run(approved, chosen="11-02 11:00")

    assert (*when(found), found.rolled) == (leaves, Basis.IMMEDIATE, True)


@pytest.mark.parametrize("approved", ["11-02 17:00:00.001", "11-02 23:00", "11-03 08:30", "11-03 09:00:00"])
def test_O12_a_chosen_time_rolled_past_17_runs_at_9_of_the_next_day(approved: str) -> None:
    """17:00:00 is the last slot."""
    found = run(approved, chosen="11-02 11:00", entered="11-02")

    assert (*when(found), found.rolled) == ("11-03 09:00:00", Basis.POSTPONED, True)


@pytest.mark.parametrize(
    ("approved", "leaves"),
    [
        ("11-06 15:59:59", "11-06 16:00:00"),
        ("11-06 16:00:00", "11-06 16:00:00"),
        ("11-06 16:00:00.001", "11-09 09:00:00"),
        ("11-07 12:00", "11-09 09:00:00"),
    ],
)
def test_O12_a_large_value_rolled_past_16_runs_on_the_next_working_day(approved: str, leaves: str) -> None:
    """16:00:00 is its last slot, and Saturday none of its days (O29)."""
    assert when(run(approved, chosen="11-06 11:00", large_value=True, entered="11-05")) == (leaves, Basis.SCHEDULED)


@pytest.mark.parametrize(
    ("arrival", "chosen", "entered", "approved", "large_value", "basis"),
    [
        (None, "11-02 11:00", "11-02", "11-02 12:30", False, Basis.IMMEDIATE),  # rolls within the day
        (None, "11-02 11:00", "11-02", "11-02 17:01", False, Basis.POSTPONED),  # rolls to tomorrow
        (None, "11-02 11:00", "11-02", "11-03 10:30", False, Basis.POSTPONED),  # approved tomorrow
        (None, "11-04 11:00", "11-02", "11-04 17:01", False, Basis.SCHEDULED),  # of another day it was anyway
        (None, None, "11-02", "11-02 17:00", True, Basis.POSTPONED),  # complete today, closed
        (Arrival.NORMAL, None, "11-02", "11-02 22:30", False, Basis.POSTPONED),  # complete today, past midnight
        (Arrival.NORMAL, None, "11-02", "11-03 10:00", False, Basis.IMMEDIATE),  # merely approved on a later day
        (None, None, "11-02", "11-03 10:00", True, Basis.IMMEDIATE),  # the same, open
        (None, None, "11-02", "11-03 17:00", True, Basis.POSTPONED),  # approved on a later day, and closed then
        (Arrival.NEXT_DAY, None, "11-02", "11-02 10:00", False, Basis.SCHEDULED),
    ],
)
def test_O46_what_runs_on_a_later_day_than_it_was_complete_counts_on_that_day(
    arrival: Arrival | None,
    chosen: str | None,
    entered: str,
    approved: str,
    large_value: bool,  # noqa: FBT001  a row of the table
    basis: Basis,
) -> None:
    """But an instruction that is merely approved on a later day stays one of its day of entry (R3.7)."""
    assert run(approved, arrival, chosen, entered=entered, large_value=large_value).basis is basis


def test_R4_13_an_approval_that_needs_a_year_without_calendar_is_refused() -> None:
    """Only for large value (O30)."""
    assert run("12-31 18:00", rules=ScheduleRules()).basis is Basis.IMMEDIATE
    with pytest.raises(YearNotHeld, match="2027"):
        run("12-31 18:00", large_value=True)


@pytest.mark.parametrize(
    ("approved", "leaves", "basis"),
    [
        ("11-02 00:00", "11-02 09:00:00", Basis.IMMEDIATE),
        ("11-02 09:00:00", None, Basis.IMMEDIATE),
        ("11-02 09:00:00.001", "11-02 09:30:00", Basis.IMMEDIATE),
        ("11-02 09:30:00", None, Basis.IMMEDIATE),
        ("11-02 16:29:59", "11-02 16:30:00", Basis.IMMEDIATE),
        ("11-02 16:30:00.001", None, Basis.IMMEDIATE),  # no slot is left, but the day is not over
        ("11-02 16:59:59.999", None, Basis.IMMEDIATE),
        ("11-02 17:00:00", "11-03 09:00:00", Basis.POSTPONED),
        ("11-06 23:59", "11-07 09:00:00", Basis.POSTPONED),  # a Saturday
        ("12-31 17:00", "2027-01-01 09:00:00", Basis.POSTPONED),
    ],
)
def test_R5_8_payroll_runs_in_slots_of_half_an_hour_before_17(approved: str, leaves: str | None, basis: Basis) -> None:
    """From 09:00 while before 17:00:00, every day (O12); after that at 09:00 of the next day."""
    assert when(payroll_runs(at(approved), RULES)) == (leaves, basis)


def test_R5_8_the_length_of_a_slot_is_a_setting() -> None:
    """About every 30 minutes, says the manual."""
    rules = replace(RULES, payroll_slot=timedelta(minutes=50))

    assert payroll_runs(at("11-02 10:00"), rules).at == at("11-02 10:40")


def test_O24_what_waits_expires_at_the_end_of_the_30th_day() -> None:
    """The business date of entry is day 0; the last moment in time is 23:59:59.999 of day 30."""
    assert expires(date(2026, 11, 2), RULES) == at("12-03 00:00")
    assert expires(date(2026, 11, 2), replace(RULES, expiry_days=1)) == at("11-04 00:00")


MOMENTS = moments("2026-01-01 00:00", "2026-11-30 00:00")


@given(
    approved=MOMENTS,
    waited=st.integers(0, 40),
    arrival=st.sampled_from([None, *Arrival]),
    chosen=st.none() | MOMENTS,
    large_value=st.booleans(),
)
def test_nothing_runs_before_its_last_approval_and_its_chosen_hour(
    approved: datetime,
    waited: int,
    arrival: Arrival | None,
    chosen: datetime | None,
    large_value: bool,  # noqa: FBT001  drawn by hypothesis
) -> None:
    """Whatever is asked for and whenever it is approved; what rolls leaves at an hour that could be chosen."""
    entered = approved.date() - waited * DAY
    hour: dict[str, Any] = {"minute": 0, "second": 0, "microsecond": 0}
    picked = chosen.replace(hour=12, **hour) if chosen else None
    found = runs(
        arrival,
        picked,
        approved_at=approved,
        entered_on=entered,
        large_value=large_value,
        rules=RULES,
    )

    assert (found.at or approved) >= approved
    assert picked is None or (found.at is not None and found.at >= picked)
    if found.rolled and found.at:
        window = LargeValue(RULES)
        assert found.at == (window.next_hour(found.at) if large_value else next_hour(found.at, RULES))
