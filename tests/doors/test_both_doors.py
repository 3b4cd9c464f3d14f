"""The battery that both doors pass: order, caps, deadlines, half-closed peers, drains; all in memory, with a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from gateway.answer import Answer
from gateway.doors.conversation import LINGER_SECONDS
from protocol.codes import Code
from tests.doors.wire import HTTP, TCP, Bench, Tongue, failure, fault

TONGUES = [pytest.param(tongue, id=tongue.name) for tongue in (TCP, HTTP)]


@pytest.fixture(params=TONGUES)
def tongue(request: pytest.FixtureRequest) -> Tongue:
    """Each door in turn."""
    found: Tongue = request.param
    return found


@pytest.fixture
def bench(tongue: Tongue) -> Bench:
    """A door with the small limits of these tests."""
    return Bench(tongue)


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


def test_up_to_the_cap_messages_are_under_way(bench: Bench) -> None:
    """One below the cap reading goes on; at the cap it pauses, and what was read waits unasked."""
    bench.road.hold()
    line = bench.connect()

    line.say(b"<1/>", b"<2/>")
    below = line.wire.reading
    line.say(b"<3/>", b"<4/>", b"<5/>")

    assert below
    assert not line.wire.reading
    assert bench.road.asked == [b"<1/>", b"<2/>", b"<3/>"]


def test_below_the_cap_reading_goes_on(bench: Bench) -> None:
    """An answer makes room for the next message."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>", b"<2/>", b"<3/>", b"<4/>")

    bench.road.let_go(0)
    bench.road.let_go(1)

    assert bench.road.asked == [b"<1/>", b"<2/>", b"<3/>", b"<4/>"]
    assert line.heard() == [b"<1/>", b"<2/>"]
    assert line.wire.reading


def test_a_message_at_the_size_limit_is_taken(bench: Bench) -> None:
    """The cap is on the message, not on what is around it."""
    line = bench.connect()

    line.say(b"x" * 1024)

    assert line.heard() == [b"x" * 1024]


def test_a_message_past_the_size_limit_is_refused_by_its_announcement(bench: Bench) -> None:
    """Not a byte of its body is waited for; the answers still due come first, then the Fault and the end."""
    line = bench.connect()
    announced = bench.tongue.say(b"x" * 1025)[:-1025]

    line.send(bench.tongue.say(b"<1/>") + announced)

    assert line.heard() == [b"<1/>", fault(Code.MESSAGE_TOO_LARGE)]
    assert line.ended


def test_a_deadline_counts_from_the_first_byte(bench: Bench) -> None:
    """Trickling bytes do not move it; at the deadline the peer is told, and that is the end."""
    line = bench.connect()
    stream = bench.tongue.say(b"x" * 500)
    for byte in stream[:99]:
        line.send(bytes([byte]))
        bench.clock.advance(0.1)

    before = line.heard()
    bench.clock.advance(0.1001)

    assert before == []
    assert line.heard() == [fault(Code.DEADLINE)]
    assert line.ended


def test_each_message_has_a_deadline_of_its_own(bench: Bench) -> None:
    """A whole message ends the count; the first byte of the next begins another."""
    line = bench.connect()
    one, two = bench.tongue.say(b"<1/>"), bench.tongue.say(b"<2/>")

    line.send(one[:-1])
    bench.clock.advance(9)
    line.send(one[-1:] + two[:1])
    bench.clock.advance(9)
    line.send(two[1:])
    bench.clock.advance(9)

    assert line.heard() == [b"<1/>", b"<2/>"]
    assert not line.ended


def test_a_deadline_does_not_lose_the_answers_due(bench: Bench) -> None:
    """What was whole is answered, then the Fault is in its place."""
    bench.road.hold()
    line = bench.connect()
    line.send(bench.tongue.say(b"<1/>") + bench.tongue.say(b"<2/>")[:-1])

    bench.clock.advance(10)
    early = line.heard()
    bench.road.let_go(0)

    assert early == []
    assert line.heard() == [b"<1/>", fault(Code.DEADLINE)]
    assert line.ended


