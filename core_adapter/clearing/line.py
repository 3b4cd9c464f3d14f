"""One connection to the centre: frames of eight digits and a message, each way, as the gateway's TCP door has them.

A peer may send as slowly as it likes within MESSAGE_SECONDS, and read as slowly within STALLED_SECONDS; it costs
nobody else anything. What it sends is taken whole or not at all.
"""

from typing import Any, Final, Protocol

from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from typing_extensions import override
from zope.interface import implementer

from core_adapter.channels.cnaps import MESSAGE_BYTES_MAX
from protocol.frame import FrameError, FrameReader, frame

MESSAGE_SECONDS: Final = 60.0
"""Longest time from the first byte of a message to its last."""
STALLED_SECONDS: Final = 30.0
"""Longest time in which a peer reads nothing of what waits for it."""
UNREAD_BYTES_MAX: Final = 16 * 1024 * 1024
"""Most bytes that wait for a peer that does not read: a few of the longest messages."""
UNDER_WAY_MAX: Final = 1000
"""Most messages of one connection that wait for the clerk; until some are done, nothing more is read from it."""


class Exchange(Protocol):
    """What a connection needs of the place where all of them meet."""

    def opened(self, line: "Line") -> bool:
        """A connection was made; false for one too many."""

    def came(self, line: "Line", data: bytes) -> None:
        """A whole message came."""

    def closed(self, line: "Line") -> None:
        """The connection ended."""

    def call_later(self, seconds: float, call: Any) -> Any:
        """Have something called later; what comes back can be cancelled."""


@implementer(IPushProducer)
class Line(TwistedProtocol):
    """A connection under a number of its own."""

    _log = Logger(namespace="clearing")

    def __init__(self, exchange: Exchange, number: int) -> None:
        self.number: Final = number
        self.is_full = False
        self._exchange = exchange
        self._frames = FrameReader(MESSAGE_BYTES_MAX)
        self._under_way = 0
        self._unread = 0
        self._slow: Any = None
        self._stalled: Any = None

    @override
    def connectionMade(self) -> None:
        self._wire.setTcpNoDelay(True)
        if not self._exchange.opened(self):
            self._wire.abortConnection()
            return
        self._wire.registerProducer(self, True)

    @override
    def dataReceived(self, data: bytes) -> None:
        self._frames.receive(data)
        try:
            while (message := self._frames.next_frame()) is not None:
                self._slow = _cancel(self._slow)
                self._under_way += 1
                self._exchange.came(self, message)
        except FrameError as error:
            self._log.warn("frame-refused", via=self.number, code=error.code)
            self._wire.loseConnection()
            return
        if self._frames.waiting and self._slow is None:
            self._slow = self._exchange.call_later(MESSAGE_SECONDS, lambda: self._end("message-too-slow"))
        self._read_or_wait()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._slow, self._stalled = _cancel(self._slow), _cancel(self._stalled)
        self._exchange.closed(self)

    def send(self, message: bytes) -> None:
        """Send a message; a peer that does not read what waits for it is given up."""
        if self.is_full:
            self._unread += len(message)
            if self._unread > UNREAD_BYTES_MAX:
                self._end("peer-does-not-read")
                return
        self._wire.write(frame(message))

    def done(self, messages: int) -> None:
        """So many messages of this connection were dealt with."""
        self._under_way -= messages
        self._read_or_wait()

    def end(self) -> None:
        """End the connection at once."""
        self._wire.abortConnection()

    def pauseProducing(self) -> None:
        """Called when what was sent piles up: a peer that does not read is not read either."""
        self.is_full = True
        self._stalled = self._exchange.call_later(STALLED_SECONDS, lambda: self._end("peer-does-not-read"))
        self._read_or_wait()

    def resumeProducing(self) -> None:
        """Called when the peer has read most of it."""
        self.is_full = False
        self._unread = 0
        self._stalled = _cancel(self._stalled)
        self._read_or_wait()

    def stopProducing(self) -> None:
        """Called when the connection is over."""

    def _read_or_wait(self) -> None:
        if self.is_full or self._under_way >= UNDER_WAY_MAX:
            self._wire.pauseProducing()
        else:
            self._wire.resumeProducing()

    def _end(self, why: str) -> None:
        self._log.warn("connection-ended", via=self.number, why=why)
        self._wire.abortConnection()

    @property
    def _wire(self) -> Any:
        return self.transport


def _cancel(call: Any) -> Any:
    """Nothing to call, once `call` is cancelled."""
    if call is not None and call.active():
        call.cancel()
    no_call: Any = None
    return no_call
