"""The thread that does the centre's turns: it reads what came, has the book do it in one commit, writes what leaves.

It alone uses the codecs. While it works, more comes in; all of that is one group, and one commit, of the next turn.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import DBAPIError
from twisted.logger import Logger

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.messages import Message, SystemNow
from core_adapter.clearing.book import Book
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.turn import Arrived, Done
from core_adapter.database import CommitUnknown

GROUP_MESSAGES_MAX: Final = 1000
"""Most messages of one commit."""
GROUP_BYTES_MAX: Final = 4 * 1024 * 1024
"""No message is added to a group that has this many bytes: some ten thousand credits."""
LOOK_SECONDS: Final = 0.03
"""How often a clerk that has nothing to do looks whether something is due, or a command wrote something."""
REST_SECONDS: Final = 1.0
"""The pause after a turn that failed."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message as it leaves: by which connection rather than any, held back so many seconds."""

    via: int
    data: bytes
    late: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a turn leaves to whoever owns the sockets: who logged in, what leaves, whose messages are done with.

    After a turn that `failed` nobody knows what was done with them.
    """

    done: Counter[int]
    leaving: tuple[Leaving, ...] = ()
    logged_in: frozenset[int] = frozenset()
    failed: bool = False


class Clerk:
    """See the module. `now` is milliseconds since 1970; `report` is called in the clerk's thread after each turn."""

    _log = Logger(namespace="clearing")

    def __init__(self, book: Book, codec: Codec, forging: Codec, now: Callable[[], int]) -> None:
        """`forging` is a codec whose signatures are not valid."""
        self._book = book
        self._codecs = {False: codec, True: forging}
        self._now = now
        self._inbox: deque[tuple[int, bytes]] = deque()
        self._change = threading.Condition()
        self._is_over = False
        self._told: tuple[SystemNow, ...] = ()
        self._lines = Lines()
        self._thread: threading.Thread | None = None

    def start(self, report: Callable[[Report], None]) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._work, args=(report,), name="clerk", daemon=True)
        self._thread.start()

    def take(self, via: int, data: bytes) -> None:
        """Have a message of a connection dealt with."""
        with self._change:
            self._inbox.append((via, data))
            self._change.notify()

    def stand(self, lines: Lines) -> None:
        """Know from now on that these connections stand."""
        self._lines = lines

    def stop(self) -> None:
        """End once the turn under way is done, and wait for that; what came and was not begun is as if lost."""
        with self._change:
            self._is_over = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self, report: Callable[[Report], None]) -> None:
        while not self._is_over:
            group = self._group()
            try:
                made = self._turn(group)
            except (DBAPIError, CommitUnknown) as error:
                self._log.error("book-unavailable", error=type(error).__name__, messages=len(group))
                made = self._failed(group)
            except Exception:  # noqa: BLE001  a bug must not end the clearing; it is logged whole
                self._log.failure("turn-failed", messages=len(group))
                made = self._failed(group)
            if made is not None:
                report(made)

    def _group(self) -> list[tuple[int, bytes]]:
        """What came, or nothing after a while."""
        group: list[tuple[int, bytes]] = []
        size = 0
        with self._change:
            if not self._inbox and not self._is_over:
                self._change.wait(LOOK_SECONDS)
            while self._inbox and len(group) < GROUP_MESSAGES_MAX and size < GROUP_BYTES_MAX:
                group.append(self._inbox.popleft())
                size += len(group[-1][1])
        return group

    def _turn(self, group: list[tuple[int, bytes]]) -> Report | None:
        """Do a turn; None when there was nothing to do."""
        lines, now = self._lines, self._now()
        if not group and not self._book.needed(lines=lines, now=now, told=self._told):
            return None
        arrived = [Arrived(via, self._read(via, data)) for via, data in group]
        done = self._book.turn(arrived, lines=lines, now=now, told=self._told)
        self._told = done.systems
        return Report(Counter(via for via, _ in group), tuple(self._written(done)), done.logged_in)

    def _failed(self, group: list[tuple[int, bytes]]) -> Report:
        with self._change:
            self._change.wait(REST_SECONDS)
        return Report(Counter(via for via, _ in group), failed=True)

    def _read(self, via: int, data: bytes) -> Message | Unreadable:
        try:
            return self._codecs[False].read(data)
        except Unreadable as error:
            self._log.warn("message-unreadable", via=via, code=error.code, text=error.text)
            return error

    def _written(self, done: Done) -> list[Leaving]:
        """The bytes of what leaves; a message that no bytes can say is logged, and the bank asks."""
        written: dict[int, bytes] = {}
        leaving = []
        for send in done.sends:
            key = id(send)  # a message that goes twice is the same object, and is written once
            if key not in written:
                try:
                    written[key] = self._codecs[send.forged].write(send.message, from_centre=True)
                except ValueError as error:
                    self._log.error("message-unwritable", kind=type(send.message).__name__, text=str(error))
                    continue
            leaving.append(Leaving(send.via, written[key], send.late))
        return leaving