def test_a_slow_road_is_not_the_fault_of_the_peer(bench: Bench) -> None:
    """While the gateway itself does not read, no deadline of the peer runs."""
    bench.road.hold()
    line = bench.connect()
    line.send(b"".join(map(bench.tongue.say, [b"<1/>", b"<2/>", b"<3/>"])) + bench.tongue.say(b"<4/>")[:-1])

    bench.clock.advance(100)
    for index in range(3):
        bench.road.let_go(index)
    line.send(bench.tongue.say(b"<4/>")[-1:])
    bench.road.let_go(3)

    assert line.heard() == [b"<1/>", b"<2/>", b"<3/>", b"<4/>"]


def test_an_idle_connection_is_closed(bench: Bench) -> None:
    """Silence up to the limit is borne; then the connection is closed without a word."""
    line = bench.connect()
    line.say(b"<1/>")

    bench.clock.advance(59.999)
    before = line.ended
    bench.clock.advance(0.001)

    assert not before
    assert line.ended
    assert line.heard() == [b"<1/>"]
    assert bench.count("yinqi_cut_connections_total", reason="idle") == 1


def test_a_word_keeps_a_connection(bench: Bench) -> None:
    """The count of silence begins anew with each message."""
    line = bench.connect()
    bench.clock.advance(59)
    line.say(b"<1/>")

    bench.clock.advance(59)

    assert not line.ended


def test_a_peer_that_waits_for_an_answer_is_not_idle(bench: Bench) -> None:
    """It is our turn to speak."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>")

    bench.clock.advance(600)
    bench.road.let_go(0)

    assert line.heard() == [b"<1/>"]


def test_a_half_closed_peer_gets_its_answers(bench: Bench) -> None:
    """A peer may close its writing side behind its messages: all are answered, then the connection is closed."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>", b"<2/>", b"<3/>", b"<4/>")

    line.close_writing()
    for index in range(4):
        assert not line.ended
        bench.road.let_go(index)

    assert line.heard() == [b"<1/>", b"<2/>", b"<3/>", b"<4/>"]
    assert line.wire.closed


def test_a_half_closed_peer_with_nothing_due_is_closed(bench: Bench) -> None:
    """There is nothing to say."""
    line = bench.connect()

    line.close_writing()

    assert line.wire.closed
    assert line.heard() == []


def test_a_message_cut_off_by_the_peer_gets_a_fault(bench: Bench) -> None:
    """A peer that closes its writing side in the middle of a message learns that it was not taken."""
    line = bench.connect()
    line.send(bench.tongue.say(b"<1/>") + bench.tongue.say(b"<2/>")[:-1])

    line.close_writing()

    assert line.heard()[0] == b"<1/>"
    assert b"Fault" in line.heard()[1]
    assert bench.road.asked == [b"<1/>"]
    assert line.wire.closed


