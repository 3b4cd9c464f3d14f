"""The envelope in one place: what is opened and written, by the name others import it under."""

from protocol.head import Head, Outcome, ReplyHead
from protocol.large import Signed, open_large
from protocol.opening import NAMESPACE, Envelope, open_thoroughly
from protocol.reply import FaultReceived, Reply, ReplyOutcome, open_reply
from protocol.shortcut import open_plain
from protocol.text import Text
from protocol.writing import write_fault, write_reply, write_request

__all__ = [
    "NAMESPACE",
    "Envelope",
    "FaultReceived",
    "Head",
    "Outcome",
    "Reply",
    "ReplyHead",
    "ReplyOutcome",
    "open_reply",
    "open_request",
    "write_fault",
    "write_reply",
    "write_request",
]


def open_request(text: Text, signed: Signed = lambda _: False) -> Envelope:
    """The envelope in a text that passed the byte gate; who signed it, and what the schema says, is not judged here.

    Of a large text `signed` is asked first whether a registered key made its signature value; see `protocol.large`.
    Raises ProtocolError XML_NOT_WELL_FORMED, XML_LIMIT, XML_FORBIDDEN, ENVELOPE_SHAPE, HEAD_INVALID,
    SIGNATURE_MISSING, SIGNATURE_SHAPE, SIGNATURE_ALGORITHM; with the head where that could be read.
    """
    if text.large:
        return open_large(text, signed)
    return open_plain(text) or open_thoroughly(text)
