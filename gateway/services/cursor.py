"""The cursors of every list: opaque texts that say behind which entry to go on, for the one question they answer.

A cursor grants nothing: whoever asks with it is asked for his rights anew. It is bound to its question, so that pages
of different questions are not mixed by mistake.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from protocol.codes import Code
from protocol.errors import Detail
from protocol.limits import PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX

NUMBER_END: Final = 2**63
"""No sequence is so high: databases count in 64 bits."""
_QUESTION_CHARS: Final = 12

Question = tuple[str | bool | None, ...]
"""The service, and what tells its list from others."""
Position = tuple[str | int, ...]
"""The key of an entry, by which its list is ordered."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """What of a list is asked for: the page of `size` entries behind `after`, None for the first.

    `faults` says that the cursor is not one that this gateway gave for this question.
    """

    question: Question
    after: Position | None
    size: int
    faults: tuple[Detail, ...] = ()

    @property
    def limit(self) -> int:
        """How many entries to look for: one more than the page holds tells whether it is the last."""
        return self.size + 1

    def page(self, found: Sequence[T], position: Callable[[T], Position]) -> tuple[Sequence[T], str | None]:
        """The page, and the cursor behind it unless it is the last.

        `found` are the entries behind `after` in order, at most `limit` of them; `position` gives the key of one.
        """
        page = found[: self.size]
        return page, self.behind(position(page[-1])) if len(found) > self.size else None

    def behind(self, position: Position) -> str:
        """The cursor behind that key."""
        return write(self.question, position)


def paging(question: Question, form: tuple[type, ...], *, cursor: str | None, size: int | None, place: str) -> Paging:
    """The page that a message asks for; `form` are the types of a position, `place` is the path of the message."""
    size = min(size or PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX)
    after = read(cursor, question, form) if cursor is not None else None
    if cursor is not None and after is None:
        return Paging(question, None, size, (Detail(Code.CURSOR_INVALID, f"{place}/Cursor", cursor),))
    return Paging(question, after, size)


def write(question: Question, position: Position) -> str:
    """The cursor behind the entry at `position`."""
    return base64.urlsafe_b64encode(_text([_digest(question), *position])).rstrip(b"=").decode()


def read(cursor: str, question: Question, form: tuple[type, ...]) -> Position | None:
    """The position in a cursor; None for what was not written for this question, or is no position of that form."""
    try:
        _, *position = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        given = tuple(map(type, position)) == form and all(map(_storable, position))
        return tuple(position) if given and write(question, tuple(position)) == cursor else None
    except (ValueError, TypeError, RecursionError, binascii.Error):
        return None


def _storable(part: str | int) -> bool:
    """Whether a database takes it for a value of a key."""
    return 0 <= part < NUMBER_END if isinstance(part, int) else "\0" not in part


def _digest(question: Question) -> str:
    return hashlib.sha256(_text(list(question))).hexdigest()[:_QUESTION_CHARS]


def _text(parts: list[str | int | bool | None]) -> bytes:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
