"""The fenced blocks of a document: commands to run, and the output that they promise."""

import re
from dataclasses import dataclass
from typing import Final

from tests.support.source import text_of

_FENCE: Final = re.compile(r"^```(?P<info>[^\n]*)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands: `mark` is the word behind `sh`, `promised` the lines of the text block that follows."""

    mark: str
    commands: str
    promised: tuple[str, ...]


def steps(path: str) -> list[Step]:
    """Every block of commands of a document, in order."""
    found: list[Step] = []
    for fence in _FENCE.finditer(text_of(path)):
        language, _, mark = fence["info"].partition(" ")
        if language == "sh":
            found.append(Step(mark, fence["content"], ()))
        elif language == "text":
            last = found.pop()
            found.append(Step(last.mark, last.commands, tuple(fence["content"].splitlines())))
    return found
