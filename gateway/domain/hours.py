"""The hours of the day at which instructions run, as the bank sets them, and the next hour that one may run at.

All times are those of the clock in Shanghai. A public holiday is like any other day here but for large value (HVPS),
which knows working days only.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from gateway.domain.calendar import SHANGHAI, on_clock
from gateway.domain.workdays import Workdays

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of one day, with the manuals' figures.

    `first` and `last` are the first and last whole hour that a customer may choose (R4.15), and between them payrolls
    are handed over (R5.8); by HVPS the last one is `large_value_last` (O29). HVPS opens at `large_value_opens` of the
    day before and closes at `large_value_closes` (R4.10).
    """

    first: time = time(9)
    last: time = time(17)
    large_value_last: time = time(16)
    large_value_opens: time = time(20, 30)
    large_value_closes: time = time(17)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRules:
    """All that the bank sets about when an instruction runs.

    `changes` are other hours from a date on, in order of their dates; `workdays` is the calendar. `normal_delay` is
    how long after its last approval a NORMAL transfer leaves, `normal_before_close` how long before its channel closes
    at the latest (O8); `payroll_slot` is the time between two payroll slots (R5.8), `expiry_days` how many days after
    its day of entry an instruction that still waits expires (O24). With `one_recurring` an account pays for one
    recurring transfer at a time (R4.18).
    """

    hours: Hours = Hours()
    changes: tuple[tuple[date, Hours], ...] = ()
    workdays: Workdays = field(default_factory=Workdays)
    normal_delay: timedelta = timedelta(hours=2)
    normal_before_close: timedelta = timedelta(minutes=10)
    payroll_slot: timedelta = timedelta(minutes=30)
    expiry_days: int = 30
    one_recurring: bool = False

    def on(self, day: date) -> Hours:
        """The hours of that day."""
        for since, hours in reversed(self.changes):
            if since <= day:
                return hours
        return self.hours

    def first_on(self, day: date) -> datetime:
        """The first hour of that day."""
        return on_clock(day, self.on(day).first)


@dataclass(frozen=True, slots=True)
class LargeValue:
    """When HVPS (大额) takes a payment; every method raises YearNotHeld where it needs a day of a year not held."""

    rules: ScheduleRules

    def leaves(self, ready: datetime) -> datetime:
        """When a payment that is ready at a moment leaves: at that moment while open, else 09:00 (R4.11, O10).

        The day on which it is ready decides. A working day: at once before 17:00:00, and from 20:30:00 if the next
        day is a working day. Whatever else, also the evening of a day off: 09:00 of the next working day.
        """
        moment = ready.astimezone(SHANGHAI)
        day, following = moment.date(), moment.date() + _DAY
        if self.rules.workdays.is_working_day(day):
            if moment.time() < self.rules.on(day).large_value_closes:
                return moment
            opens = self.rules.on(following).large_value_opens
            if moment.time() >= opens and self.rules.workdays.is_working_day(following):
                return moment
        return self.morning_after(day)

    def closes(self, moment: datetime) -> datetime:
        """When the hours that are open at a moment end."""
        local = moment.astimezone(SHANGHAI)
        closes = on_clock(local.date(), self.rules.on(local.date()).large_value_closes)
        if local < closes:
            return closes
        following = local.date() + _DAY
        return on_clock(following, self.rules.on(following).large_value_closes)

    def next_hour(self, moment: datetime) -> datetime:
        """The first hour not before a moment that may be chosen: 09:00 to 16:00 of a working day (O29, O12)."""
        hour = _whole_hour(moment)
        day = hour.date()
        if not self.rules.workdays.is_working_day(day) or hour.time() > self.rules.on(day).large_value_last:
            return self.morning_after(day)
        return max(hour, self.rules.first_on(day))

    def morning_after(self, day: date) -> datetime:
        """The first hour of the first working day after that day."""
        return self.rules.first_on(self.rules.workdays.next_working_day(day))


def next_hour(moment: datetime, rules: ScheduleRules) -> datetime:
    """The first whole hour not before a moment that may be chosen, on whatever day (R4.15, R4.16, O12).

    A moment at the very hour is in time, and the last hour is a slot like the others.
    """
    hour = _whole_hour(moment)
    day = hour.date()
    if hour.time() > rules.on(day).last:
        return rules.first_on(day + _DAY)
    return max(hour, rules.first_on(day))


def _whole_hour(moment: datetime) -> datetime:
    """The first whole hour not before a moment, on the clock in Shanghai."""
    local = moment.astimezone(SHANGHAI)
    hour = local.replace(minute=0, second=0, microsecond=0)
    return hour if hour == local else hour + _HOUR
