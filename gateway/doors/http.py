"""The HTTP door's format: `POST /v1/messages` over HTTP/1.1. All else is the conversation's.

Twisted's own parser finds the requests; this module hands it bytes, judges each head before a byte of the body is kept,
and writes the answers. The parser sees no socket: order, pipelining, deadlines and the end belong to the conversation.
"""

from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final, Protocol, cast

from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers
from typing_extensions import override

from gateway.answer import Answer
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.reader import Interim, Item, Message, Refusal
from protocol.codes import Code

PATH: Final = b"/v1/messages"
HEAD_BYTES_MAX: Final = 16 * 1024
"""Request line and headers together; an ERP's have some hundred bytes."""
HEADERS_MAX: Final = 64
RETRY_SECONDS: Final = 1
"""What 429 and 503 advise to wait."""

_TYPES: Final = frozenset({b"application/xml", b"text/xml"})
_CONTINUE: Final = Interim(b"HTTP/1.1 100 Continue\r\n\r\n")
_BROKEN: Final = Refusal(Code.HTTP_REQUEST, 400)
_REASONS: Final = {status.value: status.phrase.encode() for status in HTTPStatus}
_EXTRA: Final = {
    405: b"Allow: POST\r\n",
    429: b"Retry-After: %d\r\n" % RETRY_SECONDS,
    503: b"Retry-After: %d\r\n" % RETRY_SECONDS,
}


class PostedMessages:
    """Finds messages in HTTP requests; `limit` is the most bytes of one message, `wall` the wall clock in seconds."""

    truncated = _BROKEN

    def __init__(self, limit: int, wall: Callable[[], float]) -> None:
        parser = _Parser(limit)
        self._next = parser.next
        self._held = parser.held
        self._parse = cast(_Untyped, parser).dataReceived
        self._wall = wall
        cast(_Untyped, parser).makeConnection(_NoTransport())

    def receive(self, data: bytes) -> None:
        """Take the next bytes of the connection."""
        self._parse(data)

    def next_item(self) -> Item | None:
        """Give the next request that is whole, or refused by its head."""
        return self._next()

    def held(self) -> int:
        """Count the bytes of requests that are not whole yet or not given out."""
        return self._held()

    def reply(self, answer: Answer) -> bytes:
        """Write the response that carries an answer."""
        head = b"HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n%s%s\r\n" % (
            answer.http,
            _REASONS.get(answer.http, b""),
            _date(int(self._wall())),
            len(answer.data),
            _EXTRA.get(answer.http, b""),
            b"Connection: close\r\n" if answer.close else b"",
        )
        return head + answer.data


def http_door(terms: Terms, wall: Callable[[], float]) -> Door:
    """Make the door that speaks HTTP; `wall` gives the seconds since 1970 for the Date header."""
    return Door(terms, lambda: PostedMessages(terms.limits.message_bytes, wall))


class _Untyped(Protocol):
    """Methods that the parser inherits without types."""

    def makeConnection(self, transport: object) -> None: ...
    def dataReceived(self, data: bytes) -> None: ...
    def setRawMode(self) -> None: ...  # noqa: N802  Twisted's own name
    def requestDone(self, request: object) -> None: ...  # noqa: N802  Twisted's own name


class _NoTransport:
    """What the parser may ask of a transport; it never writes to one."""

    disconnecting = False


class _Request:
    """The face of a request that the parser fills; it keeps the body and what is wrong with the head."""

    def __init__(self, parser: "_Parser", _queued: object = None) -> None:
        self._parser = parser
        self.requestHeaders = Headers()
        self.body = bytearray()  # not the pieces: a peer that sends tiny chunks would make them far larger than this
        self.size = 0
        self.last = False
        self.refusal: Refusal | None = None

    def handleContentChunk(self, data: bytes) -> None:
        """Keep a part of the body, unless the head was refused already."""
        self.size += len(data)
        if self.size > self._parser.limit:
            self._parser.stop(Refusal(Code.MESSAGE_TOO_LARGE))
        elif self.refusal is None:
            self.body += data

    def requestReceived(self, _command: bytes, _path: bytes, _version: bytes) -> None:
        """The request is whole."""
        self._parser.whole(self)

    def header(self, name: bytes) -> bytes | None:
        """All values of one header as one, or None without it."""
        values = self.requestHeaders.getRawHeaders(name)
        return None if values is None else b",".join(values)


