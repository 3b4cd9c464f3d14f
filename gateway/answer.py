"""What a door and the road say to each other: a peer, raw bytes in, one answer out. Knows nothing of sockets or XML."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred

from protocol.codes import Code


def _stays() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end: the IP address, and the DER of the TLS client certificate where one was presented.

    `waits`: its door lets a request wait until there is something to tell. `leaves` says whether it has gone or takes
    nothing more than what is due to it, so that nothing waits for its sake any longer.
    """

    address: str
    tls_certificate: bytes | None = None
    waits: bool = False
    leaves: Callable[[], bool] = field(default=_stays, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The exact bytes to send back, the HTTP status they go under, and whether the connection ends after them.

    `verified` says that the message was one that a registered key had signed, whatever else became of it.
    """

    data: bytes
    http: int
    close: bool = False
    verified: bool = False


class Road(Protocol):
    """What doors need of the road: one answer per message, and an unsigned Fault for what never became a message."""

    def answer(self, raw: bytes, peer: Peer) -> Deferred[Answer]:
        """Take one whole message to its answer; the Deferred never fails, whatever the bytes are."""
        ...

    def fault(self, code: Code) -> Answer:
        """Make the unsigned Fault for this code, with the HTTP status its table gives."""
        ...
