"""The one door of the codec: a message to the bytes of the wire, and back; keys are handed in as functions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from core_adapter.channels.cnaps import beps, ccms, header, hvps, ibps, schema, signature
from core_adapter.channels.cnaps.form import Row, Values, leaves
from core_adapter.channels.cnaps.kind import Kind, Way
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable
from core_adapter.channels.messages import (
    Credits,
    Discarded,
    Head,
    Login,
    LoginAnswer,
    Message,
    Priority,
    Received,
    ReturnAnswer,
    ReturnRequest,
    StatusAnswer,
    StatusQuery,
    System,
    SystemStatus,
    Told,
)

MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024
"""Longest message: a full BEPS batch with the longest texts in four-byte characters has less than 3 MiB."""

_CREDITS: Final[Mapping[System, Kind[Any]]] = {
    System.HVPS: hvps.CREDIT,
    System.BEPS: beps.CREDITS,
    System.IBPS: ibps.CREDIT,
}
_COMMON: Final[Mapping[type[Message], Kind[Any]]] = {
    Received: ccms.RECEIVED,
    Discarded: ccms.DISCARDED,
    Told: ccms.TOLD,
    StatusQuery: ccms.STATUS_QUERY,
    StatusAnswer: ccms.STATUS_ANSWER,
    ReturnRequest: ccms.RETURN_REQUEST,
    ReturnAnswer: ccms.RETURN_ANSWER,
    Login: ccms.LOGIN,
    LoginAnswer: ccms.LOGIN_ANSWER,
    SystemStatus: ccms.SYSTEM_STATUS,
}
KINDS: Final[Mapping[str, Kind[Any]]] = {kind.type: kind for kind in (*_CREDITS.values(), *_COMMON.values())}
"""Every message type in use, by its name."""


class Codec:
    """Writes and reads messages; one serves any number of connections, in one thread at a time.

    `sign` gives the signature of bytes by the key of this side. `verify` says whether a signature of bytes is that of
    the sender (a 12-digit code).
    """

    __slots__ = ("_sign", "_verify")

    def __init__(self, sign: Callable[[bytes], bytes], verify: Callable[[str, bytes, bytes], bool]) -> None:
        self._sign = sign
        self._verify = verify

    def write(self, message: Message, *, from_centre: bool) -> bytes:
        """The bytes of a message, without a frame; what they say is valid by the schema of its type.

        Raises ValueError for a message that no bytes can say: a value too long or of the wrong form, one that does not
        go this way, an answer without reference, a priority where none is told.
        """
        kind = _kind_of(message)
        head = message.head
        if misuse := _misuse(kind, head, from_centre=from_centre):
            raise ValueError(f"{kind.type} {misuse}")
        block, texts = header.write(head, kind.type, from_centre=from_centre)
        rest: Values = kind.values(message)
        values = Values(kind.opening(head) + rest.fixed, rest.lists)
        body = kind.form.write(values)
        try:
            schema.tree(body, kind.type)
            if _message(kind, head, values) != message:
                raise ValueError(f"no {kind.type} can say that: it would be read as something else")
        except Unreadable as error:
            raise ValueError(f"no {kind.type} can say that: {error.text}") from None
        signed = signature.write(self._sign(signature.covered(texts, values))) if kind.signed else b""
        return block + signed + body

    def read(self, data: bytes) -> Message:
        """The message that the bytes say, which its sender signed (but for ccms.990).

        Raises Unreadable, with the head as soon as the header could be read: LENGTH, HEADER, TYPE, SIGNATURE (the
        block), XML, SCHEMA, SIGNATURE (its value), DISAGREES, TOTAL, in this order.
        """
        if len(data) > MESSAGE_BYTES_MAX:
            raise Unreadable(Fault.LENGTH, f"{len(data)} bytes are more than a message may have")
        block = header.read(data)
        kind = KINDS.get(block.type)
        # What answers nothing names itself; an answer may name an id that happens to be its own, of another sender.
        if not (kind and kind.answers) and block.head.reference_id == block.head.message_id:
            block = block._replace(head=replace(block.head, reference_id=""))
        try:
            return self._read(data, block)
        except Unreadable as error:
            raise Unreadable(error.code, error.text, block.head) from None

    def _read(self, data: bytes, block: header.Block) -> Message:
        kind = KINDS.get(block.type)
        if kind is None:
            raise Unreadable(Fault.TYPE, f"{block.type} is not in use")
        if misuse := _misuse(kind, block.head, from_centre=block.from_centre):
            raise Unreadable(Fault.TYPE, f"{kind.type} {misuse}")
        value, start = b"", header.HEADER_BYTES
        if kind.signed:
            value, start = signature.read(data, start)
        elif data.startswith(signature.OPENING, start):
            raise Unreadable(Fault.SIGNATURE, f"{kind.type} is not signed")
        values = kind.form.read(schema.tree(data[start:], kind.type))
        if kind.signed and not self._verify(block.head.sender, signature.covered(block.texts, values), value):
            raise Unreadable(Fault.SIGNATURE, "the signature is not the sender's")
        return _message(kind, block.head, values)


def _kind_of(message: Message) -> Kind[Any]:
    if not isinstance(message, Credits):
        return _COMMON[type(message)]
    kind = _CREDITS.get(message.head.system)
    if kind is None:
        raise ValueError(f"{message.head.system} carries no credits")
    return kind


def _misuse(kind: Kind[Any], head: Head, *, from_centre: bool) -> str:
    """What is wrong with a message of that type under that head; empty where nothing is."""
    if kind.way is not Way.BOTH and (kind.way is Way.CENTRE) != from_centre:
        return f"comes from the {kind.way.value} alone"
    if kind.system not in (None, head.system):
        return f"is of {kind.system}"
    if kind.answers and not head.reference_id:
        return "names the message that it answers"
    if head.priority is not Priority.NORMAL and not kind.urgent:
        return "has no other priority than normal"
    return ""


def _message(kind: Kind[Any], head: Head, values: Values) -> Message:
    """The message of a head and a body; Unreadable (DISAGREES) where they say different things."""
    opening: Row = kind.opening(head)
    fixed = values.fixed
    if fixed[: len(opening)] != opening:
        names = (path for path, _, _ in leaves(kind.form.fixed))
        name = next(name for name, told, due in zip(names, fixed, opening, strict=False) if told != due)
        raise Unreadable(Fault.DISAGREES, f"{name} is not what the header says")
    message: Message = kind.message(head, Values(fixed[len(opening) :], values.lists))
    return message
