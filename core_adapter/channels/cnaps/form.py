"""The form of a body: which elements hold which values, in order; one table for writing, reading and signing.

A body is an outer element in `Document`, in it nodes that are always there, then lists of like elements. What it holds
is told flat: a row of texts for the fixed nodes, a list of rows for each list, "" for an optional leaf not there.
The schemas are the judges of what may stand where: a form knows only names and order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lxml.etree import _Element

Row = tuple[str, ...]
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'


class Values(NamedTuple):
    """What a body holds: the texts of its fixed nodes in order, and the rows of each of its lists."""

    fixed: Row
    lists: tuple[Sequence[Row], ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that holds a text; `means` says what, `currency` that it has the attribute Ccy, always CNY."""

    name: str
    means: str
    optional: bool = False
    currency: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An element that holds others, in this order; an optional one is there when any of its leaves is."""

    name: str
    nodes: "tuple[Node, ...]"
    optional: bool = False


Node = Leaf | Group


def leaves(nodes: tuple[Node, ...], path: str = "", *, optional: bool = False) -> Iterator[tuple[str, Leaf, bool]]:
    """Every leaf with its path and whether it may be absent, in the order in which it is written and signed."""
    for node in nodes:
        missing = optional or node.optional
        if isinstance(node, Leaf):
            yield path + node.name, node, missing
        else:
            yield from leaves(node.nodes, f"{path}{node.name}/", optional=missing)


class _Text(NamedTuple):
    """A part of a template that is always written, and how many values stand in it."""

    text: str
    values: int


class _Optional(NamedTuple):
    """A part of a template that is left out when its values are all empty."""

    parts: "tuple[_Text | _Optional, ...]"
    values: int


_Part = _Text | _Optional


class _Pattern:
    """Nodes made ready: how their values are written between tags, and in which order elements are met in a tree."""

    __slots__ = ("_parts", "_steps", "size")

    def __init__(self, nodes: tuple[Node, ...], namespace: str) -> None:
        self._parts = _joined(_parts(nodes))
        self._steps = tuple(_steps(nodes, f"{{{namespace}}}"))
        self.size = sum(1 for _ in leaves(nodes))

    def write(self, row: Row, out: list[str]) -> None:
        """Add the elements with the values of the row to `out`."""
        text = "\0".join(row)
        if "&" in text or "<" in text or ">" in text:
            row = tuple(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\0"))
        if len(row) != self.size:
            raise ValueError(f"{len(row)} values for {self.size} leaves")
        _fill(self._parts, row, 0, out)

    def read(self, elements: Iterator[_Element]) -> Row:
        """The values of elements that come in the order of the tree; they are valid by the schema of the form."""
        row = []
        steps = iter(self._steps)
        for element in elements:
            tag = element.tag
            for name, is_leaf in steps:
                if name == tag:
                    if is_leaf:
                        row.append(element.text or "")
                    break
                if is_leaf:
                    row.append("")
        row += ["" for _, is_leaf in steps if is_leaf]
        if len(row) != self.size:
            raise AssertionError("a schema and a form of the same type differ")
        return tuple(row)


def _parts(nodes: tuple[Node, ...]) -> Iterator[_Part]:
    for node in nodes:
        inner = [_Text("%s", 1)] if isinstance(node, Leaf) else _parts(node.nodes)
        attribute = ' Ccy="CNY"' if isinstance(node, Leaf) and node.currency else ""
        parts = [_Text(f"<{node.name}{attribute}>", 0), *inner, _Text(f"</{node.name}>", 0)]
        if node.optional:
            yield _Optional(_joined(parts), sum(1 for _ in leaves((node,))))
        else:
            yield from parts


def _joined(parts: Iterable[_Part]) -> tuple[_Part, ...]:
    """The same parts with texts that follow one another made one."""
    found: list[_Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, _Text) and isinstance(last, _Text):
            found[-1] = _Text(last.text + part.text, last.values + part.values)
        else:
            found.append(part)
    return tuple(found)


def _fill(parts: tuple[_Part, ...], row: Row, start: int, out: list[str]) -> None:
    """Add the parts with the values from `start` on."""
    for part in parts:
        end = start + part.values
        if isinstance(part, _Text):
            out.append(part.text % row[start:end])
        elif any(row[start:end]):
            _fill(part.parts, row, start, out)
        start = end


def _steps(nodes: tuple[Node, ...], prefix: str) -> Iterator[tuple[str, bool]]:
    for node in nodes:
        yield prefix + node.name, isinstance(node, Leaf)
        if isinstance(node, Group):
            yield from _steps(node.nodes, prefix)


class Form:
    """The body of one type: `outer` in Document, then `fixed` nodes, none of them optional, then `lists`."""

    __slots__ = ("_end", "_fixed", "_lists", "_start", "fixed", "lists", "namespace", "outer")

    def __init__(self, namespace: str, outer: str, fixed: tuple[Node, ...], lists: tuple[Group, ...] = ()) -> None:
        self.namespace, self.outer, self.fixed, self.lists = namespace, outer, fixed, lists
        self._fixed = _Pattern(fixed, namespace)
        self._lists = tuple((f"{{{namespace}}}{group.name}", _Pattern((group,), namespace)) for group in lists)
        self._start = f'{DECLARATION}<Document xmlns="{namespace}"><{outer}>'
        self._end = f"</{outer}></Document>"

    def write(self, values: Values) -> bytes:
        """The body that holds these values, in UTF-8 with its declaration; what they are is not judged."""
        out = [self._start]
        self._fixed.write(values.fixed, out)
        for (_, pattern), rows in zip(self._lists, values.lists, strict=True):
            for row in rows:
                pattern.write(row, out)
        out.append(self._end)
        return "".join(out).encode()

    def read(self, document: _Element) -> Values:
        """The values of a Document that is valid by the schema of this type."""
        children = list(document[0])
        count = len(self.fixed)
        fixed = self._fixed.read(element for child in children[:count] for element in child.iter())
        lists = []
        for tag, pattern in self._lists:
            rows = []
            while count < len(children) and children[count].tag == tag:
                rows.append(pattern.read(children[count].iter()))
                count += 1
            lists.append(rows)
        return Values(fixed, tuple(lists))
