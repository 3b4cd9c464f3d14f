"""When a recurring transfer (定时转账) runs (R4.18): a first run, a period, a last day; each run has a number from 1.

The number of a run is the number of its hour in the plan, whether or not the runs before it took place: it is the row
of the run among the transfers of the order, so that the database keeps any run from being made twice. An hour that
passes while the order waits for its last approval, or while no gateway runs, is skipped and never made up for: the next
one comes by itself (other than R4.16, which is about a single payment).
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from gateway.domain.calendar import SHANGHAI, on_clock
from gateway.domain.hours import ScheduleRules
from gateway.domain.matter import Matter
from gateway.domain.schedule import chosen_faults
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.limits import RECURRING_RUNS_MAX
from protocol.messages.recurring import Period, SubmitRecurring
from protocol.tree import parse

_DAYS: Final[Mapping[Period, int]] = {Period.DAILY: 1, Period.WEEKLY: 7, Period.FORTNIGHTLY: 14}
_MONTHS: Final[Mapping[Period, int]] = {
    Period.MONTHLY: 1,
    Period.QUARTERLY: 3,
    Period.HALF_YEARLY: 6,
    Period.YEARLY: 12,
}
_MONTHS_A_YEAR: Final = 12
_HOUR: Final = timedelta(hours=1)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """The plan of a recurring transfer: from its first run in steps of a period until a last day, which is included."""

    period: Period
    first: datetime
    end: date


class Occurrence(NamedTuple):
    """One run of a plan: its number from 1, and when it is to run, on the clock in Shanghai."""

    number: int
    at: datetime


class Due(NamedTuple):
    """What the clock brings of a plan: the run to be made now, if there is one, and the next one to wait for."""

    run: Occurrence | None
    then: Occurrence | None


def order_of(matter: Matter) -> SubmitRecurring:
    """The order of a recurring matter, as it was entered."""
    assert matter.body is not None
    return binding.read(SubmitRecurring, parse(matter.body.encode()))


def plan_of(order: SubmitRecurring) -> Recurrence:
    """The plan of an order."""
    return Recurrence(period=order.period, first=order.first_run, end=order.end_date)


def run_at(plan: Recurrence, number: int) -> datetime:
    """When the run of that number is due, also past the last day.

    Months are counted from the first run: the 31st is the last day of a month that has none, and the 31st again after.
    """
    first, steps = plan.first.astimezone(SHANGHAI), number - 1
    if plan.period in _DAYS:
        return first + timedelta(days=_DAYS[plan.period] * steps)
    months = first.month - 1 + _MONTHS[plan.period] * steps
    year, month = first.year + months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1
    return first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))


def next_run(plan: Recurrence, not_before: datetime) -> Occurrence | None:
    """The first run that is due at `not_before` or later; None when there is none up to the last day.

    At the last approval that is the moment of the approval, and an approval at the very hour is in time (O12); after a
    run it is the moment just past the hour at which the run was claimed, so that hours that were missed are skipped.
    """
    number = _first_number(plan, not_before)
    at = run_at(plan, number)
    return Occurrence(number, at) if at.date() <= plan.end else None


def due(plan: Recurrence, awaited: datetime, now: datetime) -> Due:
    """What is to be done when the `awaited` run has come: it is made while its hour lasts, else it is skipped."""
    found = next_run(plan, max(awaited, now - _HOUR + _TICK))
    if found is None or found.at > now:
        return Due(None, found)
    return Due(found, next_run(plan, found.at + _TICK))


def passed(plan: Recurrence, now: datetime) -> int:
    """How many runs of the plan were due before a moment."""
    following = next_run(plan, now)
    return following.number - 1 if following else run_count(plan)


def run_count(plan: Recurrence) -> int:
    """How many runs the plan has; 0 when its last day is before the first."""
    return _first_number(plan, on_clock(plan.end + timedelta(days=1), datetime.min.time())) - 1


def last_run(plan: Recurrence) -> datetime:
    """When the last run of a plan that has any is due."""
    return run_at(plan, run_count(plan))


def recurrence_faults(
    plan: Recurrence, *, large_value: bool, now: datetime, rules: ScheduleRules, place: str
) -> list[Detail]:
    """Every fault of a plan at entry; `place` is the path of the element that holds FirstRun and EndDate.

    The first run is an hour that could be chosen for a single transfer. A later one that meets a day on which its
    channel is closed is treated as if it were submitted then.
    """
    found = chosen_faults(plan.first, large_value=large_value, now=now, rules=rules, place=f"{place}/FirstRun")
    first = plan.first.astimezone(SHANGHAI).date()
    if plan.end < first:
        words = f"首次执行日期为{first}", f"the first run is on {first}"
        found.append(Detail(Code.RECURRING_END_BEFORE_FIRST, f"{place}/EndDate", plan.end.isoformat(), *words))
    elif (count := run_count(plan)) > RECURRING_RUNS_MAX:
        last = run_at(plan, RECURRING_RUNS_MAX).date()
        words = (
            f"共{count}次，最多{RECURRING_RUNS_MAX}次，最后一次在{last}",
            f"{count} runs; at most {RECURRING_RUNS_MAX}, the last of them on {last}",
        )
        found.append(Detail(Code.RECURRING_TOO_MANY_RUNS, f"{place}/EndDate", plan.end.isoformat(), *words))
    return found


def _first_number(plan: Recurrence, not_before: datetime) -> int:
    """The number of the first run that is not before a moment, the last day aside; numbers start at 1."""
    first, moment = plan.first.astimezone(SHANGHAI), not_before.astimezone(SHANGHAI)
    if plan.period in _DAYS:
        steps = (moment - first).days // _DAYS[plan.period]
    else:
        months = (moment.year - first.year) * _MONTHS_A_YEAR + moment.month - first.month
        steps = months // _MONTHS[plan.period]
    number = max(1, steps + 1)
    while run_at(plan, number) < moment:
        number += 1
    return number
