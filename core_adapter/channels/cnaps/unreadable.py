"""Why a CNAPS2 message cannot be read: one exception, with a code that fits the field for it in a refusal."""

from enum import StrEnum
from typing import Final

from core_adapter.channels.messages import Head

TEXT_CHARS_MAX: Final = 105
"""Longest reason in a message (RjctInf)."""


class Fault(StrEnum):
    """What is wrong, in the four characters of a rejection code (RjctCd); these codes are ours.

    LENGTH: too few bytes for a header, or more than a message may have. HEADER: a field of the block is wrong. TYPE:
    none that is in use, or one that has no place here. SIGNATURE: missing, misshapen, not the sender's, or where none
    belongs. XML: not well-formed, or something that has no place in a message (DOCTYPE, comment, CDATA and the like).
    SCHEMA: not valid by the schema of its type. DISAGREES: header and body, or two parts of the body, say different
    things. TOTAL: count or sum differ from what is there.
    """

    LENGTH = "YQ01"
    HEADER = "YQ02"
    TYPE = "YQ03"
    SIGNATURE = "YQ04"
    XML = "YQ05"
    SCHEMA = "YQ06"
    DISAGREES = "YQ07"
    TOTAL = "YQ08"


class Unreadable(Exception):
    """A message that cannot be read, or must not be believed; nothing of it may be done.

    `text` (English, at most TEXT_CHARS_MAX characters) is for people and may be sent to the other side in `Discarded`.
    `head` is there when the header block could be read: a claim, proven by nothing.
    """

    def __init__(self, code: Fault, text: str, head: Head | None = None) -> None:
        assert len(text) <= TEXT_CHARS_MAX, "a reason fits its field"
        super().__init__(f"{code} {text}")
        self.code: Final = code
        self.text: Final = text
        self.head: Final = head
