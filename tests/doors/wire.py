"""A door in memory: a transport that remembers, a road that echoes, and the two tongues that peers speak."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, cast

from prometheus_client import CollectorRegistry
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from gateway.answer import Answer, Peer
from gateway.doors.admission import Admission
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.http import http_door
from gateway.doors.tcp import tcp_door
from gateway.metrics import DoorMetrics, Metrics
from gateway.settings import Limits
from protocol.codes import Code
from protocol.meanings import MEANINGS

LIMITS: Final = Limits(
    message_bytes=1024,
    connections=4,
    connections_per_address=2,
    pipelined=3,
    message_seconds=10.0,
    idle_seconds=60.0,
    first_message_seconds=20.0,
    write_buffer_bytes=4096,
    address_rate=10.0,
    address_burst=1000,
    customer_rate=10.0,
    customer_burst=10,
    unproven_rate=10.0,
    unproven_burst=10,
    queue=10,
    waiting=10,
    waiting_per_customer=5,
)


def failure(reason: Exception) -> Failure:
    """What Twisted hands on when something went wrong."""
    made: Failure = cast(Any, Failure)(reason)
    return made


class Wire:
    """A transport in memory, with the half-closed states of TCP."""

    def __init__(self, host: str) -> None:
        self.peer = IPv4Address("TCP", host, 40000)
        self.protocol: Any = None
        self.written = b""
        self.producer: Any = None
        self.reading = True
        self.closed = False
        self.write_closed = False
        self.aborted = False

    def write(self, data: bytes) -> None:
        """Remember what is sent; a closed side sends nothing."""
        if not (self.closed or self.write_closed):
            self.written += data

    def getPeer(self) -> IPv4Address:
        """Give the address of the other end."""
        return self.peer

    def registerProducer(self, producer: object, streaming: bool) -> None:  # noqa: FBT001  Twisted's own form
        """Remember who is to be told of a full buffer."""
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        """Tell nobody."""
        self.producer = None

    def pauseProducing(self) -> None:
        """Stop reading."""
        self.reading = False

    def resumeProducing(self) -> None:
        """Read again."""
        self.reading = True

    def loseWriteConnection(self) -> None:
        """Close the writing side; everything is sent at once here."""
        assert self.producer is None
        self.write_closed = True
        self.protocol.writeConnectionLost()

    def loseConnection(self) -> None:
        """Close both sides."""
        self._lose(ConnectionDone())

    def abortConnection(self) -> None:
        """Cut."""
        self.aborted = True
        self._lose(ConnectionAborted())

    def _lose(self, reason: Exception) -> None:
        if not self.closed:
            self.closed = True
            self.protocol.connectionLost(failure(reason))


class Visitor:
    """A connection for an admission without doors."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.gone = False

    def make_room(self) -> None:
        """Remember it."""
        self.gone = True


class EchoRoad:
    """Answers each message with its own bytes, at once or when the test says so; all are verified at first."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.peers: list[Peer] = []
        self.held: list[Deferred[Answer]] | None = None
        self.http = 200
        self.close = False
        self.verified = True

    def hold(self) -> None:
        """From now on, answer nothing before `let_go`."""
        self.held = []

    def let_go(self, index: int) -> None:
        """Answer the message that came as this one since `hold`."""
        assert self.held is not None
        raw = self.asked[len(self.asked) - len(self.held) + index]
        self.held[index].callback(Answer(raw, self.http, self.close, self.verified))

    def answer(self, raw: bytes, peer: Peer) -> Deferred[Answer]:
        """Echo."""
        self.asked.append(raw)
        self.peers.append(peer)
        if self.held is None:
            return succeed(Answer(raw, self.http, self.close, self.verified))
        self.held.append(Deferred())
        return self.held[-1]

    def fault(self, code: Code) -> Answer:
        """Say the code."""
        return Answer(b"<Fault>" + code.encode() + b"</Fault>", MEANINGS[code].http)


@dataclass(frozen=True)
class Told:
    """One answer as the peer reads it; over TCP there is no status and there are no headers."""

    body: bytes
    http: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tongue:
    """How one door's peers put messages into bytes and take answers out of them."""

    name: str
    door: Callable[[Terms], Door]
    say: Callable[[bytes], bytes]
    hear: Callable[[bytes], list[Told]]


