"""The TCP door's format: frames of an eight-digit length and a message, each way. All else is the conversation's."""

from gateway.answer import Answer
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.reader import Message, Refusal
from protocol.codes import Code
from protocol.errors import ProtocolError
from protocol.frame import FrameReader, frame


class FramedMessages:
    """Finds messages in frames; `limit` is the most bytes one message may have."""

    truncated = Refusal(Code.FRAME_LENGTH)

    def __init__(self, limit: int) -> None:
        self._frames = FrameReader(limit)

    def receive(self, data: bytes) -> None:
        """Take the next bytes of the connection."""
        self._frames.receive(data)

    def next_item(self) -> Message | Refusal | None:
        """Give the next whole message; a length that cannot be right is the end, for no frame is found after it."""
        try:
            raw = self._frames.next_frame()
        except ProtocolError as error:
            return Refusal(error.code)
        return None if raw is None else Message(raw)

    def held(self) -> int:
        """Count the bytes of frames that are not whole yet or not given out."""
        return self._frames.waiting

    def reply(self, answer: Answer) -> bytes:
        """Frame an answer."""
        return frame(answer.data)


def tcp_door(terms: Terms) -> Door:
    """Make the door that speaks frames."""
    return Door(terms, lambda: FramedMessages(terms.limits.message_bytes))
