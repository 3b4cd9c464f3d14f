"""Working days: weekdays, holidays, make-up days, years that are not held."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.workdays import Workdays, YearNotHeld
from protocol.codes import Code

NATIONAL_DAY = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = Workdays(
    years=frozenset({2026}),
    holidays=NATIONAL_DAY | {date(2026, 1, 1)},
    make_up_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 18), True),  # a Friday
        (date(2026, 9, 19), False),  # a Saturday
        (date(2026, 9, 20), True),  # a Sunday that is worked
        (date(2026, 9, 30), True),  # the eve of a holiday
        (date(2026, 10, 1), False),  # a Thursday, a holiday
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 10, 11), False),  # a Sunday
    ],
)
def test_R4_13_make_up_days_are_worked_and_holidays_are_not(day: date, working: bool) -> None:  # noqa: FBT001  a row
    """Weekday, weekend, holiday and make-up day, as the State Council announces them."""
    assert CALENDAR.is_working_day(day) is working


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 9, 18), date(2026, 9, 20)),  # over a Saturday to the Sunday that is worked
        (date(2026, 9, 30), date(2026, 10, 8)),  # over the holiday
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 9), date(2026, 10, 10)),
        (date(2026, 10, 10), date(2026, 10, 12)),
    ],
)
def test_R4_13_the_next_working_day_is_never_the_day_itself(day: date, following: date) -> None:
    """Also when the day itself is worked."""
    assert CALENDAR.next_working_day(day) == following


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_R4_13_a_year_that_is_not_loaded_is_refused(day: date) -> None:
    """On either side, and never answered by the weekday alone; the refusal has a code of its own."""
    with pytest.raises(YearNotHeld) as missing:
        CALENDAR.is_working_day(day)

    fault = missing.value.fault("/here")
    assert (fault.rule, fault.place, fault.value) == (Code.CALENDAR_YEAR_MISSING, "/here", str(day.year))
    assert str(day.year) in (fault.zh or "")
    assert str(day.year) in (fault.en or "")


def test_R4_13_the_last_working_day_of_the_last_year_has_no_next() -> None:
    """Whether New Year's Day and what follows it is worked is not known yet."""
    assert CALENDAR.next_working_day(date(2026, 12, 30)) == date(2026, 12, 31)
    with pytest.raises(YearNotHeld, match="2027"):
        CALENDAR.next_working_day(date(2026, 12, 31))


def test_an_override_has_the_last_word() -> None:
    """A holiday more, a make-up day less, a make-up day taken back into a holiday, a further year."""
    changed = CALENDAR.overridden(
        years={2027},
        holidays={date(2026, 9, 20), date(2026, 11, 2), date(2027, 1, 1)},
        make_up_days={date(2026, 10, 1), date(2027, 1, 2)},
    )

    worked = [changed.is_working_day(day) for day in (date(2026, 9, 20), date(2026, 11, 2), date(2026, 10, 1))]
    assert worked == [False, False, True]
    assert changed.next_working_day(date(2026, 12, 31)) == date(2027, 1, 2)
    assert CALENDAR.is_working_day(date(2026, 9, 20))


@given(st.dates(date(2026, 1, 1), date(2026, 12, 30)))
def test_nothing_between_a_day_and_its_next_working_day_is_worked(day: date) -> None:
    """It is the first one."""
    following = CALENDAR.next_working_day(day)
    between = [day + timedelta(days=count) for count in range(1, (following - day).days)]

    assert CALENDAR.is_working_day(following)
    assert not any(CALENDAR.is_working_day(each) for each in between)