def framed(raw: bytes) -> bytes:
    """A message as the TCP door wants it."""
    return b"%08d" % len(raw) + raw


def posted(raw: bytes, *headers: bytes, kind: bytes = b"application/xml") -> bytes:
    """A message as the HTTP door wants it, with more headers if wanted."""
    head = [b"POST /v1/messages HTTP/1.1", b"Host: bank", b"Content-Type: " + kind, *headers]
    if not any(header.lower().startswith(b"transfer-encoding") for header in headers):
        head.append(b"Content-Length: %d" % len(raw))
    return b"\r\n".join([*head, b"", b""]) + raw


def frames(data: bytes) -> list[Told]:
    """Every frame of what the gateway sent; there is nothing else."""
    told = []
    while data:
        size = int(data[:8])
        assert len(data) >= 8 + size
        told.append(Told(data[8 : 8 + size]))
        data = data[8 + size :]
    return told


def responses(data: bytes) -> list[Told]:
    """Every response of what the gateway sent; there is nothing else."""
    told = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 ([0-9]{3}) .+", status)
        assert match is not None
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        size = int(headers.get("content-length", "0"))
        assert len(rest) >= size
        told.append(Told(rest[:size], int(match[1]), headers))
        data = rest[size:]
    return told


TCP: Final = Tongue("tcp", tcp_door, framed, frames)
HTTP: Final = Tongue("http", lambda terms: http_door(terms, lambda: 0.0), posted, responses)


class Bench:
    """One door in memory with its road, clock and admission; `connect` gives the peer's end of a new connection."""

    def __init__(self, tongue: Tongue, **limits: float) -> None:
        self.tongue = tongue
        self.clock = Clock()
        self.road = EchoRoad()
        self.limits = replace(LIMITS, **limits)  # type: ignore[arg-type]  # each test names fields of Limits
        self.registry = CollectorRegistry()
        self.admission = Admission(self.limits, share=1, seconds=self.clock.seconds)
        self.metrics = metrics = DoorMetrics(Metrics(self.registry), tongue.name)
        self.door = tongue.door(Terms(self.road, self.limits, self.admission, metrics, self.clock))
        self._ports: Iterator[int] = count(1)

    def connect(self, host: str = "10.0.0.1") -> "Line":
        """Connect from this address."""
        wire = Wire(host)
        wire.protocol = self.door.buildProtocol(None)
        wire.protocol.makeConnection(wire)
        return Line(self.tongue, wire)

    def count(self, name: str, **labels: str) -> float:
        """The value of one of the door's metrics."""
        self.metrics.flush()
        return self.registry.get_sample_value(name, {"door": self.tongue.name} | labels) or 0.0


@dataclass(frozen=True)
class Line:
    """The peer's end of a connection."""

    tongue: Tongue
    wire: Wire

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.wire.protocol.dataReceived(data)

    def say(self, *raws: bytes) -> None:
        """Send messages, all in one piece."""
        self.send(b"".join(map(self.tongue.say, raws)))

    def heard(self) -> list[bytes]:
        """The bodies of all answers so far."""
        return [told.body for told in self.told()]

    def told(self) -> list[Told]:
        """All answers so far."""
        return self.tongue.hear(self.wire.written)

    def close_writing(self) -> None:
        """Close the peer's writing side."""
        self.wire.protocol.readConnectionLost()

    def vanish(self) -> None:
        """Lose the connection."""
        self.wire.loseConnection()

    @property
    def ended(self) -> bool:
        """Whether the gateway will send nothing more."""
        return self.wire.closed or self.wire.write_closed


def fault(code: Code) -> bytes:
    """The Fault that the echo road makes for this code."""
    return b"<Fault>" + code.encode() + b"</Fault>"
