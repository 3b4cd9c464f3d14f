"""What a family says of each of its message types: one row, on which the codec, the schemas and the documents hang."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from core_adapter.channels.cnaps.form import Form, Group, Leaf, Node, Row, Values
from core_adapter.channels.messages import Head, Message, System

M = TypeVar("M", bound=Message)


class Way(Enum):
    """Who sends messages of a type."""

    BANK = "bank"
    CENTRE = "centre"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[M]):
    """A message type and its form.

    `opening` tells the first fixed values of the body, those that say again what the header says: written as they are,
    and compared when read. `values` tells the rest of a message, `message` makes it of its head and that rest; it
    raises Unreadable (DISAGREES, TOTAL). `system` is the only one whose header it has (None: any). An
    `answers` type names another message as its reference; only an `urgent` one has another priority than normal.
    """

    type: str
    means: str
    way: Way
    form: Form
    opening: Callable[[Head], Row]
    values: Callable[[M], Values]
    message: Callable[[Head, Values], M]
    system: System | None = None
    signed: bool = True
    answers: bool = False
    urgent: bool = False


def namespace(message_type: str) -> str:
    """The namespace of a type: its family and number, as in urn:yinqi:cnaps:hvps.111."""
    return f"urn:yinqi:cnaps:{message_type[:8]}"


MESSAGE_ID: Final = Leaf("MsgId", "the header's message id")
CREATED: Final = Leaf("CreDtTm", "the header's date and time")
GROUP_HEADER: Final = Group(
    "GrpHdr",
    (
        MESSAGE_ID,
        CREATED,
        Leaf("InstgPty", "the header's sender"),
        Leaf("InstdPty", "the header's receiver"),
        Leaf("SysCd", "the header's system"),
    ),
)
"""What stands first in the bodies of BEPS and CCMS."""


def group_header(head: Head) -> Row:
    """The values of GROUP_HEADER."""
    return (head.message_id, head.sent_at.isoformat(), head.sender, head.receiver, head.system)


def original(prefix: str) -> tuple[Node, ...]:
    """The three leaves that name a credit told of by another message."""
    return (
        Leaf(f"{prefix}InstgPty", "the sender of the original message"),
        Leaf(f"{prefix}MsgId", "its message id"),
        Leaf(f"{prefix}TxId", "the id of the credit in it"),
    )
