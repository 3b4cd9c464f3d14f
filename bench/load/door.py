"""The two doors as a client sees them: how a message is wrapped, and how a reply is cut out of what has arrived.

Both are written for a client that must cost less than the server it measures: one search for the end of the header, no
general HTTP parser. What they do not understand is an error, never a guess.
"""

import re
from typing import Final, NamedTuple, Protocol

_LENGTH: Final = re.compile(rb"\r\nContent-Length: *([0-9]+)\r\n", re.IGNORECASE)
_FRAME_DIGITS: Final = 8


class Reply(NamedTuple):
    """A whole reply: its HTTP status (200 over TCP, which has none), its bytes, and how many bytes it took up."""

    status: int
    body: bytes
    size: int


class Door(Protocol):
    """One way into a gateway."""

    def wrap(self, message: bytes) -> bytes:
        """The bytes that carry this message."""

    def reply(self, received: bytes) -> Reply | None:
        """The first reply in `received`, None while it is not whole; ValueError when it is none at all."""


class HttpDoor:
    """POST over HTTP/1.1, kept alive."""

    def __init__(self, host: str, path: str) -> None:
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/xml\r\nContent-Length: ".encode()
        )

    def wrap(self, message: bytes) -> bytes:
        """Put the request's head in front."""
        return b"%b%d\r\n\r\n%b" % (self._head, len(message), message)

    def reply(self, received: bytes) -> Reply | None:
        """Cut by Content-Length; a server that answers in chunks is refused, ours and its neighbour do not."""
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(received, 0, end + 2)
        if length is None or not received.startswith(b"HTTP/1.1 "):
            raise ValueError(f"no HTTP reply with a length: {received[:200]!r}")
        size = end + 4 + int(length[1])
        if len(received) < size:
            return None
        return Reply(int(received[9:12]), received[end + 4 : size], size)


class TcpDoor:
    """Frames: eight decimal digits that count the bytes behind them."""

    def wrap(self, message: bytes) -> bytes:
        """Put the count in front."""
        return b"%08d%b" % (len(message), message)

    def reply(self, received: bytes) -> Reply | None:
        """Cut by the count."""
        if len(received) < _FRAME_DIGITS:
            return None
        size = _FRAME_DIGITS + int(received[:_FRAME_DIGITS])
        if len(received) < size:
            return None
        return Reply(200, received[_FRAME_DIGITS:size], size)


def door(kind: str, host: str, port: int, path: str = "/v1/messages") -> Door:
    """The door named "http" or "tcp"."""
    return HttpDoor(f"{host}:{port}", path) if kind == "http" else TcpDoor()
