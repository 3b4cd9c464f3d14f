"""The hours at which instructions run: chosen hours, HVPS, and figures that change on a date."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given

from gateway.domain.hours import Hours, LargeValue, ScheduleRules, next_hour
from gateway.domain.workdays import YearNotHeld
from tests.gateway.domain.moments import RULES, at, moments

HVPS = LargeValue(RULES)


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("11-02 00:00", "11-02 09:00"),
        ("11-02 08:59:59.999", "11-02 09:00"),
        ("11-02 09:00", "11-02 09:00"),
        ("11-02 09:00:00.001", "11-02 10:00"),
        ("11-02 16:00", "11-02 16:00"),
        ("11-02 16:00:01", "11-02 17:00"),
        ("11-02 17:00:00", "11-02 17:00"),
        ("11-02 17:00:00.001", "11-03 09:00"),
        ("11-02 23:30", "11-03 09:00"),
        ("11-07 12:30", "11-07 13:00"),  # a Saturday is a day like any other
        ("12-31 18:00", "2027-01-01 09:00"),
    ],
)
def test_O12_the_next_hour_is_the_very_hour_or_the_next_until_17(moment: str, hour: str) -> None:
    """17:00:00 is the last slot; after it comes 09:00 of the next day, in a year without calendar too (O30)."""
    assert next_hour(at(moment), RULES) == at(hour)


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("11-02 08:59:59", "11-02 09:00"),
        ("11-02 16:00:00", "11-02 16:00"),
        ("11-02 16:00:00.001", "11-03 09:00"),
        ("11-06 16:30", "11-09 09:00"),  # Friday to Monday
        ("11-07 10:00", "11-09 09:00"),
        ("09-30 17:00", "10-08 09:00"),
        ("10-10 15:30", "10-10 16:00"),  # a Saturday that is worked
    ],
)
def test_O29_the_next_hour_of_large_value_is_9_to_16_of_a_working_day(moment: str, hour: str) -> None:
    """16:00:00 is the last slot; after it comes 09:00 of the next working day (O12)."""
    assert HVPS.next_hour(at(moment)) == at(hour)


@pytest.mark.parametrize(
    ("ready", "leaves"),
    [
        ("11-02 00:00", "11-02 00:00"),  # Monday, before dawn: open although Sunday evening was not
        ("11-02 16:59:59.999", "11-02 16:59:59.999"),
        ("11-02 17:00:00", "11-03 09:00"),  # Monday to Thursday: the next day
        ("11-02 20:29:59.999", "11-03 09:00"),
        ("11-02 20:30:00", "11-02 20:30:00"),
        ("11-05 19:00", "11-06 09:00"),
        ("11-06 17:00:00", "11-09 09:00"),  # Friday, which the manual does not name
        ("11-06 20:30:00", "11-09 09:00"),
        ("11-07 10:00", "11-09 09:00"),  # Saturday
        ("11-08 20:30:00", "11-09 09:00"),  # Sunday evening: the day of submission decides
        ("09-30 16:59:59", "09-30 16:59:59"),  # the eve of a holiday
        ("09-30 20:30:00", "10-08 09:00"),
        ("10-03 12:00", "10-08 09:00"),
        ("10-07 20:30:00", "10-08 09:00"),
        ("10-09 20:30:00", "10-09 20:30:00"),  # Friday before a Saturday that is worked
        ("10-10 12:00", "10-10 12:00"),
    ],
)
def test_O10_the_day_on_which_it_is_ready_decides_when_large_value_leaves(ready: str, leaves: str) -> None:
    """At once while HVPS is open (R4.10), else 09:00 of the next working day (R4.11)."""
    assert HVPS.leaves(at(ready)) == at(leaves)


@pytest.mark.parametrize("ready", ["12-31 17:00", "12-31 20:30", "2027-01-04 10:00"])
def test_R4_13_large_value_is_refused_where_the_year_is_not_loaded(ready: str) -> None:
    """The evening of the last day of a year already asks for the next one."""
    assert HVPS.leaves(at("12-31 16:59:59")) == at("12-31 16:59:59")
    with pytest.raises(YearNotHeld, match="2027"):
        HVPS.leaves(at(ready))


@pytest.mark.parametrize(
    ("moment", "closes"),
    [("11-02 16:59:59", "11-02 17:00"), ("11-02 20:30", "11-03 17:00"), ("11-03 01:00", "11-03 17:00")],
)
def test_R4_10_what_opens_in_the_evening_closes_at_17_of_the_next_day(moment: str, closes: str) -> None:
    """From 20:30 of the day before to 17:00 of a working day."""
    assert HVPS.closes(at(moment)) == at(closes)


def test_R4_10_the_hours_are_dated() -> None:
    """The central bank's hours prevail: from a date on there are others, and the evening before is theirs."""
    later = Hours(first=time(8), last=time(18), large_value_opens=time(21), large_value_closes=time(16, 30))
    rules = replace(RULES, changes=((date(2026, 11, 4), later),))
    hvps = LargeValue(rules)

    assert [rules.on(date(2026, 11, day)).first for day in (3, 4, 5)] == [time(9), time(8), time(8)]
    assert hvps.leaves(at("11-03 16:45")) == at("11-03 16:45")
    assert hvps.leaves(at("11-03 20:30")) == at("11-04 08:00")
    assert hvps.leaves(at("11-03 21:00")) == at("11-03 21:00")
    assert hvps.leaves(at("11-04 16:30")) == at("11-05 08:00")
    assert next_hour(at("11-03 17:30"), rules) == at("11-04 08:00")
    assert next_hour(at("11-04 17:30"), rules) == at("11-04 18:00")


@given(moments("2026-01-01 00:00", "2026-11-30 00:00"))
def test_whatever_the_moment_large_value_leaves_while_hvps_is_open(ready: datetime) -> None:
    """Never before it is ready, and what leaves at some moment would leave at that moment too."""
    leaves = HVPS.leaves(ready)

    assert leaves >= ready
    assert HVPS.leaves(leaves) == leaves
    assert leaves < HVPS.closes(leaves) <= leaves + timedelta(days=1)


def test_O30_a_calendar_is_needed_for_large_value_alone() -> None:
    """O30: with no year at all the other hours are known."""
    assert next_hour(at("11-02 12:30"), RULES) == at("11-02 13:00")
    with pytest.raises(YearNotHeld):
        LargeValue(ScheduleRules()).next_hour(at("11-02 12:30"))
