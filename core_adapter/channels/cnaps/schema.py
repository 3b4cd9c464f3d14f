"""The schemas of the bodies as judges, and the hardened way from bytes to a tree."""

import re
from functools import cache
from importlib import resources
from typing import Final

from lxml import etree
from lxml.etree import _Element

from core_adapter.channels.cnaps.form import DECLARATION
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable
from protocol.reader import read as parsed

_START: Final = DECLARATION.encode()
_XSI: Final = b"http://www.w3.org/2001/XMLSchema-instance"
# No element of ours has more than two, and no text more equals signs than its 120 characters: between one `<` and the
# next stands one tag and the text behind it. In fewer bytes there is no room for anything slow.
_CROWDED: Final = re.compile(rb"<[^<=]*+(?:=[^<=]*+){128}")
_CROWDED_BYTES_MIN: Final = 16 * 1024
_ELEMENT: Final = re.compile(r"Element '(?:\{[^}]*\})?([A-Za-z]{1,30})'")


def tree(body: bytes, message_type: str) -> _Element:
    """The Document of a body, valid by the schema of that type.

    Raises Unreadable: XML (not well-formed, or DOCTYPE, comment, CDATA, processing instruction, attributes
    without end), SCHEMA.
    """
    if not body.startswith(_START):
        raise Unreadable(Fault.XML, "the body does not begin with its declaration")
    # In well-formed XML a `<` begins markup, so that `<!` and `<?` can be nothing else; no parser sees what follows.
    # One byte is found many times faster than two, and most bodies hold neither mark behind their declaration.
    if (
        (b"!" in body and b"<!" in body)
        or (body.find(b"?", len(_START)) >= 0 and body.find(b"<?", len(_START)) >= 0)
        or (b"http" in body and _XSI in body)
        or _is_crowded(body)
    ):
        raise Unreadable(Fault.XML, "the body holds what has no place in a message")
    try:
        document = parsed(body)
    except etree.XMLSyntaxError:
        raise Unreadable(Fault.XML, "the body is not well-formed XML in UTF-8") from None
    judge = _compiled(message_type)
    if not judge.validate(document):
        raise Unreadable(Fault.SCHEMA, _what_is_wrong(judge))
    return document


def _is_crowded(body: bytes) -> bool:
    """Whether some element has very many attributes; the parser compares each with each."""
    return len(body) > _CROWDED_BYTES_MIN and _CROWDED.search(body) is not None


def _what_is_wrong(judge: etree.XMLSchema) -> str:
    """The last element that the judge found wrong, and against which rule; nothing else of what the peer wrote."""
    last = judge.error_log.last_error
    assert last is not None, "what is not valid has an error"
    found = _ELEMENT.match(last.message)
    rule = last.type_name.removeprefix("SCHEMAV_").removeprefix("CVC_").lower().replace("_", " ")
    return f"{found[1] if found else 'an element'} is not what the schema allows ({rule})"


@cache
def _compiled(message_type: str) -> etree.XMLSchema:
    """The schema of that type; compiled once, when the first message of it comes."""
    with resources.as_file(resources.files("schemas") / "cnaps") as folder:
        return etree.XMLSchema(etree.parse(folder / f"{message_type}.xsd"))
