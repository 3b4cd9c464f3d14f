"""Where the working days come from: the years that the chinesecalendar package holds, and the operator's own file.

The State Council announces a year in the autumn before; a release of the package follows. Until it is installed, or
when a day is changed at short notice, the operator lists days in a TOML file that `[calendar] overrides` names:

    years = [2027]                          # years that the package does not hold; all their days off are listed here
    holidays = [2027-01-01, 2027-02-05]     # days that are not worked
    make_up_days = [2027-02-07]             # days that are worked (调休)

What the file says has the last word, also on days of the years that the package holds.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Final

import chinese_calendar

from gateway.domain.workdays import Workdays
from gateway.settings import SettingsError, Source, Table

YEAR_MIN: Final = 2004
YEAR_MAX: Final = 2199
"""The years that a calendar may be of: the package begins with the one, and what is far ahead is a slip of the pen."""


def load_workdays(overrides: Path | None) -> Workdays:
    """The calendar of this site; raises SettingsError with every fault of the operator's file."""
    calendar = packaged()
    if overrides is None:
        return calendar
    try:
        values = tomllib.loads(overrides.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(overrides, (str(error),)) from error
    source = Source(overrides.absolute().parent, None, [])
    calendar = _overridden(calendar, Table(values, "", source))
    if source.faults:
        raise SettingsError(overrides, tuple(source.faults))
    return calendar


def packaged() -> Workdays:
    """What the package holds."""
    holidays = frozenset(chinese_calendar.holidays)
    return Workdays(
        years=frozenset(day.year for day in holidays),
        holidays=holidays,
        make_up_days=frozenset(chinese_calendar.workdays),
    )


def _overridden(calendar: Workdays, table: Table) -> Workdays:
    years = table.integers("years", YEAR_MIN, YEAR_MAX)
    holidays, make_up_days = table.days("holidays"), table.days("make_up_days")
    table.end()
    both = holidays & make_up_days
    for day in sorted(both):
        table.fault("make_up_days", f"{day} is there twice: it stands among the holidays too")
    for year in sorted(years - calendar.years - {day.year for day in holidays}):
        table.fault("years", f"{year} has no holidays here: list all of them, or the year would be weekdays alone")
    _check_years(table, "holidays", holidays, years | calendar.years)
    _check_years(table, "make_up_days", make_up_days, years | calendar.years)
    return calendar.overridden(years=years, holidays=holidays, make_up_days=make_up_days - both)


def _check_years(table: Table, key: str, days: frozenset[date], held: frozenset[int]) -> None:
    for day in sorted(days):
        if day.year not in held:
            known = f"the years {min(held)} to {max(held)} are held"
            table.fault(key, f"{day} is out of range: {known}; if all of {day.year} is listed here, add it to years")
