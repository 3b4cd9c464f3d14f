"""The business clock: which business date a moment has, in Asia/Shanghai (O25), and the same date of other years."""

from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time of UTC+8 without summer time since 1992, so no time zone database is asked."""


def business_date(now_ms: int, offset_ms: int) -> date:
    """The business date at database time `now_ms` (milliseconds since 1970 UTC) with the clock moved by `offset_ms`."""
    return instant(now_ms + offset_ms).astimezone(SHANGHAI).date()


def instant(at_ms: int) -> datetime:
    """Milliseconds since 1970 UTC as an aware datetime in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def on_clock(day: date, at: time) -> datetime:
    """The moment at which the clock in Shanghai shows `at` on that day."""
    return datetime.combine(day, at, SHANGHAI)


def same_date(day: date, *, years: int) -> date:
    """The same date so many years later, earlier if negative; 28 February for a 29th that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
