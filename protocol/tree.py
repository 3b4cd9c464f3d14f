"""The one hardened XML parser and the one canonical form; no other module parses a message or canonicalises one.

Two parsers are kept and reused, since a new one costs as much as the parse itself: one for small messages, one for
large, so that a large message parsed on a thread of its own never holds the lock of the parser of the small ones.
"""

from typing import Final

from lxml import etree
from lxml.etree import _Element

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.limits import DEPTH_MAX, LARGE_MESSAGE_BYTES
from protocol.vocabulary import Vocabulary

_TOO_DEEP: Final = etree.XPath("boolean(/" + "/".join("*" * (DEPTH_MAX + 1)) + ")")


def _hardened() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        collect_ids=False,
    )


VOCABULARY: Final = Vocabulary()
_SMALL: Final = _hardened()
_LARGE: Final = _hardened()


def parse(utf8: bytes) -> _Element:
    """The root of a document that passed the byte gate; ProtocolError XML_NOT_WELL_FORMED or XML_LIMIT (depth)."""
    VOCABULARY.admit(utf8)
    parser = _SMALL if len(utf8) <= LARGE_MESSAGE_BYTES else _LARGE
    try:
        root = etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as error:
        detail = Detail(rule="well-formed", place=f"line {error.lineno}", value=shown(error.msg or ""))
        raise ProtocolError(Code.XML_NOT_WELL_FORMED, detail) from None
    # A tree of few elements cannot be deep; the search costs more than the count.
    if utf8.count(b"</") > DEPTH_MAX and _TOO_DEEP(root):
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="depth", value=str(DEPTH_MAX)))
    return root


def canonical(element: _Element) -> bytes:
    """Exclusive XML Canonicalization 1.0, without comments or prefix list, of `element` without its tail.

    Raises ProtocolError XML_FORBIDDEN where there is none (a relative namespace name): never an empty result.
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except etree.LxmlError:
        raise ProtocolError(Code.XML_FORBIDDEN, Detail(rule="canonical-form")) from None
