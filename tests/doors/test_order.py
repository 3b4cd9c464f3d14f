"""The battery that both doors pass: a message and its answer, in order, however the bytes are cut."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.answer import Answer
from tests.doors.wire import HTTP, TCP, Bench, Tongue


def test_a_message_is_answered_on_its_connection(bench: Bench) -> None:
    """Bytes in, the road's bytes out, and the connection stays."""
    line = bench.connect()

    line.say(b"<one/>")
    line.say(b"<two/>")

    assert line.heard() == [b"<one/>", b"<two/>"]
    assert not line.ended


def test_the_road_learns_where_a_message_came_from(bench: Bench) -> None:
    """The peer's address goes with the message; there is no certificate without TLS."""
    bench.connect("10.9.8.7").say(b"<one/>")

    assert (bench.road.peers[0].address, bench.road.peers[0].tls_certificate) == ("10.9.8.7", None)


def test_a_message_in_single_bytes_is_the_same_message(bench: Bench) -> None:
    """How the bytes are cut says nothing."""
    line = bench.connect()

    for byte in bench.tongue.say(b"<one/>") + bench.tongue.say(b"<two/>"):
        line.send(bytes([byte]))

    assert line.heard() == [b"<one/>", b"<two/>"]


@given(tongue=st.sampled_from([TCP, HTTP]), data=st.data())
def test_any_cut_of_the_stream_gives_the_same_answers(tongue: Tongue, data: st.DataObject) -> None:
    """Pipelined messages are found wherever the network cuts the bytes."""
    raws = [b"<m%d>" % n + b"x" * size for n, size in enumerate(data.draw(st.lists(st.integers(0, 99), max_size=5)))]
    stream = b"".join(map(tongue.say, raws))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    line = Bench(tongue).connect()

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if start < end:
            line.send(stream[start:end])

    assert line.heard() == raws


def test_answers_come_in_the_order_of_the_messages(bench: Bench) -> None:
    """An answer that is known early waits for those before it."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>", b"<2/>", b"<3/>")

    bench.road.let_go(2)
    bench.road.let_go(1)
    early = line.heard()
    bench.road.let_go(0)

    assert early == []
    assert line.heard() == [b"<1/>", b"<2/>", b"<3/>"]


def test_messages_and_bytes_are_counted(bench: Bench) -> None:
    """Each door counts what it takes and sends."""
    line = bench.connect()
    line.say(b"<1/>", b"<2/>")

    assert bench.count("yinqi_messages_total") == 2
    assert bench.count("yinqi_received_bytes_total") == 2 * len(bench.tongue.say(b"<1/>"))
    assert bench.count("yinqi_sent_bytes_total") == len(line.wire.written)


def test_an_answer_goes_out_as_it_is(bench: Bench) -> None:
    """The bytes of the road are the bytes of the peer, whatever their encoding."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>")
    assert bench.road.held is not None

    bench.road.held[0].callback(Answer("<余额/>".encode("gb18030"), 200))

    assert line.heard() == ["<余额/>".encode("gb18030")]
