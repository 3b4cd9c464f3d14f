"""Opening a reply, as a client does: its head, outcome, body and seal; whose signature it bears is judged elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml.etree import _Element

from protocol.binding import read_datetime
from protocol.codes import Advice, Code, Result
from protocol.errors import Detail, ProtocolError
from protocol.explain import explain
from protocol.faults import listed
from protocol.opening import (
    BODY_TAG,
    HEAD_TAG,
    MESSAGE_TAG,
    NAMESPACE,
    canonical_message,
    detach,
    misshapen,
)
from protocol.seal import SIGNATURE_TAG, Seal, read_seal
from protocol.text import Encoding, read
from protocol.tree import parse
from protocol.validate import validate

FAULT_TAG: Final = f"{{{NAMESPACE}}}Fault"
_NS: Final = f"{{{NAMESPACE}}}"


class FaultReceived(Exception):
    """The answer is an unsigned Fault: a hint that no client may act on."""

    def __init__(self, code: str, text: str) -> None:
        """`code` and `text` as the gateway wrote them."""
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class ReplyOutcome:
    """The outcome as written; `code` is a str, since a newer gateway may know codes that this side does not."""

    result: Result
    code: str
    text: str
    final: bool
    advice: Advice
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the right shape; `canonical` is what its seal must be over, `body` None on a refusal."""

    customer_id: str
    operator_id: str
    request_id: str
    sent_at: datetime
    message_id: str
    request_digest: bytes | None
    outcome: ReplyOutcome
    log_root: str | None
    encoding: Encoding
    body: _Element | None
    seal: Seal
    canonical: bytes


def open_reply(raw: bytes) -> Reply:
    """The reply in `raw`, judged by its schema; the caller verifies seal, RequestDigest and ids.

    Raises FaultReceived for an unsigned Fault, ProtocolError for anything that is no reply.
    """
    text = read(raw)
    root = parse(text.utf8)
    if root.tag == FAULT_TAG:
        raise FaultReceived(_text(root, "Code") or "", _text(root, "Text") or "")
    children = list(root)
    if (
        root.tag != MESSAGE_TAG
        or [child.tag for child in children] not in ([HEAD_TAG, SIGNATURE_TAG], [HEAD_TAG, BODY_TAG, SIGNATURE_TAG])
        or (len(children) == 3 and len(children[1]) != 1)
    ):
        raise misshapen(root, "Head, Body?, ds:Signature")
    seal = read_seal(children[-1])
    detach(children[-2], children[-1])
    whole = canonical_message(root)
    if not validate(root):
        raise ProtocolError(Code.SCHEMA_INVALID, *listed(explain(root)))
    head = children[0]
    digest = _text(head, "RequestDigest")
    return Reply(
        customer_id=_needed(head, "CustomerId"),
        operator_id=_needed(head, "OperatorId"),
        request_id=_needed(head, "RequestId"),
        sent_at=read_datetime(_needed(head, "SentAt").strip()),
        message_id=_needed(head, "MessageId"),
        request_digest=None if digest is None else bytes.fromhex(digest),
        outcome=_outcome(head),
        log_root=_text(head, "LogRoot"),
        encoding=text.encoding,
        body=children[1][0] if len(children) == 3 else None,
        seal=seal,
        canonical=whole,
    )


def _outcome(head: _Element) -> ReplyOutcome:
    outcome = head.find(f"{_NS}Outcome")
    if outcome is None:
        raise misshapen(head, "Outcome")
    return ReplyOutcome(
        result=Result(_needed(outcome, "Result")),
        code=_needed(outcome, "Code"),
        text=_needed(outcome, "Text"),
        final=_needed(outcome, "Final").strip() == "true",
        advice=Advice(_needed(outcome, "Advice")),
        details=tuple(_detail(node) for node in outcome.iterfind(f"{_NS}Detail")),
    )


def _detail(node: _Element) -> Detail:
    words = _text(node, "Text")
    return Detail(_needed(node, "Rule"), _text(node, "Place"), _text(node, "Value"), words, words)


def _text(parent: _Element, name: str) -> str | None:
    return parent.findtext(f"{_NS}{name}")


def _needed(parent: _Element, name: str) -> str:
    found = _text(parent, name)
    if found is None:
        raise misshapen(parent, name)
    return found
