"""What passes between a conversation and its reader: messages, refusals, interim bytes. Knows no socket, no format."""

from dataclasses import dataclass
from typing import Protocol

from gateway.answer import Answer
from protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message; `last` when the peer said that no other follows."""

    raw: bytes
    last: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came is no message: the Fault to send, its HTTP status if not the code's own; `last` ends the connection."""

    code: Code
    http: int | None = None
    last: bool = True


@dataclass(frozen=True, slots=True)
class Interim:
    """Bytes that the door itself sends, in their place in the order of answers."""

    data: bytes


Item = Message | Refusal | Interim


class Reader(Protocol):
    """What a door adds to a conversation: how messages are found in bytes, and how answers are put into bytes."""

    truncated: Refusal
    """What to say when the peer ends in the middle of a message."""

    def receive(self, data: bytes) -> None:
        """Take the next bytes of the connection."""
        ...

    def next_item(self) -> Item | None:
        """Give the next thing found, or None while more bytes are needed; nothing follows a Refusal that is last."""
        ...

    def held(self) -> int:
        """Count the bytes that were received and not given out; 0 between messages, when all whole ones are out."""
        ...

    def reply(self, answer: Answer) -> bytes:
        """Put an answer into bytes; `answer.close` when the connection ends after it."""
        ...
