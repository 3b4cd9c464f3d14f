"""When an instruction runs."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.ARRIVAL_NOT_POSSIBLE: refused(
        "所选到账方式不适用于该笔转账：请按Detail更改",
        "This way of arrival cannot be had for this transfer: change it as the Detail says",
    ),
    Code.URGENT_NOT_POSSIBLE: refused(
        "加急只适用于立即汇出的单笔跨行转账：请去掉加急",
        "Only a single interbank transfer that leaves at once can be urgent: leave Urgent out",
    ),
    Code.SCHEDULE_OFF_THE_HOUR: refused(
        "预约时间须为整点：请改为Detail所示时间", "A transfer is scheduled on the hour: take one that the Detail names"
    ),
    Code.SCHEDULE_PAST: refused(
        "预约时间已过：请改为Detail所示时间", "The hour chosen is in the past: take one that the Detail names"
    ),
    Code.SCHEDULE_TOO_FAR: refused(
        "预约时间过远，最长可预约一年：请改为较近的时间",
        "The hour chosen is more than a year ahead: take an earlier one",
    ),
    Code.SCHEDULE_OUTSIDE_HOURS: refused(
        "预约时间不在可预约的时段内：请改为Detail所示时间",
        "The hour chosen is not one of those that may be chosen: take one that the Detail names",
    ),
    Code.CALENDAR_YEAR_MISSING: refused(
        "该年度的工作日历尚未公布或尚未载入：请在载入后提交，或咨询开户行",
        "The working days of that year are not announced, or not loaded, yet: send it again when they are, "
        "or ask the bank",
        Advice.CONTACT,
    ),
    Code.RECURRING_END_BEFORE_FIRST: refused(
        "定时转账的终止日期早于首次执行日期：请更正其一",
        "The end date of the recurring transfer is before its first run: correct one of them",
    ),
    Code.RECURRING_TOO_MANY_RUNS: refused(
        "定时转账的执行次数超过上限：请提前终止日期或加长周期",
        "The recurring transfer would run more often than is allowed: end it earlier or let it run less often",
    ),
    Code.RECURRING_EXISTS: refused(
        "该账户已有一笔未结束的定时转账：请先撤销该笔，或待其结束",
        "The account already pays for a recurring transfer that has not ended: withdraw that one, or wait for its end",
    ),
}