def test_a_peer_that_does_not_read_is_not_read_from(bench: Bench) -> None:
    """A full write buffer pauses reading, asking and writing; when it is empty again all go on."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>", b"<2/>")

    bench.road.let_go(0)
    line.wire.producer.pauseProducing()
    bench.road.let_go(1)
    line.send(bench.tongue.say(b"<3/>"))
    blocked = (line.heard(), line.wire.reading, list(bench.road.asked))
    line.wire.producer.resumeProducing()
    bench.road.let_go(2)

    assert blocked == ([b"<1/>"], False, [b"<1/>", b"<2/>"])
    assert line.heard() == [b"<1/>", b"<2/>", b"<3/>"]
    assert line.wire.reading


def test_a_peer_that_never_reads_is_cut_off(bench: Bench) -> None:
    """It has as long as a message may take, and no longer."""
    line = bench.connect()
    line.say(b"<1/>")
    line.wire.producer.pauseProducing()

    bench.clock.advance(9.999)
    before = line.wire.aborted
    bench.clock.advance(0.001)

    assert not before
    assert line.wire.aborted
    assert bench.admission.connections == 0


def test_connections_of_one_address_are_capped(bench: Bench) -> None:
    """At the cap the last gets in; one past it is told so and closed; another address is not concerned."""
    first, second, third = (bench.connect("10.0.0.1") for _ in range(3))
    other = bench.connect("10.0.0.2")

    for line in (first, second, other):
        line.say(b"<1/>")

    assert [line.heard() for line in (first, second, other)] == [[b"<1/>"]] * 3
    assert third.heard() == [fault(Code.TOO_MANY_CONNECTIONS)]
    assert third.ended
    assert bench.count("yinqi_refused_connections_total", code="TOO_MANY_CONNECTIONS") == 1


def test_connections_in_all_are_capped(bench: Bench) -> None:
    """At the cap the last gets in; one past it is told so, whatever its address."""
    lines = [bench.connect(f"10.0.0.{number}") for number in range(5)]

    assert [line.heard() for line in lines] == [[], [], [], [], [fault(Code.TOO_MANY_CONNECTIONS)]]
    assert bench.admission.connections == 4


def test_a_closed_connection_makes_room(bench: Bench) -> None:
    """A place is given back when the connection is gone, and only once."""
    first, _ = bench.connect(), bench.connect()

    first.vanish()
    third = bench.connect()
    third.say(b"<1/>")

    assert third.heard() == [b"<1/>"]
    assert bench.admission.connections == 2
    assert bench.count("yinqi_connections") == 2


def test_a_refused_connection_takes_no_place(bench: Bench) -> None:
    """Its end gives nothing back that it never had."""
    lines = [bench.connect() for _ in range(3)]

    lines[2].vanish()

    assert bench.admission.connections == 2


def test_a_flood_of_refused_connections_is_cut_off(bench: Bench) -> None:
    """Only so many may stay to read why; the rest are cut without a word."""
    for _ in range(2):
        bench.connect()

    refused = [bench.connect() for _ in range(65)]

    assert [line.wire.aborted for line in refused] == [False] * 64 + [True]


def test_a_message_over_the_rate_is_refused_in_its_place(tongue: Tongue) -> None:
    """A connection and two messages empty this bucket; the next message gets its Fault, the connection goes on."""
    bench = Bench(tongue, address_burst=3, address_rate=10.0)
    line = bench.connect()
    line.say(b"<1/>", b"<2/>", b"<3/>")

    bench.clock.advance(0.1)
    line.say(b"<4/>", b"<5/>")

    assert line.heard() == [b"<1/>", b"<2/>", fault(Code.RATE_LIMITED), b"<4/>", fault(Code.RATE_LIMITED)]
    assert bench.road.asked == [b"<1/>", b"<2/>", b"<4/>"]
    assert not line.ended


def test_a_connection_over_the_rate_is_refused(tongue: Tongue) -> None:
    """Connecting costs like a message, so that connecting again and again gains nothing."""
    bench = Bench(tongue, address_burst=2)
    bench.connect().vanish()
    bench.connect().vanish()

    line = bench.connect()

    assert line.heard() == [fault(Code.RATE_LIMITED)]
    assert line.ended


def test_the_road_may_end_a_connection(bench: Bench) -> None:
    """After an answer that says so nothing more is sent or taken."""
    bench.road.close = True
    line = bench.connect()

    line.say(b"<1/>", b"<2/>")

    assert line.heard() == [b"<1/>"]
    assert line.ended


def test_a_road_that_fails_is_never_a_yes(bench: Bench) -> None:
    """A bug in the road is an INTERNAL Fault and the end of the connection, whatever else was under way."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>")
    assert bench.road.held is not None

    bench.road.held[0].errback(failure(RuntimeError("a bug")))

    assert line.heard() == [fault(Code.INTERNAL)]
    assert line.ended


