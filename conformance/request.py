"""Makes signed requests from typed messages or from XML with gaps; how they travel is not known here."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from lxml.etree import _Element

from conformance.errors import RequestError
from protocol import binding, envelope, seal, text, tree
from protocol.codes import Language
from protocol.errors import ProtocolError
from protocol.meanings import text as words
from protocol.opening import BODY_TAG, HEAD_TAG, MESSAGE_TAG
from protocol.text import Encoding
from signer.digests import DIGESTS
from signer.keys import DIGEST_OF, SigningKey

_CLOSING: Final = b"</Message>"


class Sender(Protocol):
    """Who signs: a client file is one."""

    @property
    def customer(self) -> str:
        """The customer id."""

    @property
    def operator(self) -> str:
        """The operator id."""

    @property
    def key(self) -> SigningKey:
        """The operator's key."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The exact bytes of one request, and what its reply must echo.

    `body_tag` is the element that the Body holds, `body_digest` SHA-256 of the Body in exclusive canonical form.
    """

    raw: bytes
    customer_id: str
    operator_id: str
    request_id: str
    body_tag: str | None
    body_digest: bytes | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What goes into the head where the sender left it open; a forced id replaces one that is there."""

    request_id: str
    sent_at: datetime
    request_id_forced: bool = False


def new_request_id(now: datetime) -> str:
    """An id that sorts by time and that nobody makes twice: 32 characters, 64 random bits."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"


def from_message(
    message: object, sender: Sender, gaps: Gaps, *, language: Language | None = None, encoding: Encoding = "UTF-8"
) -> SignedRequest:
    """Sign a typed message of `protocol.messages`."""
    written = envelope.write_request(
        sender.customer,
        sender.operator,
        gaps.request_id,
        gaps.sent_at,
        language=language,
        body_xml=binding.write(message),
    )
    return sign(written, sender.key, encoding)


def from_xml(data: bytes, sender: Sender, gaps: Gaps, *, encoding: Encoding | None = None) -> SignedRequest:
    """Fill empty RequestId, SentAt, CustomerId and OperatorId of a Message and sign it, in its own encoding by default.

    A Message that has a Signature stays as it is, byte for byte. Raises RequestError for what is no Message, and for
    one that names another sender than the one whose key signs.
    """
    try:
        read = text.read(data, large=True)
        root = tree.parse(read.utf8)
        if root.tag != MESSAGE_TAG:
            raise RequestError(f"the root element is {root.tag!s}, not Message of {envelope.NAMESPACE}")
        if root.find(seal.SIGNATURE_TAG) is not None:
            return described(data)
        _fill(root, sender, gaps)
        whole = tree.canonical(root)
        if not whole.endswith(_CLOSING):
            raise RequestError("Message must stand without a prefix: make its namespace the default one")
        return sign(whole.decode(), sender.key, encoding or read.encoding)
    except ProtocolError as error:
        raise RequestError(f"{error}: {words(error.code, 'en')}") from error


def sign(message: str, key: SigningKey, encoding: Encoding = "UTF-8") -> SignedRequest:
    """Seal a canonical Message without Signature, whatever it says, and write it in an encoding."""
    digest = DIGESTS[DIGEST_OF[key.algorithm]]
    return described(
        text.write(
            seal.seal(message, key.algorithm, digest=digest, sign=key.sign, certificate=key.certificate), encoding
        )
    )


def described(raw: bytes) -> SignedRequest:
    """What the reply to these bytes must echo; raises ProtocolError where they cannot be read."""
    root = tree.parse(text.read(raw, large=True).utf8)
    body = root.find(BODY_TAG)
    return SignedRequest(
        raw=raw,
        customer_id=_claimed(root, "CustomerId"),
        operator_id=_claimed(root, "OperatorId"),
        request_id=_claimed(root, "RequestId"),
        body_tag=str(body[0].tag) if body is not None and len(body) else None,
        body_digest=hashlib.sha256(tree.canonical(body)).digest() if body is not None else None,
    )


def _fill(root: _Element, sender: Sender, gaps: Gaps) -> None:
    _fill_one(root, "RequestId", gaps.request_id, forced=gaps.request_id_forced)
    _fill_one(root, "SentAt", binding.write_datetime(gaps.sent_at))
    for name, own in (("CustomerId", sender.customer), ("OperatorId", sender.operator)):
        _fill_one(root, name, own)
        if (claimed := _claimed(root, name)) != own:
            raise RequestError(f"{name} of the message is {claimed!r}, but the client file signs for {own!r}")


def _fill_one(root: _Element, name: str, value: str, *, forced: bool = False) -> None:
    element = _head(root, name)
    if element is not None and (forced or not (element.text or "").strip()):
        element.text = value


def _claimed(root: _Element, name: str) -> str:
    element = _head(root, name)
    return (element.text or "") if element is not None else ""


def _head(root: _Element, name: str) -> _Element | None:
    return root.find(f"{HEAD_TAG}/{{{envelope.NAMESPACE}}}{name}")
