"""Opening a request, the long way: envelope, head, seal; what comes out is what was signed, and nothing is believed.

The head is read first and leniently, so that a refusal of whatever is wrong after it can echo the sender's ids.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from lxml.etree import _Element

from protocol.binding import read_datetime
from protocol.codes import Code, Language
from protocol.errors import Detail, ProtocolError, shown
from protocol.head import Head
from protocol.limits import ECHO_CHARS_MAX, PARTY_ID_CHARS_MAX, REQUEST_ID_CHARS_MAX
from protocol.place import ENVELOPE, place
from protocol.seal import DS, SIGNATURE_TAG, Seal, read_seal
from protocol.text import Encoding, Text
from protocol.tree import canonical, parse

NAMESPACE: Final = ENVELOPE
VERSION: Final = "1.0"
MESSAGE_TAG: Final = f"{{{NAMESPACE}}}Message"
HEAD_TAG: Final = f"{{{NAMESPACE}}}Head"
BODY_TAG: Final = f"{{{NAMESPACE}}}Body"
_HEAD_NAMES: Final = {
    f"{{{NAMESPACE}}}{name}": name
    for name in ("Version", "CustomerId", "OperatorId", "RequestId", "SentAt", "Language")
}
REQUEST_ID: Final = rf"[A-Za-z0-9_-]{{1,{REQUEST_ID_CHARS_MAX}}}"
PARTY_ID: Final = rf"[A-Za-z0-9_-]{{1,{PARTY_ID_CHARS_MAX}}}"
_REQUEST_ID: Final = re.compile(REQUEST_ID)
_PARTY_ID: Final = re.compile(PARTY_ID)
_ID_RULES: Final = (("CustomerId", _PARTY_ID), ("OperatorId", _PARTY_ID), ("RequestId", _REQUEST_ID))

_SIGNATURE_MARK: Final = f'="{DS}"'.encode("ascii")
_XSI_MARK: Final = b'="http://www.w3.org/2001/XMLSchema-instance"'
# How the canonical Body begins where the envelope's namespace is the default: as apex it renders the declaration that
# Message renders in the whole; below it the context is the same, so all the rest is too.
BODY_APEX: Final = f'<Body xmlns="{NAMESPACE}">'.encode("ascii")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request of the right shape, with its Signature detached.

    `root` is the Message that was signed, `body` the one element of its Body, `canonical` the exclusive C14N of
    Message. `span` is where that of Body stands in it, behind its start tag, in a message that is plain; None
    otherwise. Of a `large` one (as in Text) the tree may hold but some of the rows: see `whole`.
    """

    head: Head
    encoding: Encoding
    root: _Element
    body: _Element
    seal: Seal
    canonical: bytes
    span: tuple[int, int] | None
    large: bool

    @property
    def whole(self) -> _Element:
        """The Message with all its rows; that of a large one is made each time from what was signed, and takes room."""
        return parse(self.canonical) if self.large else self.root

    @property
    def body_canonical(self) -> bytes:
        """The exclusive C14N of Body; made each time, for it may be megabytes."""
        if self.span is None:
            return canonical(self.whole[1])
        start, end = self.span
        if self.large:
            return b"".join((BODY_APEX, memoryview(self.canonical)[start:end]))  # one copy less than a sum of two
        return BODY_APEX + self.canonical[start:end]


def open_thoroughly(text: Text) -> Envelope:
    """The envelope in a text that passed the byte gate; who signed it, and what the schema says, is not judged here.

    Raises ProtocolError XML_NOT_WELL_FORMED, XML_LIMIT, XML_FORBIDDEN, ENVELOPE_SHAPE, HEAD_INVALID,
    SIGNATURE_MISSING, SIGNATURE_SHAPE, SIGNATURE_ALGORITHM; with the head where that could be read.
    """
    return opened(parse(text.utf8), text, detached)


def opened(
    root: _Element, text: Text, parted: Callable[[_Element], Seal], whole: Callable[[_Element], bytes] | None = None
) -> Envelope:
    """The envelope in the tree of a text; `parted` judges its shape and gives the seal, which is then not in the tree.

    `whole` gives the canonical form where the tree is not the whole message.

    Raises ProtocolError as open_thoroughly does.
    """
    if root.tag != MESSAGE_TAG:
        raise misshapen(root, "Message")
    claimed = root.find(HEAD_TAG)
    if claimed is None:
        raise misshapen(root, "Head, Body, ds:Signature")
    values = _head_values(claimed)
    head = _head(values)
    try:
        if head is None:
            raise ProtocolError(Code.HEAD_INVALID, *_bad_ids(values))
        if bad := _bad_ids(values):
            raise ProtocolError(Code.HEAD_INVALID, *bad)
        _refuse_reply(values)
        seal = parted(root)
        form = canonical_message(root) if whole is None else checked(whole(root))
    except ProtocolError as error:
        error.head = head
        raise
    return Envelope(head, text.encoding, root, root[1][0], seal, form, None, text.large)


