"""Rows by the thousand: read from the canonical bytes by one pattern, slice by slice, and given on as named tuples.

There is one way to write a row in canonical form, so what follows the pattern row by row without a gap has the
structure that its schema asks for; the values are judged by the forms of their types. What is left, the message with
its first row alone, goes to lxml like any message. Where the rows are not that regular nothing is said of them here:
whoever reads them by their elements decides, and explains.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, cast

from xmlschema.validators import XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

from protocol.binding import Field, fields_of, namespace_of, read, tag_of
from protocol.forms import Form, form
from protocol.limits import LARGE_MESSAGE_BYTES
from protocol.pieces import row_ends
from protocol.place import ROW
from protocol.tree import parse
from protocol.validate import declared, validate

_SPACE: Final = r"[ \t\n]*+"
_REFERENCES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&#xD;", "\r"), ("&amp;", "&"))


class Leaf(NamedTuple):
    """A field that is text alone: how it is converted, what its type allows, whether it must be there."""

    field: Field
    form: Form
    needed: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A request with rows: its fields in front of them, the field and tag that hold them, at most how many.

    `row` is their class; `stated` and `leaves` are the fields of the request and of a row that are text, by their tags.
    """

    request: type
    stated: dict[str, Leaf]
    field: str
    tag: str
    most: int
    row: Any
    leaves: dict[str, Leaf]


@cache
def layout(request: type) -> Layout | None:
    """The layout of a request with rows; None for one without."""
    for field in fields_of(request):
        if field.many and field.nested is not None and issubclass(field.nested, tuple):
            element = declared(tag_of(request))
            assert element is not None, "every request has its element"
            tag = f"{{{namespace_of(request)}}}{field.element}"
            rows = _particles(element)[tag]
            leaves = _leaves(field.nested, rows)
            assert field.element == ROW, "every row is called so"
            assert rows.max_occurs is not None, "no list of rows is without end"
            assert [leaf.field for leaf in leaves.values()] == list(fields_of(field.nested)), (
                "rows are made by position"
            )
            return Layout(
                request=request,
                stated=_leaves(request, element),
                field=field.name,
                tag=tag,
                most=rows.max_occurs,
                row=field.nested,
                leaves=leaves,
            )
    return None


def read_regular(rows: Layout, canonical: bytes, prefix: str | None) -> Any:
    """The request in the canonical bytes of a message whose rows are regular and valid; None where they are not.

    `prefix` is that of the body's element: rows under another are not regular.
    """
    written = f"{prefix}:" if prefix else ""
    opening, closing = f"<{written}{ROW}>".encode(), f"</{written}{ROW}>".encode()
    start = canonical.find(opening)
    behind = canonical.find(closing, start) + len(closing)
    if not 0 <= start < behind <= LARGE_MESSAGE_BYTES:
        return None
    made: list[Any] = []
    end = start
    for piece_end in row_ends(canonical, start, closing):
        values = _values(rows, canonical[end:piece_end].decode("utf-8"), written)
        if values is None or len(made) + len(values) > rows.most:
            return None
        made += values
        end = piece_end
    if len(canonical) - end > LARGE_MESSAGE_BYTES:
        return None
    root = parse(canonical[:behind] + canonical[end:])
    if not validate(root):
        return None
    body = root[1][0]
    for first in body.findall(rows.tag):
        body.remove(first)
    return replace(read(cast("Any", rows.request), body), **{rows.field: tuple(made)})


def _values(rows: Layout, text: str, prefix: str) -> list[Any] | None:
    """The rows that make up the text; None where it is anything else, or a value is not of its form."""
    match = _pattern(rows.request, prefix).match
    read_so_far, at = [], 0
    while (found := match(text, at)) is not None:
        read_so_far.append(found.groups())
        at = found.end()
    if at != len(text):
        return None
    columns = []
    escaped = "&" in text
    for column, leaf in zip(zip(*read_so_far, strict=True), rows.leaves.values(), strict=True):
        converted = _column(column, leaf, escaped=escaped)
        if converted is None:
            return None
        columns.append(converted)
    return list(map(rows.row._make, zip(*columns, strict=True)))


def _column(column: tuple[str | None, ...], leaf: Leaf, *, escaped: bool) -> tuple[Any, ...] | None:
    """The values of one field of several rows; None where one is not of its form.

    Where most are alike, such as the remark of a payroll, each is judged and kept once.
    """
    if escaped:
        column = tuple([None if text is None else _unescaped(text) for text in column])
    distinct = set(column)
    distinct.discard(None)
    texts = cast("set[str]", distinct)
    if not all(map(leaf.form.allows, texts)):
        return None
    convert = leaf.field.from_text
    if convert is None and 2 * len(texts) > len(column):
        return column
    table: dict[str | None, Any] = {text: text if convert is None else convert(text) for text in texts}
    table[None] = None
    return tuple([table[text] for text in column])


def _unescaped(text: str) -> str:
    if "&" in text:
        for reference, char in _REFERENCES:
            text = text.replace(reference, char)
    return text


@lru_cache(maxsize=64)
def _pattern(request: type, prefix: str) -> re.Pattern[str]:
    """A row of that request in canonical form; a group for each of its fields."""
    rows = layout(request)
    assert rows is not None, "the request has rows"
    parts = [f"<{prefix}{ROW}>"]
    for leaf in rows.leaves.values():
        name = f"{prefix}{leaf.field.element}"
        one = f"{_SPACE}<{name}>([^<]*+)</{name}>"
        parts.append(one if leaf.needed else f"(?:{one})?+")
    return re.compile(f"{_SPACE}{''.join(parts)}{_SPACE}</{prefix}{ROW}>")


def _leaves(cls: type, element: XsdElement) -> dict[str, Leaf]:
    """The fields of a message or row that are text alone, by their tags, in the order of its schema."""
    known = {f"{{{namespace_of(cls)}}}{field.element}": field for field in fields_of(cls)}
    return {
        tag: Leaf(known[tag], form(particle.type), bool(particle.min_occurs))
        for tag, particle in _particles(element).items()
        if isinstance(particle.type, XsdSimpleType)
    }


def _particles(element: XsdElement) -> dict[str, XsdElement]:
    kind = element.type
    assert isinstance(kind, XsdComplexType), "what has rows, and a row itself, has children"
    assert isinstance(kind.content, XsdGroup), "what has rows, and a row itself, has children"
    return {str(each.name): each for each in kind.content.iter_elements() if isinstance(each, XsdElement)}
