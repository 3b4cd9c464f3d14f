"""The header block: 132 bytes of ASCII that say who tells whom, which type of message, when, and under which id.

Fields stand at fixed places, left-justified and padded with spaces; the table below has them in order. Both system
fields hold the system the message belongs to; a message that answers none names itself as its reference,
and so may an answer: ids of two senders can be the same.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from core_adapter.channels.cnaps.unreadable import Fault, Unreadable
from core_adapter.channels.messages import Head, Priority, System

HEADER_BYTES: Final = 132
VERSION: Final = "02"
FROM_BANK: Final = "U"
FROM_CENTRE: Final = "D"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the block: its bytes, how many of them are used, and by what.

    `holds` is a regular expression where the field says something, which the signature then covers; where it is "",
    the field always holds `always`.
    """

    name: str
    size: int
    used: int
    holds: str = ""
    always: str = ""


_BANK: Final = "[0-9]{12}"
_SYSTEM: Final = "|".join(System)
_ID: Final = "[0-9]{16}"
FIELDS: Final = (
    Field("opening", 3, 3, always="{H:"),
    Field("version", 2, 2, holds=VERSION),
    Field("sender", 14, 12, holds=_BANK),
    Field("sender system", 4, 4, holds=_SYSTEM),
    Field("receiver", 14, 12, holds=_BANK),
    Field("receiver system", 4, 4, holds=_SYSTEM),
    Field("date", 8, 8, holds="[0-9]{8}"),
    Field("time", 6, 6, holds="(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"),
    Field("body format", 3, 3, always="XML"),
    Field("message type", 20, 15, holds=r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}"),
    Field("message id", 20, 16, holds=_ID),
    Field("reference id", 20, 16, holds=_ID),
    Field("priority", 1, 1, holds="|".join(Priority)),
    Field("direction", 1, 1, holds=f"[{FROM_BANK}{FROM_CENTRE}]"),
    Field("reserved", 9, 0),
    Field("closing", 3, 3, always="}\r\n"),
)
"""The block, field by field; those that say something are the first that a signature covers, in this order."""

assert sum(field.size for field in FIELDS) == HEADER_BYTES


def _pattern(field: Field) -> str:
    return (f"({field.holds})" if field.holds else re.escape(field.always)) + " " * (field.size - field.used)


_BLOCK: Final = re.compile("".join(map(_pattern, FIELDS)))
_LINE: Final = "".join(("%s" if f.holds else f.always) + " " * (f.size - f.used) for f in FIELDS)


class Block(NamedTuple):
    """What a header block says; `texts` are what its fields hold, in order, which the signature covers."""

    head: Head
    type: str
    from_centre: bool
    texts: tuple[str, ...]


def write(head: Head, message_type: str, *, from_centre: bool) -> tuple[bytes, tuple[str, ...]]:
    """The block, and what its fields hold; ValueError where something of `head` has no place in it."""
    sent = head.sent_at.isoformat()
    texts = (
        VERSION,
        head.sender,
        head.system,
        head.receiver,
        head.system,
        f"{sent[:4]}{sent[5:7]}{sent[8:10]}",
        f"{sent[11:13]}{sent[14:16]}{sent[17:]}",
        message_type,
        head.message_id,
        head.reference_id or head.message_id,
        head.priority,
        FROM_CENTRE if from_centre else FROM_BANK,
    )
    line = _LINE % texts
    if _BLOCK.fullmatch(line) is None:
        raise ValueError(f"no header can say that: {head}")
    return line.encode("ascii"), texts


def read(data: bytes) -> Block:
    """What the block at the start of `data` says; Unreadable (LENGTH, HEADER) where it is none."""
    if len(data) < HEADER_BYTES:
        raise Unreadable(Fault.LENGTH, f"{len(data)} bytes are less than a header")
    line = data[:HEADER_BYTES].decode("ascii", "replace")
    found = _BLOCK.fullmatch(line)
    if found is None:
        raise Unreadable(Fault.HEADER, f"the header's {_wrong(line)} is wrong")
    texts = found.groups()
    _, sender, system, receiver, same, day, time, message_type, message_id, reference, priority, direction = texts
    if system != same:
        raise Unreadable(Fault.HEADER, "the header names two systems")
    try:
        sent_at = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        raise Unreadable(Fault.HEADER, "the header's date or time is none") from None
    head = Head(
        sender=sender,
        receiver=receiver,
        system=System(system),
        sent_at=sent_at,
        message_id=message_id,
        reference_id=reference,
        priority=Priority(priority),
    )
    return Block(head, message_type, direction == FROM_CENTRE, texts)


def _wrong(line: str) -> str:
    """The name of the first field that is wrong in a block."""
    start = 0
    for field in FIELDS:
        if re.fullmatch(_pattern(field), line[start : start + field.size]) is None:
            return field.name
        start += field.size
    raise AssertionError("every field is right, and the block is not")
