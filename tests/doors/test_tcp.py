"""What only the TCP door can meet: lengths that lie."""

import pytest

from protocol.codes import Code
from tests.doors.wire import TCP, Bench, fault, framed

BROKEN = [
    pytest.param(b"00000000", Code.FRAME_LENGTH, id="zero"),
    pytest.param(b"-0000005", Code.FRAME_LENGTH, id="negative"),
    pytest.param(b"+0000005", Code.FRAME_LENGTH, id="signed"),
    pytest.param(b"0000x123<a/>", Code.FRAME_LENGTH, id="a letter"),
    pytest.param(b"x", Code.FRAME_LENGTH, id="one wrong byte"),
    pytest.param("５".encode() * 8, Code.FRAME_LENGTH, id="full width"),
    pytest.param(b"00001025", Code.MESSAGE_TOO_LARGE, id="one past the limit"),
    pytest.param(b"99999999", Code.MESSAGE_TOO_LARGE, id="huge"),
]


@pytest.mark.parametrize(("header", "code"), BROKEN)
def test_a_broken_length_ends_the_connection_after_the_answers_due(header: bytes, code: Code) -> None:
    """From the header alone: the replies still due, then one framed Fault, then the end."""
    bench = Bench(TCP)
    bench.road.hold()
    line = bench.connect()

    line.send(framed(b"<1/>") + header)
    early = line.heard()
    bench.road.let_go(0)

    assert early == []
    assert line.heard() == [b"<1/>", fault(code)]
    assert line.wire.write_closed
    assert not line.wire.closed


def test_nothing_behind_a_broken_length_is_taken() -> None:
    """No frame can be found after it, however good it looks."""
    bench = Bench(TCP)
    line = bench.connect()

    line.send(b"broken!!" + framed(b"<1/>"))
    line.send(framed(b"<2/>"))

    assert bench.road.asked == []
    assert line.heard() == [fault(Code.FRAME_LENGTH)]


def test_a_broken_length_beyond_the_cap_waits_for_its_turn() -> None:
    """Messages read before it are asked first, although they wait for room."""
    bench = Bench(TCP)
    bench.road.hold()
    line = bench.connect()
    line.send(b"".join(framed(b"<%d/>" % number) for number in range(5)) + b"broken!!")

    for index in range(5):
        bench.road.let_go(index)

    assert line.heard() == [*(b"<%d/>" % number for number in range(5)), fault(Code.FRAME_LENGTH)]
    assert line.ended
