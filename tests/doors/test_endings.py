"""The battery that both doors pass: half-closed peers, broken messages, failures, drains."""

from twisted.internet.defer import Deferred

from gateway.doors.conversation import LINGER_SECONDS
from protocol.codes import Code
from tests.doors.wire import Bench, failure, fault


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
    """The peer learns that it may send it again; so does one that connects now."""
    line = bench.connect()
    line.send(bench.tongue.say(b"<1/>")[:-1])

    bench.door.drain()
    late = bench.connect()

    assert line.heard() == late.heard() == [fault(Code.SHUTTING_DOWN)]
    assert line.ended
    assert late.ended


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
