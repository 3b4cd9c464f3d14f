"""How the language reports what is wrong with a message: a code, and each fault with place, value, rule and words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocol.codes import Code
from protocol.limits import DETAIL_VALUE_CHARS_MAX

if TYPE_CHECKING:
    from protocol.head import Head

_ELLIPSIS: Final = "\u2026"


@dataclass(frozen=True, slots=True)
class Detail:
    """One fault: the rule broken (a Code or the name of a schema rule), where (XPath), by what value, in words."""

    rule: str
    place: str | None = None
    value: str | None = None
    zh: str | None = None
    en: str | None = None


class ProtocolError(Exception):
    """The message breaks the language: `code`, every fault found, and the Head once it could be read."""

    def __init__(self, code: Code, *details: Detail, head: "Head | None" = None) -> None:
        """Carry `code` and `details`; `head` lets a signed refusal echo the ids of the sender.

        As a string it is the code and the rules broken, never a value: that form goes to logs.
        """
        super().__init__(" ".join([code, *(detail.rule for detail in details)]))
        self.code = code
        self.details = details
        self.head = head


def shown(value: str) -> str:
    r"""`value` cut to DETAIL_VALUE_CHARS_MAX characters, with what cannot be seen written as \uXXXX.

    Control characters, line breaks, joiners and bidirectional marks would make the echo unreadable or misleading.
    """
    cut = value if len(value) <= DETAIL_VALUE_CHARS_MAX else value[: DETAIL_VALUE_CHARS_MAX - 1] + _ELLIPSIS
    if cut.isprintable() and cut == cut.strip():
        return cut
    seen = "".join(char if char.isprintable() else _escaped(char) for char in cut)
    return f"\u201c{seen}\u201d"[:DETAIL_VALUE_CHARS_MAX]


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}"
