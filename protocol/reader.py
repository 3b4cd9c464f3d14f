"""The hardened XML parser of each thread, and the end of what it remembers: no stranger's names outlive their moment.

libxml2 keeps each name, namespace and odd run of white space that it ever saw in a dictionary which lxml gives to all
parsers of a thread, for the life of the thread; anybody can send new ones. To refuse what is new would lock out honest
senders whose serializer was not seen before, so nothing is refused: the dictionary is replaced ever so often, together
with the parser, in a few microseconds. A tree keeps the dictionary that it was made with, and frees it at its end.
"""

import ctypes
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from lxml.etree import _Element

from protocol.limits import NAMES_KEPT_BYTES

# CPython's dictionary of what extensions keep for the thread that asks, there from the thread's start to its end.
# It comes borrowed, as an address; the second call makes a reference of it that Python may count.
_state_address: Final = ctypes.PYFUNCTYPE(ctypes.c_void_p)(("PyThreadState_GetDict", ctypes.pythonapi))
_referenced: Final = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p)(("Py_NewRef", ctypes.pythonapi))
# Where lxml keeps the names that a thread's parsers saw, and where its reader is kept.
_NAMES: Final = "_ParserDictionaryContext"
_READER: Final = "protocol.reader"


@dataclass(slots=True)
class _Reader:
    """A parser, and how many bytes it was given."""

    parser: etree.XMLParser
    given: int = 0


def read(utf8: bytes) -> _Element:
    """The root of an XML document; etree.XMLSyntaxError where it is not well-formed."""
    state: dict[str, Any] = _referenced(_state_address())
    reader: _Reader = state.get(_READER) or _renewed(state)
    reader.given += len(utf8)
    try:
        return etree.fromstring(utf8, reader.parser)
    finally:
        # At once, not before the next: a thread that rests must not keep the names of a large message.
        if reader.given > NAMES_KEPT_BYTES:
            _renewed(state)


def _renewed(state: dict[str, Any]) -> _Reader:
    """A reader whose parser knows no name, now that of the thread whose `state` it is.

    Raises RuntimeError where lxml keeps the names elsewhere: better no gateway than one that grows without bound.
    """
    state.pop(_NAMES, None)
    reader = state[_READER] = _Reader(_hardened())
    # The thread takes over the dictionary of the parser that is used first; an older parser would bring back its own.
    etree.fromstring(b"<a/>", reader.parser)
    if _NAMES not in state:
        message = f"lxml {etree.__version__} does not keep a thread's names in {_NAMES}"
        raise RuntimeError(message)
    return reader


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


# So that a process which cannot forget does not start.
read(b"<a/>")
