"""Time limits of the work itself, and what is logged: the tables [work] and [log]."""

from dataclasses import dataclass
from typing import Final

from gateway.settings.table import Table

_LEVELS: Final = ("debug", "info", "warn", "error", "critical")


@dataclass(frozen=True, slots=True)
class Work:
    """Time limits of the work itself: leases, the wait for a final reply, clock difference, the drain at the end."""

    lease_seconds: float
    reply_seconds: float
    clock_skew_seconds: float
    drain_seconds: float


@dataclass(frozen=True, slots=True)
class Log:
    """The least level that is logged."""

    level: str


def read_work(table: Table) -> Work:
    """Read [work]."""
    work = Work(
        lease_seconds=table.number("lease_seconds", 15.0, 1.0, 3600.0),
        reply_seconds=table.number("reply_seconds", 2.0, 0.05, 60.0),
        clock_skew_seconds=table.number("clock_skew_seconds", 300.0, 1.0, 86_400.0),
        drain_seconds=table.number("drain_seconds", 30.0, 0.1, 3600.0),
    )
    if work.reply_seconds >= work.lease_seconds:
        table.fault("reply_seconds", f"is not below lease_seconds ({work.lease_seconds:g})")
    table.end()
    return work


def read_log(table: Table) -> Log:
    """Read [log]."""
    log = Log(table.choice("level", "info", _LEVELS))
    table.end()
    return log
