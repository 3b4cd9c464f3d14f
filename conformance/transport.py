"""Bytes to the gateway and bytes back, over HTTP or in frames over TCP, with or without TLS; it reads none of them.

Neither decides whether to send again: a reply that does not come raises UnreachableError.
"""

import socket
import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from conformance.clientfile import TlsFiles
from conformance.errors import UnreachableError
from protocol.errors import ProtocolError
from protocol.frame import FrameReader, frame
from protocol.limits import MESSAGE_BYTES_MAX

READ_BYTES: Final = 64 * 1024
"""The most taken from a socket at once."""

PIPELINED: Final = 16
"""Requests sent ahead of their replies on one TCP connection."""


@dataclass(frozen=True, slots=True)
class Received:
    """The bytes of one reply, and the HTTP status they came under (None over TCP)."""

    data: bytes
    http: int | None


class Transport(Protocol):
    """A way to the gateway; it connects when first used and may be used again after an error."""

    def exchange(self, raw: bytes) -> Received:
        """Send one message and wait for its reply; raises UnreachableError."""

    def close(self) -> None:
        """Let go of the connection."""


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """What a client needs for TLS: the authority, or the system's, and our own certificate where one is set."""
    context = ssl.create_default_context(cafile=files.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.certificate is not None:
        context.load_cert_chain(files.certificate, files.key)
    return context


class HttpTransport:
    """POSTs to one address over a connection that is kept."""

    def __init__(self, address: str, *, tls: TlsFiles | None = None, timeout_seconds: float = 45.0) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None, "the client file was checked"
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = (
            HTTPSConnection(
                parts.hostname,
                parts.port,
                timeout=timeout_seconds,
                context=tls_context(tls or TlsFiles(None, None, None)),
            )
            if parts.scheme == "https"
            else HTTPConnection(parts.hostname, parts.port, timeout=timeout_seconds)
        )

    def exchange(self, raw: bytes) -> Received:
        """POST one message and wait for its reply."""
        try:
            self._connection.request("POST", self._path, raw, {"Content-Type": "application/xml"})
            with self._connection.getresponse() as response:
                return Received(response.read(MESSAGE_BYTES_MAX), response.status)
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise UnreachableError(f"no reply over HTTP: {error!r}") from error

    def close(self) -> None:
        """Close the kept connection; the next exchange opens another."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TcpTransport:
    """Frames of eight digits and the message, over one connection that is kept; replies come in request order."""

    def __init__(self, address: tuple[str, int], *, tls: TlsFiles | None = None, timeout_seconds: float = 45.0) -> None:
        self._address = address
        self._context = tls_context(tls) if tls is not None else None
        self._timeout_seconds = timeout_seconds
        self._socket: socket.socket | None = None
        self._reader = FrameReader(MESSAGE_BYTES_MAX)

    def exchange(self, raw: bytes) -> Received:
        """Send one message and wait for its reply."""
        return next(self.pipeline((raw,)))

    def pipeline(self, messages: Iterable[bytes], window: int = PIPELINED) -> Iterator[Received]:
        """Send messages ahead of their replies, at most `window` of them, and yield the replies in order.

        Raises UnreachableError when the connection ends before the last reply.
        """
        waiting: deque[None] = deque()
        for raw in messages:
            self.send_bytes(frame(raw))
            waiting.append(None)
            if len(waiting) >= window:
                waiting.popleft()
                yield self.receive()
        for _ in waiting:
            yield self.receive()

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are, framed or not; raises UnreachableError."""
        try:
            if self._socket is None:
                self._socket = self._connect()
            self._socket.sendall(data)
        except OSError as error:
            self.close()
            raise UnreachableError(f"cannot send over TCP: {error!r}") from error

    def receive(self) -> Received:
        """Wait for one framed reply; raises UnreachableError when the connection ends first or the frame is broken."""
        try:
            while (data := self._reader.next_frame()) is None:
                if self._socket is None:
                    raise UnreachableError("no reply over TCP: not connected")
                chunk = self._socket.recv(READ_BYTES)
                if not chunk:
                    raise UnreachableError("no reply over TCP: the gateway closed the connection")
                self._reader.receive(chunk)
        except (OSError, ProtocolError, UnreachableError) as error:
            self.close()
            if isinstance(error, UnreachableError):
                raise
            raise UnreachableError(f"no reply over TCP: {error!r}") from error
        return Received(data, None)

    def _connect(self) -> socket.socket:
        plain = socket.create_connection(self._address, self._timeout_seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is None:
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=self._address[0])
        except BaseException:
            plain.close()
            raise

    def close(self) -> None:
        """Close the connection and forget half a reply; the next exchange opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._reader = FrameReader(MESSAGE_BYTES_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
