"""The envelope in one place: what is opened and written, by the name others import it under; it adds nothing."""

from protocol.head import Head, Outcome, ReplyHead
from protocol.opening import NAMESPACE, Envelope, open_request
from protocol.reply import FaultReceived, Reply, ReplyOutcome, open_reply
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
