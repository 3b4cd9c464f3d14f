"""The short way to open what nearly every sender writes: same envelope as the long way, or nothing at all.

The Signature is cut from the bytes before parsing, so that the tree is what was signed and half the size; the head is
read from the canonical bytes themselves. Where anything is not as plain as that, the long way decides; it is the
reference, and a test holds the two against each other.
"""

import re
from typing import Final

from lxml.etree import _Element

from protocol.codes import Language
from protocol.errors import ProtocolError
from protocol.head import Head
from protocol.opening import BODY_TAG, PARTY_ID, REQUEST_ID, Envelope, canonical_message, readable_datetime
from protocol.place import ENVELOPE
from protocol.seal import Seal, cut
from protocol.text import Text
from protocol.tree import parse

_LANGUAGES: Final[dict[bytes | None, Language | None]] = {None: None, b"zh": "zh", b"en": "en"}
_SPACE: Final = r"[ \t\n]*+"


def _pattern() -> re.Pattern[bytes]:
    leaves = [
        rf"<{name}>({value})</{name}>"
        for name, value in (
            ("Version", "[0-9.]++"),
            ("CustomerId", PARTY_ID),
            ("OperatorId", PARTY_ID),
            ("RequestId", REQUEST_ID),
            ("SentAt", "[0-9T:Z.+-]++"),
        )
    ]
    language = rf"(?:<Language>(zh|en)</Language>{_SPACE})?+"
    parts = [f'<Message xmlns="{re.escape(ENVELOPE)}">', "<Head>", *leaves, f"{language}</Head>", "<Body>"]
    return re.compile(_SPACE.join(parts).encode("ascii"))


_PLAIN: Final = _pattern()
_BODY_END: Final = b"</Body>"


def open_plain(text: Text) -> Envelope | None:
    """The envelope in `text` where it is plain and faultless so far, None otherwise; never raises for a message."""
    try:
        parted = cut(text.data, text.start)
        if parted is None:
            return None
        rest, seal = parted
        root = parse(rest)
        return plain(root, canonical_message(root), text, seal)
    except ProtocolError:
        return None


def plain(root: _Element, whole: bytes, text: Text, seal: Seal) -> Envelope | None:
    """The envelope in the tree and canonical form of a text without its Signature; None where it is not plain."""
    found = _PLAIN.match(whole)
    if found is None or len(root) != 2 or len(root[1]) != 1 or root[1].tag != BODY_TAG:
        return None
    version, customer_id, operator_id, request_id, sent_at, language = found.groups()
    head = Head(
        version=version.decode("ascii"),
        customer_id=customer_id.decode("ascii"),
        operator_id=operator_id.decode("ascii"),
        request_id=request_id.decode("ascii"),
        sent_at=readable_datetime(sent_at.decode("ascii")),
        language=_LANGUAGES[language],
    )
    # Body bears no attribute here, and Message no declaration but the default one: so the rest of Body is the same.
    span = found.end(), whole.rindex(_BODY_END) + len(_BODY_END)
    return Envelope(head, text.encoding, root, root[1][0], seal, whole, span, text.large)
