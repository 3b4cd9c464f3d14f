"""Working days in China: weekdays but for public holidays, and the make-up days (调休) that replace them (R4.13).

The State Council announces a year in the autumn before it. A year that is not held is refused, never guessed; and a
calendar is asked only where a working day matters (O30).
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from protocol.codes import Code
from protocol.errors import Detail

_DAY = timedelta(days=1)
_SATURDAY = 5


class YearNotHeld(Exception):
    """A working day was asked for in a year whose calendar is not held; whoever catches it refuses with `fault`."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the calendar of {year} is not held")
        self.year = year

    def fault(self, place: str) -> Detail:
        """The fault for whoever asked; `place` is the path of the element that brought it about."""
        return Detail(
            Code.CALENDAR_YEAR_MISSING,
            place,
            str(self.year),
            f"{self.year}年的工作日历尚未载入，无法确定工作日；载入后请重新提交，或请咨询开户行",
            f"the working days of {self.year} are not known here yet: send it again when they are, or ask the bank",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdays:
    """The calendar of the years held: a make-up day is worked, a holiday and a weekend are not, all else is worked."""

    years: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()

    def overridden(
        self, *, years: AbstractSet[int], holidays: AbstractSet[date], make_up_days: AbstractSet[date]
    ) -> "Workdays":
        """The calendar with these years held too, and a later word on these days; no day is given as both."""
        assert not holidays & make_up_days, "a day is worked or not"
        return Workdays(
            years=self.years | years,
            holidays=(self.holidays - make_up_days) | holidays,
            make_up_days=(self.make_up_days - holidays) | make_up_days,
        )

    def is_working_day(self, day: date) -> bool:
        """Whether banks work on that day; raises YearNotHeld."""
        if day.year not in self.years:
            raise YearNotHeld(day.year)
        if day in self.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The first working day after that day; raises YearNotHeld when it would be in a year that is not held."""
        following = day + _DAY
        while not self.is_working_day(following):
            following += _DAY
        return following
