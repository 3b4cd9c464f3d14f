"""When an instruction runs."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.ARRIVAL_NOT_POSSIBLE: refused(
        "所选到账方式不适用于该笔转账",
        "This way of arrival cannot be had for this transfer",
    ),
    Code.URGENT_NOT_POSSIBLE: refused(
        "加急只适用于立即汇出的单笔跨行转账",
        "Only a single interbank transfer that leaves at once can be urgent",
    ),
    Code.SCHEDULE_OFF_THE_HOUR: refused("预约时间须为整点", "A transfer is scheduled on the hour"),
    Code.SCHEDULE_PAST: refused("预约时间已过", "The hour chosen is in the past"),
    Code.SCHEDULE_TOO_FAR: refused("预约时间过远：最长可预约一年", "The hour chosen is more than a year ahead"),
    Code.SCHEDULE_OUTSIDE_HOURS: refused(
        "预约时间不在可预约的时段内",
        "The hour chosen is not one of those that may be chosen",
    ),
    Code.CALENDAR_YEAR_MISSING: refused(
        "该年度的工作日历尚未公布或尚未载入",
        "The working days of that year are not announced, or not loaded, yet",
        Advice.CONTACT,
    ),
    Code.RECURRING_END_BEFORE_FIRST: refused(
        "定时转账的终止日期早于首次执行日期",
        "The end date of the recurring transfer is before its first run",
    ),
    Code.RECURRING_TOO_MANY_RUNS: refused(
        "定时转账的执行次数超过上限",
        "The recurring transfer would run more often than is allowed",
    ),
}
