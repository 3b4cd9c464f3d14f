"""Where a message becomes a tree, and a tree its canonical form; no other module parses or canonicalises one."""

from typing import Final

from lxml import etree
from lxml.etree import _Element

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.limits import DEPTH_MAX
from protocol.reader import read

_TOO_DEEP: Final = etree.XPath("boolean(/" + "/".join("*" * (DEPTH_MAX + 1)) + ")")


def parse(utf8: bytes) -> _Element:
    """The root of a document that passed the byte gate; ProtocolError XML_NOT_WELL_FORMED or XML_LIMIT (depth)."""
    try:
        root = read(utf8)
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
