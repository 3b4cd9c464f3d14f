"""Where in a message something is: an XPath that a person can read, with one fixed prefix per namespace."""

from typing import Final

from lxml.etree import _Element

# The family's own name is the prefix: urn:yinqi:transfer:1 is `transfer`; the envelope's is short, it is in every path.
ENVELOPE: Final = "urn:yinqi:envelope:1"
_SHORT: Final = {ENVELOPE: "env", "http://www.w3.org/2000/09/xmldsig#": "ds", "": ""}

ROW: Final = "Row"
"""The element of a row, whatever the service."""


def prefix(namespace: str) -> str:
    """The prefix that stands for `namespace` in every path: `env`, `transfer`, ...; empty for no namespace."""
    if (short := _SHORT.get(namespace)) is not None:
        return short
    parts = namespace.split(":")
    return parts[2] if len(parts) == 4 and namespace.startswith("urn:yinqi:") else "other"


def prefixed(tag: str) -> str:
    """`{urn:yinqi:transfer:1}Amount` as `transfer:Amount`."""
    namespace, _, local = tag.rpartition("}")
    short = prefix(namespace.removeprefix("{"))
    return f"{short}:{local}" if short else local


def local_name(tag: str) -> str:
    """`Amount` of `{urn:yinqi:transfer:1}Amount`."""
    return tag.rpartition("}")[2]


def place(element: _Element) -> str:
    """The XPath of `element` from the root; a step carries its position where it has siblings of its name."""
    steps: list[str] = []
    node: _Element | None = element
    while node is not None:
        steps.append(_step(node))
        node = node.getparent()
    return "/" + "/".join(reversed(steps))


def _step(node: _Element) -> str:
    tag = str(node.tag)
    before = len(list(node.itersiblings(tag, preceding=True)))
    alone = before == 0 and next(node.itersiblings(tag), None) is None
    return prefixed(tag) if alone else f"{prefixed(tag)}[{before + 1}]"
