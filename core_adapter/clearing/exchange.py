"""Where the centre's connections meet: each is numbered, what comes goes to the clerk, what leaves finds its way.

An answer goes by the connection that its question came by, if that still stands; everything else, and the answer to a
connection that is gone, by any on which the bank has logged in, the newest first. With none, it is lost: what must not
be lost waits in the book.
"""

from collections.abc import Callable
from typing import Any, Final

from twisted.internet.protocol import Factory
from twisted.logger import Logger
from typing_extensions import override

from core_adapter.clearing.clerk import Clerk, Leaving, Report
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.line import Line

CONNECTIONS_MAX: Final = 256
"""Most connections at once: the workers of several gateways, and room for those that hang."""


class Exchange(Factory):
    """The factory of connections; everything but `report` is called by the reactor."""

    noisy = False
    _log = Logger(namespace="clearing")

    def __init__(self, clerk: Clerk, reactor: Any, first: int) -> None:
        """`first` is the number of the first connection: larger than any of an earlier process with the same book."""
        self._clerk = clerk
        self._reactor = reactor
        self._next = first
        self._lines: dict[int, Line] = {}
        self._ready: list[int] = []

    @override
    def buildProtocol(self, addr: object) -> Line:
        number, self._next = self._next, self._next + 1
        return Line(self, number)

    def opened(self, line: Line) -> bool:
        """Know of a connection, unless there are too many."""
        if len(self._lines) >= CONNECTIONS_MAX:
            self._log.warn("too-many-connections", connections=len(self._lines))
            return False
        self._lines[line.number] = line
        self._tell_clerk()
        return True

    def came(self, line: Line, data: bytes) -> None:
        """Give a message to the clerk."""
        self._clerk.take(line.number, data)

    def closed(self, line: Line) -> None:
        """Forget a connection."""
        self._lines.pop(line.number, None)
        if line.number in self._ready:
            self._ready.remove(line.number)
        self._tell_clerk()

    def call_later(self, seconds: float, call: Callable[[], None]) -> Any:
        """Have the reactor call something."""
        return self._reactor.callLater(seconds, call)

    def report(self, made: Report) -> None:
        """Take what a turn left, in the clerk's thread."""
        self._reactor.callFromThread(self._do, made)

    def end(self) -> None:
        """End every connection."""
        for line in list(self._lines.values()):
            line.end()

    def _do(self, made: Report) -> None:
        for number, messages in made.done.items():
            if (line := self._lines.get(number)) is not None:
                line.end() if made.failed else line.done(messages)
        joined = [number for number in made.logged_in if number in self._lines and number not in self._ready]
        if joined:
            self._ready += joined
            self._tell_clerk()
        for leaving in made.leaving:
            if leaving.late:
                self._reactor.callLater(leaving.late, self._send, leaving)
            else:
                self._send(leaving)

    def _send(self, leaving: Leaving) -> None:
        line = self._lines.get(leaving.via) or self._any()
        if line is None:
            self._log.warn("nobody-to-send-to", bytes=len(leaving.data))
        else:
            line.send(leaving.data)

    def _any(self) -> Line | None:
        """A connection on which the bank has logged in: one that reads, if there is one."""
        ready = [self._lines[number] for number in reversed(self._ready)]
        return next((line for line in ready if not line.is_full), ready[0] if ready else None)

    def _tell_clerk(self) -> None:
        self._clerk.stand(Lines(frozenset(self._lines), tuple(self._ready)))
