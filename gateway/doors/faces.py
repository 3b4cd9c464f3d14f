"""The typed faces of the reactor and its transports, as far as doors use them; Twisted declares them without types."""

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is to happen later."""

    def cancel(self) -> None:
        """Make it never happen."""
        ...


class Clock(Protocol):
    """The reactor's clock, or a test's: monotonic seconds, and calls to be made later."""

    def seconds(self) -> float:
        """Give the seconds since some fixed moment."""
        ...

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> Timer:  # noqa: A002  Twisted's own name
        """Call after `delay` seconds."""
        ...


class Transport(Protocol):
    """A stream to a peer: the socket, TLS over it, or a test's."""

    def write(self, data: bytes) -> None:
        """Send behind what was written before."""
        ...

    def getPeer(self) -> object:  # noqa: N802  Twisted's own name
        """Give the peer's address; IP addresses have a `host`."""
        ...

    def registerProducer(self, producer: object, streaming: bool) -> None:  # noqa: FBT001  Twisted's own form
        """Name who is to be told when the write buffer is full, and empty again."""
        ...

    def unregisterProducer(self) -> None:
        """Tell nobody any more."""
        ...

    def pauseProducing(self) -> None:
        """Stop reading."""
        ...

    def resumeProducing(self) -> None:
        """Read again."""
        ...

    def loseConnection(self) -> None:
        """Close both sides once what was written is sent."""
        ...

    def loseWriteConnection(self) -> None:  # noqa: N802  Twisted's own name
        """Close the writing side once what was written is sent."""
        ...

    def abortConnection(self) -> None:  # noqa: N802  Twisted's own name
        """Cut the connection now."""
        ...
