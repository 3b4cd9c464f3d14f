"""The battery that both doors pass: each cap at the cap and one past it."""

from typing import Final

from gateway.doors.admission import HELD_BYTES_MAX
from protocol.codes import Code
from tests.doors.wire import Bench, Tongue, fault

LARGE: Final = 100_000
"""Bytes of a message that goes the way of large ones."""


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
    """At the cap the last gets in; one past it is told so, whatever its address, while all others are known."""
    lines = [bench.connect(f"10.0.0.{number}") for number in range(4)]
    for line in lines:
        line.say(b"<1/>")

    past = bench.connect("10.0.0.4")

    assert past.heard() == [fault(Code.TOO_MANY_CONNECTIONS)]
    assert not any(line.ended for line in lines)
    assert bench.admission.connections == 4


def test_strangers_make_room_for_new_connections(bench: Bench) -> None:
    """In a full house the oldest connection without a verified message is cut; the new one is let in and heard."""
    known, *silent = [bench.connect(f"10.0.0.{number}") for number in range(4)]
    known.say(b"<1/>")
    silent[1].send(bench.tongue.say(b"<2/>")[:-1])

    honest = bench.connect("10.0.0.4")
    honest.say(b"<3/>")
    another = bench.connect("10.0.0.5")

    assert [line.wire.aborted for line in (known, *silent)] == [False, True, True, False]
    assert honest.heard() == [b"<3/>"]
    assert not another.ended
    assert bench.admission.connections == bench.count("yinqi_connections") == 4
    assert bench.count("yinqi_cut_connections_total", reason="room") == 2


def test_a_connection_that_made_room_gives_its_place_back_once(bench: Bench) -> None:
    """Its own end, later, changes nothing; nor does the answer that it waited for."""
    bench.road.hold()
    first, *others = [bench.connect(f"10.0.0.{number}") for number in range(4)]
    for line in (first, *others):
        line.say(b"<1/>")

    bench.connect("10.0.0.4")
    bench.road.let_go(0)
    for line in others:
        line.vanish()

    assert first.wire.aborted
    assert first.heard() == []
    assert bench.admission.connections == 1


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


def test_one_large_message_is_under_way_on_a_connection(tongue: Tongue) -> None:
    """What comes behind it is neither asked nor read until its answer is made; small ones go together as ever."""
    bench = Bench(tongue, message_bytes=LARGE)
    bench.road.hold()
    line = bench.connect()

    line.say(b"x" * LARGE, b"y" * LARGE)
    line.say(b"<3/>", b"<4/>")
    first = (len(bench.road.asked), line.wire.reading)
    bench.road.let_go(0)
    second = (len(bench.road.asked), line.wire.reading)
    bench.road.let_go(1)

    assert first == (1, False)
    assert second == (2, False)
    assert bench.road.asked[2:] == [b"<3/>", b"<4/>"]
    assert line.wire.reading


def test_messages_that_wait_for_their_answer_may_not_fill_the_memory(tongue: Tongue) -> None:
    """Whole large messages are charged until they are answered; one too many is refused, small ones are not."""
    bench = Bench(tongue, message_bytes=LARGE)
    bench.road.hold()
    bench.admission.held(0, HELD_BYTES_MAX - 2 * LARGE)
    first, second = bench.connect("10.0.0.1"), bench.connect("10.0.0.2")
    first.say(b"1" * LARGE)
    second.say(b"2" * LARGE)

    third = bench.connect("10.0.0.3")
    third.say(b"3" * LARGE)
    small = bench.connect("10.0.0.4")
    small.say(b"<4/>")
    bench.road.let_go(0)
    first.say(b"5" * LARGE)

    assert third.heard() == [fault(Code.BUSY)]
    assert [raw[:1] for raw in bench.road.asked] == [b"1", b"2", b"<", b"5"]


def test_a_message_is_charged_when_its_peer_has_gone(tongue: Tongue) -> None:
    """Whoever sends and vanishes again and again fills the memory no better; the answer gives all back."""
    bench = Bench(tongue, message_bytes=LARGE)
    bench.road.hold()
    bench.admission.held(0, HELD_BYTES_MAX - LARGE)
    gone, line = bench.connect("10.0.0.1"), bench.connect("10.0.0.2")

    gone.say(b"x" * LARGE)
    gone.vanish()
    line.say(b"y" * LARGE)
    bench.road.let_go(0)
    again = bench.connect("10.0.0.2")
    again.say(b"z" * LARGE)

    assert line.heard() == [fault(Code.BUSY)]
    assert [raw[:1] for raw in bench.road.asked] == [b"x", b"z"]


def test_what_waits_behind_a_large_message_is_charged(tongue: Tongue) -> None:
    """The reader keeps what came in one piece with it."""
    bench = Bench(tongue, message_bytes=LARGE)
    bench.road.hold()
    bench.admission.held(0, HELD_BYTES_MAX - 2 * LARGE)
    bench.connect("10.0.0.1").say(b"x" * LARGE, b"y" * (LARGE - 100))

    other = bench.connect("10.0.0.2")
    other.say(b"z" * LARGE)

    assert other.heard() == [fault(Code.BUSY)]
