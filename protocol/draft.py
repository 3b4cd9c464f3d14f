"""What a batch says, whole or torn: the view that the rules of rows look at, also where the schema found faults.

So that a sender sees at once every fault of every row, those of its form and those of what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element

from protocol.binding import element_of, namespace_of, tag_of
from protocol.place import ROW, prefix, prefixed
from protocol.rows import Layout, Leaf

_BODY = "/env:Message/env:Body"


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with rows: `stated` in front of them by field, `columns` by field with a value for each row in order.

    A value is None where it is missing, is not of its form, or cannot be left out and was.
    """

    layout: Layout
    stated: Mapping[str, Any]
    columns: Mapping[str, Sequence[Any]]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))

    def place(self, field: str, row: int | None = None) -> str:
        """The XPath of a field of the request, or of one in the row of that number, which counts from 1."""
        layout = self.layout
        at, short = f"{_BODY}/{prefixed(tag_of(layout.request))}", prefix(namespace_of(layout.request))
        if row is None:
            return f"{at}/{short}:{element_of(layout.request, field)}"
        return f"{at}/{short}:{ROW}[{row}]/{short}:{element_of(layout.row, field)}"


def whole(layout: Layout, request: Any) -> Draft:
    """The draft of a valid request."""
    fields = [leaf.field.name for leaf in layout.leaves.values()]
    columns = zip(*getattr(request, layout.field), strict=True)
    stated = {leaf.field.name: getattr(request, leaf.field.name) for leaf in layout.stated.values()}
    return Draft(layout, stated, dict(zip(fields, columns, strict=True)))


def torn(layout: Layout, body: _Element) -> Draft:
    """What is left of a request that is not as its schema says; what stands twice counts once."""
    stated = _values(body, layout.stated)
    columns: dict[str, list[Any]] = {leaf.field.name: [] for leaf in layout.leaves.values()}
    for row in body.iterchildren(layout.tag):
        values = _values(row, layout.leaves)
        for field, column in columns.items():
            column.append(values.get(field))
    return Draft(layout, {leaf.field.name: stated.get(leaf.field.name) for leaf in layout.stated.values()}, columns)


def _values(node: _Element, leaves: Mapping[str, Leaf]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in node:
        leaf = leaves.get(str(child.tag))
        if leaf is not None:
            text = child.text or ""
            if leaf.form.allows(text):
                convert = leaf.field.from_text
                values.setdefault(leaf.field.name, text if convert is None else convert(text))
    return values
