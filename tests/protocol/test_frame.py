"""Frames: found however the bytes come, and refused from the header alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import Code
from protocol.frame import FrameError, FrameReader, frame
from protocol.limits import MESSAGE_BYTES_MAX

MESSAGES = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5)


def frames(reader: FrameReader) -> list[bytes]:
    """Every frame that is complete by now."""
    found = []
    while (message := reader.next_frame()) is not None:
        found.append(message)
    return found


def test_a_whole_frame_comes_out_at_once() -> None:
    """One call in, one message out, and nothing is left."""
    reader = FrameReader()
    reader.receive(b"00000004<a/>")

    assert frames(reader) == [b"<a/>"]
    assert reader.waiting == 0


def test_a_frame_comes_out_when_its_last_byte_came() -> None:
    """Fed byte by byte, no frame comes early and none late."""
    reader = FrameReader()
    data = frame(b"<a>x</a>")
    for position, byte in enumerate(data):
        assert reader.next_frame() is None, position
        reader.receive(bytes([byte]))

    assert reader.next_frame() == b"<a>x</a>"


@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 2000)))
def test_frames_round_trip_however_they_are_cut(messages: list[bytes], cuts: list[int]) -> None:
    """Pipelined frames come out in order whatever the pieces they arrive in."""
    data = b"".join(map(frame, messages))
    ends = [*sorted(cut for cut in cuts if cut < len(data)), len(data)]
    reader, found, start = FrameReader(), [], 0
    for end in ends:
        reader.receive(data[start:end])
        found += frames(reader)
        start = end

    assert found == messages


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b"00000000", Code.FRAME_LENGTH),
        (b"-0000005", Code.FRAME_LENGTH),
        (b"+0000005", Code.FRAME_LENGTH),
        (b"0000x123", Code.FRAME_LENGTH),
        (b"     123", Code.FRAME_LENGTH),
        (b"0x000010", Code.FRAME_LENGTH),
        (b"1_000_00", Code.FRAME_LENGTH),
        (b"\x00\x00\x00\x10", Code.FRAME_LENGTH),
        ("００００".encode(), Code.FRAME_LENGTH),
        (b"<?xml ve", Code.FRAME_LENGTH),
        (b"POST /v1", Code.FRAME_LENGTH),
        (b"16777217", Code.MESSAGE_TOO_LARGE),
        (b"99999999", Code.MESSAGE_TOO_LARGE),
    ],
)
def test_a_lying_length_is_refused_from_the_header_alone(header: bytes, code: Code) -> None:
    """Negative, full-width, huge, zero or binary: refused before a byte of the message came, and ever after."""
    reader = FrameReader()
    reader.receive(header)
    with pytest.raises(FrameError) as caught:
        reader.next_frame()
    reader.receive(b"00000004<a/>")
    with pytest.raises(FrameError):
        reader.next_frame()

    assert caught.value.code is code
    assert reader.waiting == 0


def test_a_wrong_digit_is_refused_before_the_header_is_whole() -> None:
    """The first byte that cannot belong to a length is enough."""
    reader = FrameReader()
    reader.receive(b"00x")

    with pytest.raises(FrameError):
        reader.next_frame()


def test_frames_before_a_broken_length_still_come_out() -> None:
    """What was complete before the fault is due its reply."""
    reader = FrameReader()
    reader.receive(b"00000004<a/>00000004<b/>0000x123")

    assert reader.next_frame() == b"<a/>"
    assert reader.next_frame() == b"<b/>"
    with pytest.raises(FrameError):
        reader.next_frame()


def test_a_truncated_frame_only_waits() -> None:
    """Silence in the middle of a frame is for the deadline to judge, not for the reader."""
    reader = FrameReader()
    reader.receive(b"00000009<a>")

    assert reader.next_frame() is None
    assert reader.waiting == 11


def test_the_limit_itself_is_allowed_and_one_more_is_not() -> None:
    """The limit is the last size that passes."""
    at, past = FrameReader(limit=5), FrameReader(limit=5)
    at.receive(b"00000005abcde")
    past.receive(b"00000006")

    assert at.next_frame() == b"abcde"
    with pytest.raises(FrameError):
        past.next_frame()


def test_reading_costs_no_more_than_it_must() -> None:
    """The buffer never holds what was given back beyond twice what is still to come."""
    reader = FrameReader()
    for _ in range(1000):
        reader.receive(frame(b"x" * 100))
        assert reader.next_frame() is not None
        assert len(reader._buffer) <= 108

    assert reader.waiting == 0


@pytest.mark.parametrize("data", [b"", b"x" * (MESSAGE_BYTES_MAX + 1)])
def test_a_frame_is_not_made_of_what_it_cannot_hold(data: bytes) -> None:
    """Our own side keeps the rules it demands."""
    with pytest.raises(ValueError):
        frame(data)
