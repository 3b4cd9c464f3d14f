"""What is kept of the wire itself: ids of messages, what was received, and how the channels stand."""

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from core_adapter.bulk import BulkInsert, BulkUpdate
from core_adapter.channels.messages import Message, SystemNow
from gateway.journal.tables import CHANNEL_STATE, INBOX, WIRE_SEQUENCE

BLOCK: Final = 20_000
"""Ids that a process sets aside at once; those left over when it ends are never used."""
LOW: Final = 10_000
"""More than a round ever uses."""

_INBOX: Final = BulkInsert(INBOX, ("sender", "message_id", "type", "received_ms", "message"))
_DAY: Final = BulkInsert(WIRE_SEQUENCE, ("day", "last"))
_NEXT: Final = (
    update(WIRE_SEQUENCE)
    .where(WIRE_SEQUENCE.c.day == bindparam("b_day"))
    .values(last=WIRE_SEQUENCE.c.last + bindparam("b_count"))
    .returning(WIRE_SEQUENCE.c.last)
)
_CHANNEL: Final = BulkInsert(CHANNEL_STATE, ("channel", "state", "clearing_date", "told_ms"))
_CHANGE: Final = BulkUpdate(CHANNEL_STATE, ("channel",), ("state", "clearing_date", "told_ms"))


class Ids:
    """Ids of messages and credits that this process may use: the date, and a sequence number that nobody else has."""

    def __init__(self) -> None:
        """None yet."""
        self._ids: deque[str] = deque()
        self._day = ""
        self._lock = threading.Lock()

    def are_few(self, now: datetime) -> bool:
        """Whether ids of today should be set aside before the next round."""
        with self._lock:
            return self._day != f"{now:%Y%m%d}" or len(self._ids) <= LOW

    def add(self, day: str, ids: Iterable[str]) -> None:
        """Take ids of a day (YYYYMMDD) that were set aside durably; those left of another day are used no more."""
        with self._lock:
            if self._day != day:
                self._ids.clear()
            self._day = day
            self._ids += ids

    def take(self) -> str:
        """The next id, 16 digits; raises IndexError where none is left until the next refill."""
        with self._lock:
            return self._ids.popleft()

    def __len__(self) -> int:
        return len(self._ids)


def set_aside(tx: Connection, now: datetime) -> tuple[str, list[str]]:
    """A day and ids of it that nobody else has; they may be used once the transaction is durable."""
    day = f"{now:%Y%m%d}"
    _DAY.claim(tx, [(day, 0)])
    last: int = tx.execute(_NEXT, {"b_day": day, "b_count": BLOCK}).scalar_one()
    return day, [f"{day}{number:08d}" for number in range(last - BLOCK + 1, last + 1)]


def receive(tx: Connection, message: Message, data: bytes, now_ms: int) -> bool:
    """Keep a message of the clearing side; False where it was kept before, and so counts no more."""
    head = message.head
    return bool(_INBOX.claim(tx, [(head.sender, head.message_id, type(message).__name__, now_ms, data)]))


def note_systems(tx: Connection, systems: tuple[SystemNow, ...], now_ms: int) -> None:
    """Keep what the clearing side says of its systems."""
    told = sorted((s.system.value, s.state.value, s.date.isoformat()) for s in systems if s.system.value != "CCMS")
    _CHANNEL.claim(tx, [(*each, now_ms) for each in told])
    _CHANGE.run(tx, [(state, day, now_ms, channel) for channel, state, day in told])


def clearing_date(tx: Connection, channel: str) -> str | None:
    """The date of clearing (ISO) on which a channel works, as the clearing side said last; None before it did."""
    c = CHANNEL_STATE.c
    found: str | None = tx.execute(select(c.clearing_date).where(c.channel == channel)).scalar()
    return found
