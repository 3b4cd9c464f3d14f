"""The schemas as judges: lxml says whether a message is valid; why not is for `protocol.explain` to say."""

from importlib import resources
from typing import Final

from lxml import etree
from lxml.etree import _Element
from xmlschema import XMLSchema10
from xmlschema.validators import XsdElement

from protocol.errors import Detail, shown
from protocol.place import place

_ENTRY: Final = "yinqi-1.xsd"


def _compiled() -> tuple[etree.XMLSchema, XMLSchema10]:
    """The schemas for both judges, from our own files; xmlschema is given single values only, no message."""
    with resources.as_file(resources.files("schemas")) as folder:
        fast = etree.XMLSchema(etree.parse(folder / _ENTRY))
        return fast, XMLSchema10(str(folder / _ENTRY), allow="local", defuse="always")


# Compiled with the import: a start finds what is wrong with them, and xmlschema cannot compile any more once
# zope.interface, which Twisted brings, has put its attributes on the abstract classes that xmlschema's stand on.
_FAST, _EXPLAINING = _compiled()


def validate(root: _Element) -> bool:
    """Whether a Message, its Signature detached or not, is valid; a few microseconds."""
    return _FAST.validate(root)


def as_lxml_says(root: _Element) -> Detail:
    """The last thing that lxml has against a message, for want of a better explanation."""
    _FAST.validate(root)
    last = _FAST.error_log.last_error
    return Detail(rule="schema", place=place(root), en=shown(last.message) if last is not None else None)


def declared(tag: str) -> XsdElement | None:
    """The global element of that tag, as xmlschema reads the schemas."""
    found = _EXPLAINING.maps.elements.get(tag)
    return found if isinstance(found, XsdElement) else None
