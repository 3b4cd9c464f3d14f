"""Frames of the TCP door: eight ASCII digits that count the bytes behind them; it knows no socket and no XML."""

from typing import Final

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.limits import FRAME_DIGITS, MESSAGE_BYTES_MAX

_DIGITS: Final = frozenset(b"0123456789")


class FrameError(ProtocolError):
    """The length of a frame is malformed or beyond the limit; what follows it on the connection means nothing."""


class FrameReader:
    """Takes bytes as they come and gives back whole frames; a length is judged as soon as its digits show it wrong.

    Each byte is copied a constant number of times, however it arrives; no more than the limit, a header and the last
    piece received are kept.
    """

    __slots__ = ("_buffer", "_error", "_limit", "_size", "_start")

    def __init__(self, limit: int = MESSAGE_BYTES_MAX) -> None:
        """`limit` is the most bytes of one message."""
        self._buffer = bytearray()
        self._start = 0
        self._size: int | None = None
        self._limit = limit
        self._error: FrameError | None = None

    @property
    def waiting(self) -> int:
        """Bytes received and not yet given back: above zero, a frame has begun."""
        return len(self._buffer) - self._start

    def receive(self, data: bytes) -> None:
        """Add bytes from the peer; never raises, a fault shows at next_frame in its turn."""
        if self._error is None:
            self._buffer += data

    def next_frame(self) -> bytes | None:
        """The next whole message, None while it is incomplete.

        Raises FrameError, now and ever after, for a length that is not eight ASCII digits (FRAME_LENGTH), is zero
        (FRAME_LENGTH) or above the limit (MESSAGE_TOO_LARGE).
        """
        if self._error is not None:
            raise self._error
        if self._size is None:
            self._size = self._read_size()
            if self._size is None:
                return None
        end = self._start + FRAME_DIGITS + self._size
        if len(self._buffer) < end:
            self._compact()
            return None
        message = bytes(memoryview(self._buffer)[self._start + FRAME_DIGITS : end])
        self._start = end
        self._size = None
        self._compact()
        return message

    def _read_size(self) -> int | None:
        header = self._buffer[self._start : self._start + FRAME_DIGITS]
        if not _DIGITS.issuperset(header):
            raise self._broken(Code.FRAME_LENGTH, bytes(header))
        if len(header) < FRAME_DIGITS:
            return None
        size = int(header)
        if size == 0:
            raise self._broken(Code.FRAME_LENGTH, bytes(header))
        if size > self._limit:
            raise self._broken(Code.MESSAGE_TOO_LARGE, bytes(header))
        return size

    def _broken(self, code: Code, header: bytes) -> FrameError:
        self._error = FrameError(
            code,
            Detail(
                rule=code,
                value=shown(header.decode("ascii", "backslashreplace")),
                zh=f"长度头应为{FRAME_DIGITS}位ASCII数字，数值1至{self._limit}（字节）",
                en=f"{FRAME_DIGITS} ASCII digits with a value of 1 to {self._limit} (bytes) are expected",
            ),
        )
        self._buffer = bytearray()
        self._start = 0
        return self._error

    def _compact(self) -> None:
        """Drop what was given back, when that is at least half: so each byte moves at most once more."""
        if self._start * 2 >= len(self._buffer):
            del self._buffer[: self._start]
            self._start = 0


def frame(data: bytes) -> bytes:
    """`data` behind its length; ValueError for none, or more than a frame can hold."""
    if not 0 < len(data) <= MESSAGE_BYTES_MAX:
        raise ValueError(f"a frame holds 1 to {MESSAGE_BYTES_MAX} bytes, not {len(data)}")
    return b"%0*d%b" % (FRAME_DIGITS, len(data), data)
