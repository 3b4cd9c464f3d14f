"""Judges what came back: a reply counts when a certificate of the gateway signed it and it answers this request."""

from dataclasses import dataclass, field
from typing import TypeVar, cast

from conformance.clientfile import GATEWAY
from conformance.errors import UnsignedReplyError, UnverifiedReplyError
from conformance.request import SignedRequest
from conformance.transport import Received
from protocol import binding, envelope, seal
from protocol.catalogue import CATALOGUE, Kind
from protocol.codes import Code, Result
from protocol.envelope import FaultReceived, Reply, ReplyOutcome
from protocol.errors import ProtocolError
from signer.digests import DIGESTS
from signer.trust import NotAuthentic, Register

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VerifiedReply:
    """A reply that the gateway signed for our request: `body` is typed where the catalogue knows the service.

    `raw` is what to keep as evidence: the exact bytes, which verify as long as the gateway's certificates are known.
    """

    raw: bytes = field(repr=False)
    http: int | None
    envelope: Reply = field(repr=False)
    body: object | None

    @property
    def outcome(self) -> ReplyOutcome:
        """What became of the request, and what to do next."""
        return self.envelope.outcome

    @property
    def code(self) -> str:
        """The outcome's code."""
        return self.envelope.outcome.code

    @property
    def accepted(self) -> bool:
        """Whether the gateway accepted the request; a refusal or unavailability is signed just the same."""
        return self.envelope.outcome.result is Result.ACCEPTED

    def body_as(self, kind: type[T]) -> T:
        """The body as a message of that class; raises TypeError where it is another or missing."""
        if not isinstance(self.body, kind):
            raise TypeError(f"the body is {type(self.body).__name__}, not {kind.__name__}: {self.code}")
        return self.body


def judge(received: Received, request: SignedRequest, gateway: Register) -> VerifiedReply:
    """The reply in `received`, verified; raises UnsignedReplyError or UnverifiedReplyError.

    The signature is judged at the reply's own SentAt, so that a reply kept for years still counts.
    """
    try:
        opened = envelope.open_reply(received.data)
    except FaultReceived as hint:
        raise UnsignedReplyError(hint.code, hint.text, http=received.http, data=received.data) from hint
    except ProtocolError as error:
        raise UnverifiedReplyError(f"not a signed reply: {error}", data=received.data) from error
    fault = _signature_fault(opened, gateway) or _mismatch(opened, request) or _body_fault(opened, request)
    if fault is not None:
        raise UnverifiedReplyError(fault, data=received.data)
    return VerifiedReply(received.data, received.http, opened, _typed(opened, request))


def _signature_fault(opened: Reply, gateway: Register) -> str | None:
    shown = opened.seal
    if not seal.check_digest(shown, opened.canonical, DIGESTS):
        return "the digest of the reply is wrong"
    try:
        gateway.verify(
            GATEWAY,
            GATEWAY,
            certificate=shown.certificate,
            key_name=shown.key_name,
            algorithm=shown.algorithm,
            data=shown.signed_info,
            signature=shown.signature_value,
            at=opened.sent_at,
        )
    except NotAuthentic as error:
        return f"the reply is not the gateway's: {error.reason}"
    return None


def _mismatch(opened: Reply, request: SignedRequest) -> str | None:
    """Why the reply answers another request than ours, or None; the digest may be missing from a refusal."""
    ours = (request.customer_id, request.operator_id, request.request_id)
    theirs = (opened.customer_id, opened.operator_id, opened.request_id)
    if theirs != ours:
        return f"the reply is to {'/'.join(theirs)}, ours is {'/'.join(ours)}"
    if opened.request_digest is None:
        return "an accepted reply has no RequestDigest" if _accepted(opened) else None
    if opened.request_digest != request.body_digest:
        return f"RequestDigest is {opened.request_digest.hex()}, which is not that of our Body"
    return None


def _body_fault(opened: Reply, request: SignedRequest) -> str | None:
    """Why the body cannot be the answer to this service; one that the catalogue does not know is not judged.

    An accepted reply has a body, but for a change that waits for a second administrator: nothing was made of it yet.
    """
    service = CATALOGUE.get(request.body_tag or "")
    if service is None:
        return None
    if opened.body is None:
        waits = service.kind is Kind.ADMINISTRATION and opened.outcome.code == Code.AWAITING_APPROVAL
        return f"{service.name} was accepted without a body" if _accepted(opened) and not waits else None
    wanted = binding.tag_of(service.reply_type)
    return None if opened.body.tag == wanted else f"{service.name} was answered by {opened.body.tag!s}"


def _typed(opened: Reply, request: SignedRequest) -> object | None:
    service = CATALOGUE.get(request.body_tag or "")
    if service is None or opened.body is None:
        return None
    return cast("object", binding.read(service.reply_type, opened.body))


def _accepted(opened: Reply) -> bool:
    return opened.outcome.result is Result.ACCEPTED
