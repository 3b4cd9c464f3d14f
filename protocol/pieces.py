"""The canonical form of a message with many rows, made piece by piece, so that its whole tree never exists.

What stands around the rows is parsed again and again with some of them in between, and of each canonical form the rows'
part is kept. In exclusive C14N the form of an element depends on the elements around it, never on its siblings, so the
parts make up the form of the whole if all rows stand in the same elements. That is checked: where rows may begin there
is the one element of Body and nothing deeper, and each piece is well-formed and leaves Message with two children and
Body with one, so it neither closes what is around it nor leaves anything open. Of any other message nothing is said.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml.etree import _Element

from protocol.errors import ProtocolError
from protocol.limits import LARGE_MESSAGE_BYTES
from protocol.place import ROW
from protocol.tree import canonical, parse

PIECE_BYTES: Final = 256 * 1024
"""How many bytes of rows are a tree, or text, at once: some hundred rows."""

_NAME: Final = f"{ROW}>".encode("ascii")
_END_TAG: Final = re.compile(rf"</((?:[A-Za-z_][\w.-]*+:)?+{ROW})>".encode("ascii"))
_MARK: Final = b'<m xmlns="urn:yinqi:rows"></m>'
_MARK_TAG: Final = "{urn:yinqi:rows}m"


class Pieced(NamedTuple):
    """The canonical form of a message, and a tree of it that has but some of its rows."""

    canonical: bytes
    sample: _Element


def canonical_in_pieces(message: bytes) -> Pieced | None:
    """The canonical form of a message with one element in Body, where its rows stand together; None for any other."""
    end = message.rfind(_NAME) + len(_NAME)
    closing = _END_TAG.fullmatch(message, max(message.rfind(b"<", 0, end), 0), end)
    first = -1 if closing is None else message.find(b"<" + closing[1])
    if closing is None or not 0 <= first < end or first + len(message) - end > LARGE_MESSAGE_BYTES:
        return None
    try:
        return _pieced(message, first, end, closing[0])
    except ProtocolError:
        return None


def _pieced(message: bytes, first: int, end: int, closing: bytes) -> Pieced | None:
    front, back = message[:first], message[end:]
    root = parse(front + _MARK + back)
    if not _is_shaped(root) or root[1][0].find(_MARK_TAG) is None:
        return None
    before, _, after = canonical(root).partition(_MARK)
    parts, start = [before], first
    for stop in row_ends(message, first, closing):
        root = parse(front + message[start:stop] + back)
        form = canonical(root)
        inner = len(form) - len(after)
        if not (_is_shaped(root) and len(before) <= inner and form.startswith(before) and form.endswith(after)):
            return None
        parts.append(form[len(before) : inner])
        start = stop
    return Pieced(b"".join([*parts, after]), root)


def _is_shaped(root: _Element) -> bool:
    return len(root) == 2 and len(root[1]) == 1


def row_ends(data: bytes, start: int, closing: bytes) -> Iterator[int]:
    """Where pieces of whole rows end from `start` on, each of PIECE_BYTES, or of one row that is longer."""
    while True:
        found = data.rfind(closing, start, start + PIECE_BYTES)
        if found < 0:
            found = data.find(closing, start)
        if found < 0:
            return
        start = found + len(closing)
        yield start
