"""The business clock of a sandbox: how far it is ahead of the real clock, and how it is moved.

It goes forward only, and back to the real clock by a reset. A reset is refused once the journal holds anything of a
later business date than the real clock shows: limits, statements and schedules rest on a business date that never goes
back behind what was done. What is under way while the clock is set back may still bear the later date.

In production the offset is 0 for ever; `checked_clock` sees to that before anything is served.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, update

from core_adapter.database import DatabaseNow
from gateway.administration.change import AdminError
from gateway.domain.calendar import SHANGHAI, instant
from gateway.journal.tables import METADATA, SITE, USAGE

AHEAD_MAX: Final = timedelta(days=3653)
"""Ten years: further ahead no calendar is known and no certificate valid, and a slip of the pen could not be undone."""


class ClockMoved(Exception):
    """The business clock was moved, and the settings say that the site is no sandbox."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Database time in milliseconds since 1970 UTC, and how far the business clock is ahead of it."""

    now_ms: int
    offset_ms: int

    @property
    def business(self) -> datetime:
        """What the business clock shows, in Shanghai."""
        return instant(self.now_ms + self.offset_ms).astimezone(SHANGHAI)

    @property
    def real(self) -> datetime:
        """What the real clock shows, in Shanghai."""
        return instant(self.now_ms).astimezone(SHANGHAI)


def read_clock(tx: Connection) -> Clock:
    """The clock as of this transaction."""
    return Clock(*tx.execute(select(DatabaseNow(), SITE.c.clock_offset_ms)).one())


def move_to(tx: Connection, moment: datetime) -> Clock:
    """Set the business clock to a moment; AdminError when that is not ahead of it, or too far ahead of the real one."""
    clock = _locked(tx)
    return _forward(tx, clock, clock.offset_ms + (moment - clock.business) // timedelta(milliseconds=1))


def move_by(tx: Connection, span: timedelta) -> Clock:
    """Set the business clock forward by a span; AdminError as move_to."""
    clock = _locked(tx)
    return _forward(tx, clock, clock.offset_ms + span // timedelta(milliseconds=1))


def reset(tx: Connection) -> Clock:
    """Set the business clock back to the real one; AdminError when the journal holds something of a later date."""
    clock = _locked(tx)
    latest = _latest_date(tx)
    if latest is not None and latest > clock.real.date():
        raise AdminError(
            f"the journal holds what was done on {latest}, and the real clock shows {clock.real.date()}: the business "
            "date does not go back behind that; make a new site, or leave the clock as it is"
        )
    return _set(tx, clock, 0)


def checked_clock(tx: Connection, *, sandbox: bool) -> None:
    """Raise ClockMoved where the business clock is not the real one in a site that is no sandbox."""
    clock = read_clock(tx)
    if clock.offset_ms != 0 and not sandbox:
        raise ClockMoved(
            f"the business clock shows {clock.business:%Y-%m-%d %H:%M}, which only a sandbox may: "
            "[site] sandbox is not true in the settings"
        )


def _locked(tx: Connection) -> Clock:
    """The clock, with the site's row locked: moves follow one another."""
    tx.execute(update(SITE).values(clock_offset_ms=SITE.c.clock_offset_ms))
    return read_clock(tx)


def _forward(tx: Connection, clock: Clock, offset_ms: int) -> Clock:
    if offset_ms <= clock.offset_ms:
        raise AdminError(
            f"the business clock shows {clock.business:%Y-%m-%d %H:%M:%S} and goes forward only; "
            "--reset sets it back to the real clock"
        )
    if offset_ms > AHEAD_MAX // timedelta(milliseconds=1):
        raise AdminError(f"the business clock goes ahead of the real one by {AHEAD_MAX.days} days at most")
    return _set(tx, clock, offset_ms)


def _set(tx: Connection, clock: Clock, offset_ms: int) -> Clock:
    tx.execute(update(SITE).values(clock_offset_ms=offset_ms))
    return Clock(clock.now_ms, offset_ms)


def _latest_date(tx: Connection) -> date | None:
    """The latest business date of anything done; a later use of limits is only planned, for a day to come (R3.9)."""
    tables = (table for table in METADATA.sorted_tables if table is not USAGE and "business_date" in table.c)
    columns = [table.c.business_date for table in tables]
    found = [tx.execute(select(func.max(column))).scalar_one() for column in columns]
    return max((date.fromisoformat(day) for day in found if day is not None), default=None)
