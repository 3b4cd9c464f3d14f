"""The battery that both doors pass: deadlines of messages, silence, and peers that do not read; time is a clock's."""

from protocol.codes import Code
from tests.doors.wire import Bench, Tongue, fault


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
    line.say(b"<0/>")
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


def test_a_connection_has_a_while_for_its_first_verified_message(bench: Bench) -> None:
    """Whoever says nothing, or nothing that can be verified, is closed long before the idle limit."""
    bench.road.verified = False
    silent, stranger = bench.connect("10.0.0.1"), bench.connect("10.0.0.2")

    bench.clock.advance(19)
    stranger.say(b"<1/>")
    bench.clock.advance(0.999)
    before = (silent.ended, stranger.ended)
    bench.clock.advance(0.001)

    assert before == (False, False)
    assert silent.ended
    assert stranger.ended
    assert (silent.heard(), stranger.heard()) == ([], [b"<1/>"])
    assert bench.count("yinqi_cut_connections_total", reason="unverified") == 2


def test_a_verified_message_ends_the_first_deadline(bench: Bench) -> None:
    """From then on only silence counts, whatever comes later."""
    line = bench.connect()
    line.say(b"<1/>")
    bench.road.verified = False

    for _ in range(5):
        bench.clock.advance(50)
        line.say(b"<2/>")

    assert not line.ended
    assert len(line.heard()) == 6


def test_a_first_message_that_trickles_is_refused(bench: Bench) -> None:
    """A part of a small message earns no more time, and the peer learns why it is closed."""
    line = bench.connect()
    bench.clock.advance(15)
    line.send(bench.tongue.say(b"<1/>")[:-1])

    bench.clock.advance(5)

    assert line.heard() == [fault(Code.DEADLINE)]
    assert line.ended


def test_a_large_first_message_may_finish(tongue: Tongue) -> None:
    """It has its own deadline, and so has the answer to it."""
    bench = Bench(tongue, message_bytes=100_000)
    bench.road.hold()
    line = bench.connect()
    stream = tongue.say(b"x" * 100_000)
    bench.clock.advance(15)
    line.send(stream[:-1])
    bench.clock.advance(9)
    line.send(stream[-1:])
    bench.clock.advance(100)
    bench.road.let_go(0)
    bench.clock.advance(50)

    assert line.heard() == [b"x" * 100_000]
    assert not line.ended
