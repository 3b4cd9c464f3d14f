"""Keeps the parser's memory bounded: libxml2 never forgets a name, so what is new to it is counted before it is parsed.

libxml2 keeps each element, attribute and prefix name, each namespace name and each odd run of white space it ever saw,
one and a half times their size, for the life of the thread. Anybody can send new ones. As long as what was parsed turns
out to be commands of verified senders, nothing is looked at; once enough was parsed that did not, every tag is.
"""

import re
from collections.abc import Iterator
from importlib import resources
from typing import Final

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError
from protocol.limits import NOVEL_BYTES_MAX, UNPROVEN_BYTES_MAX

# A tag whole, quoted values included, and white space behind it unless that is a line end with even indentation.
_TAG: Final = re.compile(
    rb"""<[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>(?:(?!\r?\n(?:[ ]*+|\t*+)<)[ \t\r\n]++)?+"""
)
_UNKNOWN_ENTITY: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]++|#x[0-9A-Fa-f]++);)")
_DECLARED: Final = re.compile(rb'<xs:element name="([A-Za-z0-9]+)"')
_TARGET: Final = re.compile(rb'targetNamespace="([^"]+)"')


class Vocabulary:
    """What the parser may have seen; `unproven` bytes were parsed and never proved to be a command."""

    def __init__(self) -> None:
        """Nothing parsed yet, and the schemas' own names known."""
        self._unproven = 0
        self._novel = 0
        self._seen: set[bytes] = set()

    def admit(self, utf8: bytes) -> None:
        """Let a message to the parser, or raise ProtocolError XML_LIMIT for names when too many were new already."""
        if b"&" in utf8 and _UNKNOWN_ENTITY.search(utf8) is not None:
            raise ProtocolError(Code.XML_NOT_WELL_FORMED, Detail(rule="entity"))
        self._unproven += len(utf8)
        if self._unproven > UNPROVEN_BYTES_MAX:
            self._count(utf8)

    def proved(self, size: int) -> None:
        """So many bytes parsed before were a command of a verified sender."""
        self._unproven = max(0, self._unproven - size)

    def _count(self, utf8: bytes) -> None:
        tags = _TAG.findall(utf8)
        if not self._seen:
            self._seen.update(_own_tags())
        new = set(tags) - self._seen
        # A `<` that begins no whole tag may begin a name as long as the message.
        size = sum(map(len, new)) if len(tags) == utf8.count(b"<") else len(utf8)
        if size == 0:
            return
        if self._novel + size > NOVEL_BYTES_MAX:
            raise ProtocolError(Code.XML_LIMIT, Detail(rule="names", value=str(NOVEL_BYTES_MAX)))
        self._novel += size
        self._seen |= new


def _own_tags() -> Iterator[bytes]:
    """The tags that the schemas' names make without a prefix, or with `ds` for a signature."""
    for file in resources.files("schemas").iterdir():
        if not file.name.endswith(".xsd"):
            continue
        text = file.read_bytes()
        target = _TARGET.search(text)
        for name in _DECLARED.findall(text):
            for full in (name, b"ds:" + name):
                yield from (b"<%b>" % full, b"</%b>" % full, b"<%b/>" % full)
            if target is not None:
                yield from (b'<%b xmlns="%b">' % (name, target[1]), b'<%b xmlns="%b"/>' % (name, target[1]))
