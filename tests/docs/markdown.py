"""Tables in two languages, as Markdown has them."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from protocol.codes import Language

T = TypeVar("T")


def pick(language: Language, en: T, zh: T) -> T:
    """What is said in that language."""
    return en if language == "en" else zh


def rows(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table; every line has as many cells as its head."""
    found = [list(head), ["---"] * len(head), *map(list, lines)]
    assert {len(line) for line in found} == {len(head)}, found
    return "\n".join(f"| {' | '.join(line)} |" for line in found)