class _Parser(HTTPChannel):
    """Twisted's parser between bytes and `next`; whatever it would answer by itself becomes a refusal."""

    requestFactory = cast(Any, _Request)  # noqa: N815  Twisted looks it up by this name
    MAX_LENGTH = HEAD_BYTES_MAX
    totalHeadersSize = HEAD_BYTES_MAX  # noqa: N815  Twisted looks it up by this name
    maxHeaders = HEADERS_MAX  # noqa: N815  Twisted looks it up by this name

    def __init__(self, limit: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted gives it no types
        self.limit = limit
        self._found: deque[Item] = deque()
        self._found_bytes = 0
        self._stopped = False

    def held(self) -> int:
        """Count what waits in `next`, and what is there of the request that is not whole yet, its headers as one."""
        return self._found_bytes + (1 + self.requests[-1].size if self.requests else len(self._buffer))

    def next(self) -> Item | None:
        """Give out what was found first."""
        if not self._found:
            return None
        item = self._found.popleft()
        if isinstance(item, Message):
            self._found_bytes -= len(item.raw)
        return item

    def _add(self, item: Item) -> None:
        self._found.append(item)
        if isinstance(item, Message):
            self._found_bytes += len(item.raw)

    def stop(self, last: Refusal | Message) -> None:
        """Find nothing more after this."""
        if not self._stopped:
            self._stopped = True
            self._add(last)
            for request in self.requests:
                request.body.clear()
            cast(_Untyped, self).setRawMode()

    def whole(self, request: _Request) -> None:
        """Hand on a request that is whole, and go on to the next."""
        if self._stopped:
            return
        item = request.refusal or Message(bytes(request.body), last=request.last)
        if item.last:
            self.stop(item)
        else:
            self._add(item)
            cast(_Untyped, self).requestDone(request)

    @override
    def rawDataReceived(self, data: bytes) -> None:
        if not self._stopped:
            super().rawDataReceived(data)

    @override
    def allHeadersReceived(self) -> None:
        """Judge the head; a refused request whose body is small is read to its end, so that the connection goes on."""
        request: _Request = self.requests[-1]
        request.last = self._version != b"HTTP/1.1" or b"close" in _tokens(request.header(b"connection"))
        expects = self._version == b"HTTP/1.1" and b"100-continue" in _tokens(request.header(b"expect"))
        refusal = self._judge(request)
        if refusal is not None and (refusal.last or expects):
            self.stop(Refusal(refusal.code, refusal.http))
        elif expects and self.length != 0:
            self._add(_CONTINUE)
        request.refusal = refusal

    def _judge(self, request: _Request) -> Refusal | None:
        chunked = request.header(b"transfer-encoding") is not None
        hosts = request.requestHeaders.getRawHeaders(b"host", [])
        if len(hosts) != 1 if self._version == b"HTTP/1.1" else chunked:
            return _BROKEN
        if self.length is not None and self.length > self.limit:
            return Refusal(Code.MESSAGE_TOO_LARGE)
        if self._path != PATH:
            return Refusal(Code.HTTP_REQUEST, 404, last=request.last or self._command == b"HEAD")
        if self._command != b"POST":
            return Refusal(Code.HTTP_REQUEST, 405, last=request.last or self._command == b"HEAD")
        kind = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower()
        if kind not in _TYPES or request.header(b"content-encoding") is not None:
            return Refusal(Code.MEDIA_TYPE, last=request.last)
        return None

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        self.stop(_BROKEN)

    @override
    def _respondToBadRequestAndDisconnect(self) -> None:
        self.stop(_BROKEN)


def _tokens(value: bytes | None) -> list[bytes]:
    return [] if value is None else [token.strip().lower() for token in value.split(b",")]


class _Date:
    second = -1
    text = b""


def _date(second: int) -> bytes:
    """The Date header of this second; written once a second."""
    if _Date.second != second:
        _Date.second, _Date.text = second, formatdate(second, usegmt=True).encode()
    return _Date.text
