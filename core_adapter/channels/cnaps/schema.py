"""The schemas of the bodies as judges, and the hardened way from bytes to a tree."""

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


def tree(body: bytes, message_type: str) -> _Element:
    """The Document of a body, valid by the schema of that type.

    Raises Unreadable: XML (not well-formed, or DOCTYPE, comment, CDATA, processing instruction), SCHEMA.
    """
    if not body.startswith(_START):
        raise Unreadable(Fault.XML, "the body does not begin with its declaration")
    # In well-formed XML a `<` begins markup, so that `<!` and `<?` can be nothing else; no parser sees what follows.
    # One byte is found many times faster than two, and most bodies hold neither mark behind their declaration.
    if (
        (b"!" in body and b"<!" in body)
        or (body.find(b"?", len(_START)) >= 0 and body.find(b"<?", len(_START)) >= 0)
        or (b"http" in body and _XSI in body)
    ):
        raise Unreadable(Fault.XML, "the body holds what has no place in a message")
    try:
        body.decode("utf-8")
        document = parsed(body)
    except (UnicodeDecodeError, etree.XMLSyntaxError):
        raise Unreadable(Fault.XML, "the body is not well-formed XML in UTF-8") from None
    judge = _compiled(message_type)
    if not judge.validate(document):
        last = judge.error_log.last_error
        raise Unreadable(Fault.SCHEMA, last.message if last is not None else "the body is not valid")
    return document


@cache
def _compiled(message_type: str) -> etree.XMLSchema:
    """The schema of that type; compiled once, when the first message of it comes."""
    with resources.as_file(resources.files("schemas") / "cnaps") as folder:
        return etree.XMLSchema(etree.parse(folder / f"{message_type}.xsd"))
