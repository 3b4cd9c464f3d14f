"""Which periods may be asked for: today or history, at most one year, as span and as look-back (R6.2, O15)."""

from datetime import date

from gateway.domain.calendar import same_date
from protocol.codes import Code
from protocol.errors import Detail


def faults(first: date, last: date, today: date, place: str) -> list[Detail]:
    """What is wrong with a period; `place` is the path of the element that holds From and To."""
    found = []
    earliest = same_date(today, years=-1)
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
    if first < earliest:
        found.append(
            Detail(
                Code.PERIOD_INVALID,
                f"{place}/From",
                first.isoformat(),
                f"最长可查一年: 自{earliest}起",
                f"at most one year back: from {earliest}",
            )
        )
    return found
