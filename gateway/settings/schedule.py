"""When instructions run, and the calendar they follow: the tables [schedule] and [calendar]."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from gateway.domain.hours import Hours, ScheduleRules
from gateway.settings.table import Table

NORMAL_HOURS_MAX: Final = 4.0
"""What a customer is promised: in-bank it arrives, interbank it leaves, within four hours (R4.6)."""
_USUAL: Final = ScheduleRules()


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """The operator's own file of days that are worked or not, if there is one."""

    overrides: Path | None


def read_calendar(table: Table) -> CalendarSettings:
    """Read [calendar]; what is in the file is read when the daemon starts."""
    calendar = CalendarSettings(table.file("overrides") if "overrides" in table else None)
    table.end()
    return calendar


def read_schedule(table: Table) -> ScheduleRules:
    """Read [schedule]; the manuals' figures stand where nothing is said. The calendar in it is empty still."""
    hours = _hours(table, _USUAL.hours)
    rules = ScheduleRules(
        hours=hours,
        changes=_changes(table, hours),
        normal_delay=timedelta(
            hours=table.number("normal_hours", _USUAL.normal_delay / timedelta(hours=1), 0.0, NORMAL_HOURS_MAX)
        ),
        payroll_slot=timedelta(
            minutes=table.integer("payroll_slot_minutes", _USUAL.payroll_slot // timedelta(minutes=1), 1, 240)
        ),
        expiry_days=table.integer("expiry_days", _USUAL.expiry_days, 1, 365),
        one_recurring=table.flag("one_recurring_per_account", default=_USUAL.one_recurring),
    )
    table.end()
    return rules


def _hours(table: Table, before: Hours) -> Hours:
    """The hours that a table says; what it leaves out stays as it was before."""
    hours = Hours(
        first=table.clock("first_hour", before.first, whole_hour=True),
        last=table.clock("last_hour", before.last, whole_hour=True),
        large_value_last=table.clock("large_value_last_hour", before.large_value_last, whole_hour=True),
        large_value_opens=table.clock("large_value_opens", before.large_value_opens),
        large_value_closes=table.clock("large_value_closes", before.large_value_closes),
    )
    orders = (
        ("last_hour", hours.first < hours.last, f"is not after first_hour ({hours.first:%H:%M})"),
        (
            "large_value_last_hour",
            hours.first <= hours.large_value_last <= hours.last,
            f"is not from first_hour to last_hour ({hours.first:%H:%M} to {hours.last:%H:%M})",
        ),
        (
            "large_value_closes",
            hours.large_value_last < hours.large_value_closes,
            f"is not after large_value_last_hour ({hours.large_value_last:%H:%M})",
        ),
        (
            "large_value_opens",
            hours.large_value_closes < hours.large_value_opens,
            f"is not after large_value_closes ({hours.large_value_closes:%H:%M}): it opens in the evening before",
        ),
    )
    for key, right, problem in orders:
        if not right:
            table.fault(key, problem)
    return hours


def _changes(table: Table, hours: Hours) -> tuple[tuple[date, Hours], ...]:
    """[[schedule.change]]: what is different from a date on, each beside the one before it in time."""
    changes: list[tuple[date, Hours]] = []
    for since, change in table.dated("change"):
        hours = _hours(change, hours)
        change.end()
        changes.append((since, hours))
    return tuple(changes)
