"""Which periods may be asked for: today or history, at most one year, as span and as look-back (R6.2, O15)."""

from datetime import date

from protocol.codes import Code
from protocol.errors import Detail


def year_before(day: date) -> date:
    """The same date a year earlier; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def faults(first: date, last: date, today: date, place: str) -> list[Detail]:
    """What is wrong with a period; `place` is the path of the element that holds From and To."""
    found = []
    if last < first:
        found.append(
            Detail(
                Code.PERIOD_INVALID, f"{place}/To", last.isoformat(), "止日早于起日", "the last day is before the first"
            )
        )
    if last > today:
        found.append(
            Detail(
                Code.PERIOD_INVALID, f"{place}/To", last.isoformat(), "止日晚于今日", "the last day is in the future"
            )
        )
    if first < year_before(today):
        found.append(
            Detail(
                Code.PERIOD_INVALID,
                f"{place}/From",
                first.isoformat(),
                f"最长可查一年: 自{year_before(today)}起",
                f"at most one year back: from {year_before(today)}",
            )
        )
    return found
