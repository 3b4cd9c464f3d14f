"""When an instruction runs: what may be asked for at entry, and what the last approval makes of it.

Pure: the moment is an argument, in business time; what the bank sets is `ScheduleRules`. A payment that leaves by HVPS
(大额, interbank above 50,000.00, R4.8) is `large_value`, and it alone asks the calendar of working days (O30): `runs`
raises YearNotHeld then, and `entry_faults` and `chosen_faults` make a fault of it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.domain.calendar import SHANGHAI, on_clock, same_date
from gateway.domain.hours import LargeValue, ScheduleRules, next_hour
from gateway.domain.matter import Basis
from gateway.domain.workdays import YearNotHeld
from protocol.codes import Code
from protocol.errors import Detail
from protocol.limits import SCHEDULE_YEARS_MAX
from protocol.messages.transfer import Arrival

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When an instruction runs: `at` is None for at once; `rolled`: its chosen hour had passed (R4.16)."""

    at: datetime | None
    basis: Basis
    rolled: bool = False


def entry_faults(
    arrival: Arrival | None,
    scheduled_for: datetime | None,
    *,
    own: bool,
    interbank: bool,
    large_value: bool,
    urgent: bool,
    now: datetime,
    rules: ScheduleRules,
    place: str,
) -> list[Detail]:
    """Every fault of when a transfer is to run; `place` is the path of the element that holds Arrival and the like.

    `own`: between the customer's own accounts, which knows real time and a chosen hour only (O33). Without an arrival
    it is real time. NORMAL beside a chosen hour is no fault: the hour says when it leaves.
    """
    found = _arrival_faults(arrival, scheduled_for, own=own, place=place)
    if urgent:
        found += _urgent_faults(arrival, scheduled_for, interbank=interbank, place=place)
    if scheduled_for is not None:
        found += chosen_faults(
            scheduled_for,
            large_value=large_value,
            now=now,
            rules=rules,
            place=f"{place}/ScheduledFor",
        )
    elif large_value:
        try:
            runs(
                arrival,
                None,
                approved_at=now,
                entered_on=now.astimezone(SHANGHAI).date(),
                large_value=True,
                rules=rules,
            )
        except YearNotHeld as missing:
            found.append(missing.fault(place if arrival is None else f"{place}/Arrival"))
    return found


def chosen_faults(
    chosen: datetime, *, large_value: bool, now: datetime, rules: ScheduleRules, place: str
) -> list[Detail]:
    """Every fault of a chosen hour (R4.15, O29), naming the next possible one; `place` is the path of its element.

    The hour that is just striking can be chosen; the same date next year is the last.
    """
    local, clock = chosen.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    last = same_date(clock.date(), years=SCHEDULE_YEARS_MAX)
    hours = rules.on(local.date())
    end = hours.large_value_last if large_value else hours.last
    working, hint, missing = True, ("", ""), []
    if local.date() <= last:
        try:
            working = not large_value or rules.workdays.is_working_day(local.date())
            hint = _hint(max(local, clock), rules, LargeValue(rules) if large_value else None)
        except YearNotHeld as year:
            missing.append(year.fault(place))
    whole = (local.minute, local.second, local.microsecond) == (0, 0, 0)
    span = f"{hours.first:%H:%M}-{end:%H:%M}"
    days = ("大额跨行转账限工作日", "large value runs on working days, ") if large_value else ("可选", "choose from ")
    checks = (
        (whole, Code.SCHEDULE_OFF_THE_HOUR, "须为整点", "it has no minutes or seconds"),
        (local >= clock, Code.SCHEDULE_PAST, f"现在是{clock:%Y-%m-%d %H:%M}", f"it is {clock:%Y-%m-%d %H:%M} now"),
        (local.date() <= last, Code.SCHEDULE_TOO_FAR, f"最晚可预约{last}", f"{last} is the last day"),
        (
            working and hours.first <= local.time() <= end,
            Code.SCHEDULE_OUTSIDE_HOURS,
            f"{days[0]}{span}",
            f"{days[1]}{span}",
        ),
    )
    return [
        Detail(code, place, local.isoformat(), zh + hint[0], en + hint[1])
        for right, code, zh, en in checks
        if not right
    ] + missing


def runs(
    arrival: Arrival | None,
    scheduled_for: datetime | None,
    *,
    approved_at: datetime,
    entered_on: date,
    large_value: bool,
    rules: ScheduleRules,
) -> Run:
    """When a transfer runs whose last approval came at `approved_at`; without approvals that is its entry.

    `entered_on` is the business date of its entry. The basis says on which day limits are taken:

    - A chosen hour on another day than that of entry, and NEXT_DAY, are SCHEDULED, rolled or not (R3.9).
    - A chosen hour on the day of entry is IMMEDIATE while it runs that day, POSTPONED once it rolls past it (O46).
    - Anything else is IMMEDIATE when it runs on the day on which its plan was complete, whether that was the day of
      entry or a later one: an approval that comes later moves no usage (R3.7). It is POSTPONED when it runs on a day
      after that, because its channel was closed or because its two hours ended past midnight (R3.10, O46).
    """
    approved = approved_at.astimezone(SHANGHAI)
    window = LargeValue(rules) if large_value else None
    if scheduled_for is not None:
        return _chosen(scheduled_for.astimezone(SHANGHAI), approved, entered_on, rules=rules, window=window)
    if arrival is Arrival.NEXT_DAY:
        day = approved.date()
        at = window.morning_after(day) if window else rules.first_on(day + _DAY)
        return Run(at=at, basis=Basis.SCHEDULED)
    leaves = window.leaves(approved) if window else approved
    if arrival is Arrival.NORMAL and leaves == approved:
        leaves = _normal(approved, rules, window)
    postponed = leaves.date() > approved.date()
    return Run(at=leaves if leaves > approved else None, basis=Basis.POSTPONED if postponed else Basis.IMMEDIATE)


