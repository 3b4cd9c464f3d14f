"""When a system is open, when its day ends and a round is over: pure, on the clock in Shanghai, which keeps UTC+8."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from core_adapter.channels.messages import SystemState
from core_adapter.clearing.settings import Channel

SHANGHAI: Final = timezone(timedelta(hours=8))
"""China has had no summer time since 1991, and is in one zone."""


def wall_clock(now: int) -> datetime:
    """The date and time in Shanghai of a moment (milliseconds since 1970), to the second, without a zone."""
    return datetime.fromtimestamp(now // 1000, SHANGHAI).replace(tzinfo=None)


def state_at(channel: Channel, put_into: SystemState, now: int) -> SystemState:
    """Whether a system takes credits: what it was put into by command or day end, else what the clock says."""
    if put_into is not SystemState.OPEN:
        return put_into
    clock = wall_clock(now).time()
    if any(span.holds(clock) for span in channel.maintenance):
        return SystemState.MAINTENANCE
    if channel.open is not None and not channel.open.holds(clock):
        return SystemState.CLOSED
    return SystemState.OPEN


def first_date(channel: Channel, now: int) -> date:
    """The date of clearing of a new book: today, or tomorrow when today's day end is over."""
    moment = wall_clock(now)
    is_over = channel.day_end is not None and moment.time() >= channel.day_end
    return moment.date() + timedelta(days=1 if is_over else 0)


def next_day_end(day_end: time, after: int) -> int:
    """The first day end after a moment, in milliseconds since 1970."""
    moment = wall_clock(after)
    end = datetime.combine(moment.date(), day_end)
    if end <= moment:
        end += timedelta(days=1)
    return int(end.replace(tzinfo=SHANGHAI).astimezone(UTC).timestamp() * 1000)


def round_end(channel: Channel, now: int) -> int:
    """When the round ends that is under way at a moment; rounds follow each other without a pause."""
    length = max(1, int(channel.round_seconds * 1000))
    return (now // length + 1) * length
