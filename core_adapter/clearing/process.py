"""The simulator as a process: book, clerk and sockets, started in this order and stopped in the reverse of it."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.logger import Logger

from core_adapter.channels.cnaps import Codec
from core_adapter.clearing.book import Book, served
from core_adapter.clearing.clerk import Clerk
from core_adapter.clearing.exchange import Exchange
from core_adapter.clearing.settings import Clearing

Sign = Callable[[bytes], bytes]
Verify = Callable[[str, bytes, bytes], bool]

log = Logger(namespace="clearing")


class Simulator:
    """A simulator from `start` to `stop`; raises BookRefused when its book cannot be used, OSError for its port."""

    def __init__(self, settings: Clearing, sign: Sign, verify: Verify, *, reactor: Any, now: Callable[[], int]) -> None:
        """`sign` is of the centre's key, `verify` of the bank's; `now` is milliseconds since 1970."""
        self._stack = ExitStack()
        self._reactor = reactor
        self._settings = settings
        with ExitStack() as stack:
            stack.enter_context(served(settings.book))
            book = Book(settings, now())
            stack.callback(book.close)
            book.start(now())
            clerk = Clerk(book, Codec(sign, verify), Codec(lambda data: _spoilt(sign(data)), verify), now)
            self._exchange = Exchange(clerk, reactor, now())
            self._clerk = clerk
            self._stack = stack.pop_all()
        self._port: Any = None

    def start(self) -> int:
        """Listen and work; the port."""
        self._port = self._reactor.listenTCP(self._settings.port, self._exchange, interface=self._settings.host)
        self._clerk.start(self._exchange.report)
        port: int = self._port.getHost().port
        log.info("clearing-ready", port=port, bank=self._settings.bank, centre=self._settings.centre)
        return port

    async def stop(self) -> None:
        """Stop listening, finish the turn under way, end the connections, close the book."""
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)
        self._clerk.stop()
        self._exchange.end()
        self._stack.close()


def _spoilt(signature: bytes) -> bytes:
    """A signature of the same length that is none: its last bit is turned."""
    return signature[:-1] + bytes([signature[-1] ^ 1])