def test_an_answer_after_the_connection_is_lost_goes_nowhere(bench: Bench) -> None:
    """The work goes on without its peer, and its end disturbs nobody."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>", b"<2/>")

    line.vanish()
    bench.road.let_go(1)
    bench.road.let_go(0)

    assert line.heard() == []
    assert bench.admission.connections == 0
    assert bench.clock.getDelayedCalls() == []


def test_after_the_end_what_comes_in_is_dropped(bench: Bench) -> None:
    """The peer may still be sending: it must read the Fault, not a reset."""
    line = bench.connect()
    line.send(bench.tongue.say(b"x" * 1025)[:-1025])

    line.send(b"x" * 1024)
    still_there = not line.wire.closed
    line.close_writing()

    assert still_there
    assert line.heard() == [fault(Code.MESSAGE_TOO_LARGE)]
    assert line.wire.closed
    assert not line.wire.aborted


def test_after_the_end_a_flood_is_cut(bench: Bench) -> None:
    """One message's worth is dropped in patience, and not a byte more."""
    line = bench.connect()
    line.send(bench.tongue.say(b"x" * 1025)[:-1025])

    line.send(b"x" * 1025)

    assert line.wire.aborted


def test_a_peer_that_does_not_close_is_cut(bench: Bench) -> None:
    """It has a few seconds to read the last answer."""
    line = bench.connect()
    line.send(bench.tongue.say(b"x" * 1025)[:-1025])

    bench.clock.advance(LINGER_SECONDS - 0.001)
    before = line.wire.aborted
    bench.clock.advance(0.001)

    assert not before
    assert line.wire.aborted


def test_a_drain_answers_what_is_under_way(bench: Bench) -> None:
    """An idle connection is closed at once, a busy one after its answers; the drain is over with the last."""
    bench.road.hold()
    idle, busy = bench.connect(), bench.connect()
    busy.say(b"<1/>")
    over: list[None] = []

    bench.door.drain().addCallback(over.append)
    early = (idle.ended, busy.ended)
    bench.road.let_go(0)
    busy.close_writing()
    before = list(over)
    idle.close_writing()

    assert early == (True, False)
    assert busy.heard() == [b"<1/>"]
    assert (before, over) == ([], [None])


def test_a_drain_refuses_a_message_that_has_begun(bench: Bench) -> None:
    """The peer learns that it may send it again; a new connection is not taken."""
    line = bench.connect()
    line.send(bench.tongue.say(b"<1/>")[:-1])

    bench.door.drain()

    assert line.heard() == [fault(Code.SHUTTING_DOWN)]
    assert line.ended
    assert bench.door.buildProtocol(None) is None


def test_a_drain_without_connections_is_over_at_once(bench: Bench) -> None:
    """There is nobody to wait for."""
    over: list[None] = []

    bench.door.drain().addCallback(over.append)

    assert over == [None]


def test_what_a_drain_cannot_end_is_cut(bench: Bench) -> None:
    """At the end of its patience the gateway cuts, and the drain is over."""
    bench.road.hold()
    line = bench.connect()
    line.say(b"<1/>")
    drained: Deferred[None] = bench.door.drain()

    bench.door.cut()

    assert line.wire.aborted
    assert drained.called


def test_unfinished_messages_may_not_fill_the_memory(tongue: Tongue) -> None:
    """All connections together hold so much of large messages; who goes past it is told to come again."""
    size = 100_000
    bench = Bench(tongue, message_bytes=size, connections=2000, connections_per_address=2000)
    stream = tongue.say(b"x" * size)[:-1]
    allowed = 16 * 16 * 1024 * 1024 // len(stream)

    lines = [bench.connect() for _ in range(allowed // 1000)]
    bench.admission.held(0, 16 * 16 * 1024 * 1024 - len(lines) * len(stream))
    for line in lines:
        line.send(stream)
    past = bench.connect()
    past.send(stream)

    assert [line.heard() for line in lines] == [[]] * len(lines)
    assert past.heard() == [fault(Code.BUSY)]


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
