"""One peer's connection, the same for every door: messages in, answers out in the order of the messages.

Owns the deadlines, the pauses and the end of a connection; knows nothing of frames or HTTP (its reader does) nor of
what a message says (the road does). The rules:

- at most `pipelined` messages are under way, and of large ones one; beyond them, and while the peer does not read,
  nothing is read from it;
- large messages are charged to the site from their first byte until their answer is made, also when the peer has gone;
- a message has an absolute deadline from its first byte to its last, however its bytes trickle;
- a connection has `first_message_seconds` to bring a verified message; until it has, it may have to make room;
- a peer that does not read for that long is cut off, one that says nothing for `idle_seconds` is closed;
- after a broken message the answers still due are sent, then one Fault, then the writing side is closed and what still
  comes in is dropped for a while, so that the peer reads the Fault and not a connection reset;
- a peer that closed only its writing side still gets every answer due (TLS has no such half-open state here).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Server
from twisted.logger import Logger
from twisted.python.failure import Failure
from typing_extensions import override
from zope.interface import implementer

from gateway.answer import Answer, Peer, Road
from gateway.doors.admission import Admission, address_key
from gateway.doors.due import Due
from gateway.doors.faces import Clock, Transport
from gateway.doors.reader import Interim, Item, Message, Reader, Refusal
from gateway.doors.tls import peer_certificate
from gateway.doors.watch import Watch
from gateway.metrics import DoorMetrics
from gateway.settings import Limits
from protocol.codes import Code
from protocol.limits import LARGE_MESSAGE_BYTES

LINGER_SECONDS: Final = 5.0
"""How long a peer may take to read the last answer and close; then the connection is cut."""

HANDSHAKE_SECONDS: Final = 10.0
"""How long a TLS handshake may take."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all conversations of one door share; `waits` as for a Peer."""

    road: Road
    limits: Limits
    admission: Admission
    metrics: DoorMetrics
    clock: Clock
    tls: bool = False
    waits: bool = False