def payroll_runs(approved_at: datetime, rules: ScheduleRules) -> Run:
    """When a payroll or reimbursement is handed to the core: in the next slot from 09:00 on, every day (R5.8).

    A slot that is just striking is in time. What is ready after the day's last slot but before 17:00:00 is handed over
    at once; from 17:00:00 on it is 09:00 of the next day (O12).
    """
    approved = approved_at.astimezone(SHANGHAI)
    day = approved.date()
    first, end = rules.first_on(day), on_clock(day, rules.on(day).last)
    if approved >= end:
        return Run(at=rules.first_on(day + _DAY), basis=Basis.POSTPONED)
    slots = -((first - max(approved, first)) // rules.payroll_slot)
    slot = first + slots * rules.payroll_slot
    at = slot if slot < end and slot > approved else None
    return Run(at=at, basis=Basis.IMMEDIATE)


def expires(entered_on: date, rules: ScheduleRules) -> datetime:
    """The moment at which an instruction that still waits expires: the end of the 30th day after entry (O24).

    What comes at that moment is too late; a millisecond before it, in time.
    """
    return on_clock(entered_on + timedelta(days=rules.expiry_days + 1), datetime.min.time())


def _chosen(
    chosen: datetime, approved: datetime, entered_on: date, *, rules: ScheduleRules, window: LargeValue | None
) -> Run:
    """A chosen hour; one that had passed at the last approval rolls to the next hour that could be chosen then."""
    at, rolled = chosen, approved > chosen
    if rolled:
        at = window.next_hour(approved) if window else next_hour(approved, rules)
    if chosen.date() != entered_on:
        basis = Basis.SCHEDULED
    else:
        basis = Basis.IMMEDIATE if at.date() == entered_on else Basis.POSTPONED
    return Run(at=at, basis=basis, rolled=rolled)


def _normal(approved: datetime, rules: ScheduleRules, window: LargeValue | None) -> datetime:
    """NORMAL while its channel is open: two hours later, or ten minutes before it closes, or now (R4.6, O8)."""
    leaves = approved + rules.normal_delay
    if window is not None:
        leaves = min(leaves, window.closes(approved) - rules.normal_before_close)
    return max(leaves, approved)


def _arrival_faults(arrival: Arrival | None, scheduled_for: datetime | None, *, own: bool, place: str) -> list[Detail]:
    """O33 and O29."""
    found = []
    if own and arrival in (Arrival.NORMAL, Arrival.NEXT_DAY):
        found.append(
            Detail(
                Code.ARRIVAL_NOT_POSSIBLE,
                f"{place}/Arrival",
                arrival,
                "本企业账户之间的转账为实时到账，也可预约整点；不填到账方式即可",
                "between own accounts a transfer is made in real time or at a chosen hour: leave the arrival out",
            )
        )
    if arrival is Arrival.NEXT_DAY and scheduled_for is not None:
        found.append(
            Detail(
                Code.ARRIVAL_NOT_POSSIBLE,
                f"{place}/Arrival",
                arrival,
                "次日到账与预约时间不能同时选择，请去掉其中一项",
                "next day and a chosen hour exclude one another: leave one of them out",
            )
        )
    return found


def _urgent_faults(
    arrival: Arrival | None, scheduled_for: datetime | None, *, interbank: bool, place: str
) -> list[Detail]:
    """O35."""
    found = []
    if not interbank:
        found.append(("本行内转账无须加急，请去掉加急", "within the bank nothing is urgent: leave it out"))
    if arrival in (Arrival.NORMAL, Arrival.NEXT_DAY):
        found.append(("加急为立即汇出，请去掉到账方式", "what is urgent leaves at once: leave the arrival out"))
    if scheduled_for is not None:
        found.append(("加急为立即汇出，请去掉预约时间", "what is urgent leaves at once: leave the chosen hour out"))
    return [Detail(Code.URGENT_NOT_POSSIBLE, f"{place}/Urgent", "true", zh, en) for zh, en in found]


def _hint(after: datetime, rules: ScheduleRules, window: LargeValue | None) -> tuple[str, str]:
    """The next hour that could be chosen, in both languages."""
    hour = window.next_hour(after) if window else next_hour(after, rules)
    shown = f"{hour:%Y-%m-%d %H:%M}"
    return f"；下一可预约时间为{shown}", f"; the next possible hour is {shown}"