def detached(root: _Element) -> Seal:
    """The seal of a Message whose three children are Head, Body with one element, and ds:Signature.

    The Signature leaves the tree; the text behind it stays, as the enveloped-signature transform demands.
    """
    children = list(root)
    signatures = [child for child in children if child.tag == SIGNATURE_TAG]
    if not signatures:
        raise ProtocolError(Code.SIGNATURE_MISSING)
    if len(signatures) > 1 or children[-1] is not signatures[0]:
        raise ProtocolError(
            Code.SIGNATURE_SHAPE,
            Detail(
                rule="Signature",
                place=place(signatures[0]),
                zh="Message的最后一个子元素应为唯一的ds:Signature",
                en="exactly one ds:Signature, as the last child of Message",
            ),
        )
    check_shape(root, children[:-1])
    seal = read_seal(signatures[0])
    detach(children[-2], signatures[0])
    return seal


def check_shape(root: _Element, children: list[_Element]) -> None:
    """Raise ENVELOPE_SHAPE unless these children of Message are Head and Body, which holds one element."""
    if len(children) != 2 or children[0].tag != HEAD_TAG or children[1].tag != BODY_TAG or len(children[1]) != 1:
        raise misshapen(root, "Head, Body (with one element), ds:Signature")


def canonical_message(root: _Element) -> bytes:
    """The exclusive C14N of a Message whose Signature was detached.

    Raises ProtocolError SIGNATURE_SHAPE where another signature is inside, XML_FORBIDDEN for an xsi name.
    """
    return checked(canonical(root))


def checked(whole: bytes) -> bytes:
    """The canonical form of a Message where nothing is hidden in it; otherwise raises as canonical_message does."""
    if _SIGNATURE_MARK in whole:
        detail = Detail(rule="Signature", zh="报文内另有签名元素", en="there is another signature element inside")
        raise ProtocolError(Code.SIGNATURE_SHAPE, detail)
    if _XSI_MARK in whole:
        raise ProtocolError(Code.XML_FORBIDDEN, Detail(rule="xsi"))
    return whole


def misshapen(element: _Element, wanted: str) -> ProtocolError:
    """ENVELOPE_SHAPE at `element`."""
    held = " ".join(str(child.tag).rpartition("}")[2] for child in list(element)[:8])
    return ProtocolError(
        Code.ENVELOPE_SHAPE,
        Detail(rule="shape", place=place(element), value=shown(held), zh=f"应为：{wanted}", en=f"expected: {wanted}"),
    )


def readable_datetime(text: str) -> datetime | None:
    """The instant that `text` writes, None where it writes none."""
    try:
        return read_datetime(text.strip())
    except ValueError:
        return None


def detach(before: _Element, signature: _Element) -> None:
    """Take `signature` out of its parent and leave the text behind it to `before`, the sibling in front."""
    if tail := signature.tail:
        before.tail = (before.tail or "") + tail
    parent = signature.getparent()
    assert parent is not None, "a signature is a child of Message"
    signature.tail = None
    parent.remove(signature)


def _head_values(head: _Element) -> dict[str, str]:
    """The text of each child of Head by its local name, the first where one is repeated.

    A child that is unknown, or holds elements, goes by its whole tag: nothing but the schema looks at it.
    """
    values: dict[str, str] = {}
    for child in head:
        tag = cast("str", child.tag)
        name = tag if len(child) else _HEAD_NAMES.get(tag, tag)
        values.setdefault(name, child.text or "")
    return values


def _refuse_reply(values: dict[str, str]) -> None:
    """A reply sent back as a request is refused whoever signed it."""
    if f"{{{NAMESPACE}}}MessageId" in values or f"{{{NAMESPACE}}}Outcome" in values:
        detail = Detail(
            rule="shape", place="/env:Message/env:Head", zh="这是应答，不是请求", en="a reply is no request"
        )
        raise ProtocolError(Code.ENVELOPE_SHAPE, detail)


def _head(values: dict[str, str]) -> Head | None:
    """The head as claimed, None unless all three ids are short and readable."""
    ids = [values.get(name, "") for name, _ in _ID_RULES]
    if not all(0 < len(value) <= ECHO_CHARS_MAX and value.isprintable() for value in ids):
        return None
    language = values.get("Language")
    return Head(
        version=values.get("Version", "")[:ECHO_CHARS_MAX],
        customer_id=ids[0],
        operator_id=ids[1],
        request_id=ids[2],
        sent_at=readable_datetime(values.get("SentAt", "")),
        language=cast("Language", language) if language in ("zh", "en") else None,
    )


def _bad_ids(values: dict[str, str]) -> list[Detail]:
    return [
        Detail(
            rule="missing" if name not in values else "pattern",
            place=f"/env:Message/env:Head/env:{name}",
            value=shown(values[name]) if name in values else None,
            zh="应为1至32个字母、数字、下划线或连字符",
            en="1 to 32 letters, digits, underscores or hyphens are expected",
        )
        for name, rule in _ID_RULES
        if rule.fullmatch(values.get(name, "")) is None
    ]