@implementer(IHalfCloseableProtocol, IHandshakeListener, IPushProducer)
class Conversation(Protocol):
    """One connection of one door; see the rules at the top of this module.

    `gone` is called once it is lost; with `closed` it is turned away with this code as soon as it is made.
    """

    _log = Logger()

    def __init__(
        self, terms: Terms, reader: Reader, gone: Callable[["Conversation"], None], *, closed: Code | None = None
    ) -> None:
        self._terms = terms
        self._reader = reader
        self._tell_gone = gone
        self._closed = closed
        self._watch = Watch(terms.clock)
        self._due: deque[Due] = deque()
        self._peer = Peer("", waits=terms.waits, leaves=lambda: self._gone or self._read_closed)
        self._key = ""
        self._heard_at = 0.0
        self._held = 0  # bytes that its reader keeps
        self._asked = 0  # bytes of the messages under way
        self._dropped = 0
        self._verified = False  # it has brought a verified message
        self._admitted = False  # it has a place among the connections
        self._evicted = False  # it had to give that place to another
        self._farewell = False  # it was refused and stays only to read why
        self._serving = False  # the loop over what was read is running
        self._paused = False  # reading is stopped
        self._unread = False  # the peer does not read what was written
        self._over = False  # nothing more is taken from the peer
        self._read_closed = False  # the peer closed its writing side
        self._ended = False  # the last answer is written
        self._gone = False  # the connection is lost

    # -- the connection comes and goes

    @override
    def connectionMade(self) -> None:
        """Let the peer in, or tell it why not."""
        transport, terms = self._transport, self._terms
        self._peer = replace(self._peer, address=str(getattr(transport.getPeer(), "host", "")))
        self._key = address_key(self._peer.address)
        refused = self._closed or terms.admission.opened(self._key, self)
        if refused is not None:
            self._turn_away(refused)
            return
        self._admitted = True
        terms.metrics.connections.inc()
        tcp = getattr(transport, "transport", transport)  # under TLS the socket is one further down
        if isinstance(tcp, Server):
            tcp.setTcpNoDelay(True)
            tcp.bufferSize = terms.limits.write_buffer_bytes
        transport.registerProducer(self, True)
        self._heard_at = terms.clock.seconds()
        if terms.tls:
            self._watch.start("handshake", HANDSHAKE_SECONDS, lambda: self.cut("handshake"))
        self._watch.start("idle", terms.limits.idle_seconds, self._check_idle)
        self._watch.start("first", terms.limits.first_message_seconds, self._check_first)

    def handshakeCompleted(self) -> None:
        """Note the certificate of the TLS peer, before its first byte is delivered."""
        self._watch.stop("handshake")
        self._peer = replace(self._peer, tls_certificate=peer_certificate(self._transport))

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the connection; what is under way goes on without it."""
        self._gone = self._over = True
        self._watch.stop_all()
        self._due.clear()
        admission = self._terms.admission
        admission.held(self._held, 0)
        del self._reader  # and what it keeps: a message under way keeps this object for a while
        if self._admitted:
            self._terms.metrics.connections.dec()
            if not self._evicted:
                admission.closed(self._key, self)
        elif self._farewell:
            admission.farewell_over()
        self._tell_gone(self)

    def _turn_away(self, code: Code) -> None:
        """Say the Fault where that is cheap: not before a TLS handshake, and not to a flood."""
        self._terms.metrics.refused(code)
        if self._terms.tls or not self._terms.admission.farewell():
            self._transport.abortConnection()
            return
        self._farewell = True
        self._refuse(Refusal(code))

    # -- bytes come in

    @override
    def dataReceived(self, data: bytes) -> None:
        """Take what the peer sent; after the end it is dropped."""
        if self._over:
            self._drop(len(data))
            return
        self._heard_at = self._terms.clock.seconds()
        self._terms.metrics.received(len(data))
        self._reader.receive(data)
        self._serve()

    def readConnectionLost(self) -> None:
        """The peer closed its writing side: answer what it sent, then close."""
        self._read_closed = True
        if self._ended:
            self._transport.loseConnection()
        else:
            self._serve()

    def _drop(self, size: int) -> None:
        self._dropped += size
        if self._dropped > self._terms.limits.message_bytes:
            self.cut("flood")

    def _serve(self) -> None:
        """Take everything that was read, as far as the limits allow, then see what to wait for."""
        if self._serving:
            return
        self._serving = True
        try:
            while not self._over and not self._stalled():
                item = self._reader.next_item()
                if item is None:
                    break
                self._take(item)
        finally:
            self._serving = False
        self._settle()

    def _take(self, item: Item) -> None:
        self._watch.stop("message")
        if isinstance(item, Message):
            self._ask(item)
        elif isinstance(item, Refusal):
            self._refuse(item)
        else:
            self._interject(item)

    def _ask(self, message: Message) -> None:
        terms = self._terms
        terms.metrics.message()
        if not terms.admission.message(self._key):
            self._refuse(Refusal(Code.RATE_LIMITED, last=message.last))
            return
        size = len(message.raw)
        self._note_held()
        if not terms.admission.taken(size):
            self._refuse(Refusal(Code.BUSY, last=message.last))
            return
        due = Due(size=size)
        self._asked += size
        self._due.append(due)
        self._over = message.last
        answer = terms.road.answer(message.raw, self._peer)
        answer.addCallbacks(self._answered, self._failed, (due, message.last), {}, (due,), {})

    def _refuse(self, refusal: Refusal) -> None:
        """Put the Fault in its place in the order; a last one is the end of what is taken."""
        self._terms.metrics.fault(refusal.code)
        due = Due()
        self._due.append(due)
        self._over = self._over or refusal.last
        answer = self._terms.road.fault(refusal.code)
        self._answered(replace(answer, http=refusal.http or answer.http), due, refusal.last)

    def _interject(self, interim: Interim) -> None:
        self._due.append(Due(interim.data))
        self._flush()

    # -- answers go out

    def _failed(self, failure: Failure, due: Due) -> None:
        """The road broke its promise never to fail: a bug. Say that nothing is known, and close."""
        self._log.failure("road-failed", failure)
        self._answered(self._terms.road.fault(Code.INTERNAL), due, last=True)

    def _answered(self, answer: Answer, due: Due, last: bool) -> None:  # noqa: FBT001  Deferred passes it by position
        self._asked -= due.size
        self._terms.admission.answered(due.size)
        if self._gone:
            return
        if answer.verified and not self._verified:
            self._verified = True
            self._watch.stop("first")
            self._terms.admission.verified(self)
        due.last = last or answer.close
        due.data = self._reader.reply(answer if answer.close == due.last else replace(answer, close=due.last))
        self._flush()
        self._serve()

    def _flush(self) -> None:
        """Write the answers that are known, up to the first that is not."""
        due = self._due
        while due and not self._unread:
            data = due[0].data
            if data is None:
                return
            if due.popleft().last:
                self._over = True
                due.clear()
            self._terms.metrics.sent(len(data))
            self._transport.write(data)

    def pauseProducing(self) -> None:
        """The write buffer is full: the peer must read before it is read from again."""
        self._unread = True
        self._read(False)
        self._watch.stop("message")
        self._watch.start("unread", self._terms.limits.message_seconds, lambda: self.cut("unread"))

    def resumeProducing(self) -> None:
        """The write buffer is empty again."""
        self._unread = False
        self._watch.stop("unread")
        self._heard_at = self._terms.clock.seconds()
        self._flush()
        self._serve()

    def stopProducing(self) -> None:
        """The transport is going; `connectionLost` follows."""

    # -- what to wait for, and the end

    def _stalled(self) -> bool:
        return self._unread or len(self._due) >= self._terms.limits.pipelined or self._asked > LARGE_MESSAGE_BYTES

    def _settle(self) -> None:
        """Start or stop the message deadline and reading, and end when nothing is left to do."""
        if self._ended or self._gone or self._serving:
            return
        allowed = self._note_held()
        if not self._over and not self._stalled():
            self._await_more(allowed=allowed)
        if self._over and not self._due:
            self._end()
        else:
            self._read(self._over or not self._stalled())

    def _note_held(self) -> bool:
        """Charge what the reader keeps; False when that grew and all connections hold too much."""
        held = self._reader.held()
        allowed = self._terms.admission.held(self._held, held)
        self._held = held
        return allowed

    def _await_more(self, *, allowed: bool) -> None:
        """All that was read is taken: wait for the rest of the next message, if it may be held."""
        if self._read_closed and not self._held:
            self._over = True
        elif self._read_closed:
            self._refuse(self._reader.truncated)
        elif not allowed:
            self._refuse(Refusal(Code.BUSY))
        elif self._held:
            self._watch.start("message", self._terms.limits.message_seconds, self._late)

    def _late(self) -> None:
        self._refuse(Refusal(Code.DEADLINE))

    def _check_idle(self) -> None:
        limit = self._terms.limits.idle_seconds
        silent = self._terms.clock.seconds() - self._heard_at
        if self._due or self._unread:
            self._watch.start("idle", limit, self._check_idle)
        elif silent < limit:
            self._watch.start("idle", limit - silent, self._check_idle)
        else:
            self._terms.metrics.cut("idle")
            self._end()

    def _check_first(self) -> None:
        """Nothing verified has come in time; whoever waits for an answer, or is at a large message, may go on."""
        if self._due or self._unread or self._held > LARGE_MESSAGE_BYTES:
            self._watch.start("first", self._terms.limits.first_message_seconds, self._check_first)
            return
        self._terms.metrics.cut("unverified")
        if self._held:
            self._late()
        else:
            self._end()

    @property
    def waits(self) -> bool:
        """Whether a message of this peer is under way."""
        return bool(self._due)

    def make_room(self) -> None:
        """Go at once, for another; the place has been given back."""
        self._evicted = self._over = True
        self.cut("room")

    def drain(self) -> None:
        """Take no more messages; one that had begun to come is told so. Close after the answers under way."""
        if self._over:
            return
        if self._reader.next_item() is not None or self._reader.held():
            self._refuse(Refusal(Code.SHUTTING_DOWN))
        self._over = True
        self._settle()

    def cut(self, reason: str) -> None:
        """Drop the connection now, and count why."""
        self._watch.stop_all()
        self._terms.metrics.cut(reason)
        self._transport.abortConnection()

    def _end(self) -> None:
        """Every answer is written: close our side, then wait for the peer to read and to close its own."""
        self._ended = self._over = True
        self._watch.stop_all()
        self._watch.start("unread", self._terms.limits.message_seconds, lambda: self.cut("unread"))
        if self._admitted:
            self._transport.unregisterProducer()
        self._read(True)
        if self._read_closed or self._terms.tls:
            self._transport.loseConnection()
        else:
            self._transport.loseWriteConnection()

    def writeConnectionLost(self) -> None:
        """The last byte has gone out: from now the peer has a few seconds to close."""
        self._watch.stop("unread")
        self._watch.start("linger", LINGER_SECONDS, lambda: self.cut("linger"))

    def _read(self, on: bool) -> None:  # noqa: FBT001  the only flag there is
        if on is self._paused and not self._read_closed:  # a closed side must not be woken up again
            self._paused = not on
            if on:
                self._transport.resumeProducing()
            else:
                self._transport.pauseProducing()

    @property
    def _transport(self) -> Transport:
        return cast(Transport, self.transport)
