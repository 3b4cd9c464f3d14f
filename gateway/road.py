"""The road of every message, on one screen, and the only place where an exception becomes a code.

bytes -> text -> envelope -> verified -> validated -> command -> [journal, core, outcome] -> signed bytes

The order is fixed: the byte gate before parsing, the signature before the schema (only what was signed is looked at
afterwards), the schema before the typed command, replay before everything that may refuse. What stands in brackets runs
on the threads of the committer and the desk; everything before it is pure and runs where the message came in, large
messages one at a time on a thread. Of those with a tree beyond what most services need, the signature value is checked
before anything is parsed, so that strangers cannot have such a tree made.

Where signing waits on a device, refusals that end before the journal are signed beside the desk: at most one for
strangers and one for who is verified at a time, so that neither can take the device from the desk, nor the threads from
large messages.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from twisted.internet.defer import Deferred, DeferredLock, maybeDeferred, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from gateway.answer import Answer, Peer
from gateway.domain.command import Command, Refuse, Seen
from gateway.journal.register import TrustedRegister, hints
from gateway.journal.task import Told, Waiter
from gateway.memory import give_back
from gateway.metrics import Metrics
from gateway.scribe import Echo, Scribe
from gateway.services.desk import echo
from gateway.waiting import WaitingRoom
from protocol import envelope, seal, text
from protocol.codes import Code
from protocol.command import Command as Bound
from protocol.command import Judge
from protocol.command import command as bind
from protocol.envelope import Envelope
from protocol.errors import Detail, ProtocolError
from protocol.faults import NOTHING_FOUND
from protocol.head import Head
from protocol.large import Signed
from protocol.limits import LARGE_MESSAGE_BYTES
from protocol.meanings import MEANINGS
from protocol.text import Encoding
from signer.digests import DIGESTS
from signer.keys import SignerUnavailable
from signer.trust import NotAuthentic, RegisteredCertificate

REFUSALS_WAITING_MAX: Final = 16
"""Refusals that wait for the device, of strangers and of who is verified each; beyond them BUSY is said unsigned."""


class Refused(Exception):
    """The road ends here, before the journal: a code, its details, and what the reply can echo.

    `verified` when a registered key had signed the message.
    """

    def __init__(self, refusal: Refuse, echo: Echo, *, verified: bool = False) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.echo = echo
        self.verified = verified


class Slowed(Exception):
    """The peer has sent too much that proves nothing: no signature is spent on it, and it must connect anew (O1)."""


class Road:
    """The way in and the way out; see the module. `register` is replaced whole when registered certificates change."""

    def __init__(
        self,
        *,
        submit: Callable[[list[Waiter]], None],
        scribe: Scribe,
        register: TrustedRegister,
        admit: Callable[[str], bool],
        unproven: Callable[[str, str], bool],
        metrics: Metrics,
        now: Callable[[], datetime],
        reactor: Any,
        pool: ThreadPool,
        seconds: Callable[[], float],
        standstill: Callable[[Command], Code | None],
        judge: Judge,
        room: WaitingRoom,
    ) -> None:
        """`submit` hands commands to the committer; `admit` says whether a customer is within its rate, `unproven`
        whether an address may have one more answer to what it cannot prove to be of a customer; `standstill` why a
        command cannot be taken just now, if so; `judge` what the rules of rows have against a batch. In `room` waits
        who wants to hear of what is to come.
        """
        self._submit = submit
        self._scribe = scribe
        self.register = register
        self._admit = admit
        self._unproven = unproven
        self._metrics = metrics
        self._now = now
        self._reactor = reactor
        self._pool = pool
        self._seconds = seconds
        self._standstill = standstill
        self._judge = judge
        self._room = room
        self._large = DeferredLock()
        self._signing = {verified: DeferredLock() for verified in (False, True)}
        self._gathered: list[Waiter] = []
        self._log = Logger(namespace="road")

    # -- the doors' side

    def answer(self, raw: bytes, peer: Peer) -> Deferred[Answer]:
        """Take one whole message to its answer; the Deferred never fails, whatever the bytes are."""
        if len(raw) > LARGE_MESSAGE_BYTES:
            large = self._large.run(deferToThreadPool, self._reactor, self._pool, self._large_command, raw, peer)
            return large.addCallback(self._enter, peer).addErrback(self._exception)
        try:
            return self._enter(self.command(raw, peer), peer)
        except Exception:  # noqa: BLE001  whatever it is becomes a code
            return self._exception(cast(Any, Failure)())

    def fault(self, code: Code) -> Answer:
        """Make the unsigned Fault for this code, with the HTTP status its table gives."""
        return Answer(envelope.write_fault(code), MEANINGS[code].http)

    # -- the way in: pure until the command

    def _large_command(self, raw: bytes, peer: Peer) -> Command:
        """As `command`; what its tree took goes back to the system before the journal needs as much again."""
        try:
            return self.command(raw, peer)
        finally:
            give_back()

    def command(self, raw: bytes, peer: Peer) -> Command:
        """Bytes to command; raises ProtocolError or Refused for what ends before the journal."""
        received_at = self._now()
        opened = _open(raw, lambda sealed: self.register.signed(sealed, received_at))
        entry = self._verify(opened, peer, received_at)
        if not self._admit(entry.customer_id):
            raise self._refused(Code.RATE_LIMITED, opened, verified=True)
        bound, refusal = _bound(opened, self._judge)
        sent_at = opened.head.sent_at
        assert sent_at is not None or refusal is not None, "the schema wants a SentAt that can be read"
        return Command(
            head=opened.head,
            raw=raw,
            encoding=opened.encoding,
            body_digest=DIGESTS["sha256"](opened.body_canonical),
            received_at=received_at,
            skew_ms=0 if sent_at is None else round((sent_at - received_at).total_seconds() * 1000),
            seen=_seen(opened, entry),
            service=bound.service if bound else None,
            body=bound.request if bound else None,
            refusal=refusal,
            found=bound.found if bound else NOTHING_FOUND,
        )

    def _verify(self, opened: Envelope, peer: Peer, at: datetime) -> RegisteredCertificate:
        """The registered certificate whose key signed the whole message; one answer for every way it is not so."""
        sealed, head = opened.seal, opened.head
        try:
            if not seal.check_digest(sealed, opened.canonical, DIGESTS):
                raise NotAuthentic("the digest of the message is another")
            entry = self.register.verify(head, sealed, at)
            self.register.check_tls(entry, peer.tls_certificate, at)
        except NotAuthentic as error:
            self._log.info(
                "not authentic: {reason}", reason=error.reason, customer=head.customer_id, operator=head.operator_id
            )
            if not self._unproven(peer.address, head.customer_id):
                raise Slowed from error
            raise self._refused(Code.NOT_AUTHENTIC, opened, *hints(opened)) from error
        return entry

    def _count(self, command: Command, code: Code | None, seconds: float) -> None:
        service = command.service.name if command.service else "none"
        self._metrics.answered(service, code or "replayed", seconds)

    def _refused(self, code: Code, opened: Envelope, *details: Detail, verified: bool = False) -> Refused:
        digest = DIGESTS["sha256"](opened.body_canonical)
        return Refused(Refuse(code, details), _echo(opened.head, opened.encoding, digest), verified=verified)

    # -- the journal's side, and the way out

    def _enter(self, command: Command, peer: Peer) -> Deferred[Answer]:
        """Hand the command over; its answer comes when its reply is stored."""
        if (code := self._standstill(command)) is not None:
            return self._sign(echo(command), Refuse(code), verified=True)
        begun = self._seconds()

        def told(told: Told) -> Answer | Deferred[Answer]:
            self._count(command, told.code, self._seconds() - begun)
            if told.reply is not None:
                return Answer(told.reply, 200, verified=True)
            return self._sign(echo(command), Refuse(told.code or Code.INTERNAL), verified=True)

        return self._room.answer(command, peer, self._ask).addCallback(told)

    def _ask(self, command: Command) -> Deferred[Told]:
        """What the journal tells of a command."""
        waiting: Deferred[Told] = Deferred()
        self._gather(Waiter(command, waiting.callback))
        return waiting

    def _gather(self, waiter: Waiter) -> None:
        """Hand over together what came in the same turn of the reactor."""
        if not self._gathered:
            self._reactor.callLater(0, self._hand_over)
        self._gathered.append(waiter)

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        self._submit(gathered)

    def _exception(self, failure: Failure) -> Deferred[Answer]:
        """The one place where an exception becomes a code."""
        error = failure.value
        match error:
            case Refused():
                self._metrics.refused_messages.labels(error.refusal.code).inc()
                return self._sign(error.echo, error.refusal, verified=error.verified)
            case ProtocolError():
                return self._fault(error.code)
            case Slowed():
                return self._fault(Code.RATE_LIMITED, close=True)
            case SignerUnavailable():
                return self._fault(Code.SIGNER_UNAVAILABLE)
        self._log.failure("a message could not be handled", failure)
        return self._fault(Code.INTERNAL)

    def _fault(self, code: Code, *, close: bool = False) -> Deferred[Answer]:
        self._metrics.refused_messages.labels(code).inc()
        return succeed(replace(self.fault(code), close=close))

    def _sign(self, echo: Echo, refusal: Refuse, *, verified: bool) -> Deferred[Answer]:
        """A signed refusal that is not stored; a plain Fault where the signer cannot: never an unsigned reply."""
        turn = self._signing[verified]
        if not self._scribe.blocking:
            signed = maybeDeferred(self._scribe.reply, echo, refusal)
        elif len(turn.waiting) >= REFUSALS_WAITING_MAX:
            return succeed(replace(self.fault(Code.BUSY), verified=verified))
        else:
            signed = turn.run(deferToThreadPool, self._reactor, self._pool, self._scribe.reply, echo, refusal)
        http = MEANINGS[refusal.code].signed_http
        answered = signed.addCallback(lambda data: Answer(data, http)).addErrback(self._exception)
        return answered.addCallback(lambda answer: replace(answer, verified=verified))


def _open(raw: bytes, signed: Signed) -> Envelope:
    """Through the byte gate and the shape check; Refused where the Head could be read, else ProtocolError."""
    read = text.read(raw, large=True)
    try:
        return envelope.open_request(read, signed)
    except ProtocolError as error:
        if error.head is None:
            raise
        raise Refused(Refuse(error.code, error.details), _echo(error.head, read.encoding, None)) from error


def _bound(opened: Envelope, judge: Judge) -> tuple[Bound | None, Refuse | None]:
    """The typed command; or a refusal that lists every fault of its stage."""
    try:
        return bind(opened, judge), None
    except ProtocolError as error:
        return None, Refuse(error.code, error.details)


def _echo(head: Head, encoding: Encoding, digest: bytes | None) -> Echo:
    return Echo(head.customer_id, head.operator_id, head.request_id, digest, head.language or "zh", encoding)


def _seen(opened: Envelope, entry: RegisteredCertificate) -> Seen:
    sealed = opened.seal
    sm2 = sealed.algorithm == "sm2-sm3"
    return Seen(
        algorithm=sealed.algorithm,
        digest_algorithm=sealed.digest_algorithm,
        digest=sealed.digest_value,
        signed_info=DIGESTS[sealed.digest_algorithm](sealed.signed_info),
        certificate=entry.fingerprint.hex(),
        certificate_not_after=entry.not_after,
        sm2_id=entry.sm2_id if sm2 else None,
        sm2_z=getattr(entry.key, "z", None) if sm2 else None,
    )
