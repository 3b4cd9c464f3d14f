"""The centre over real sockets, with the real codec: many connections, slow and silent peers, and a killed process."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from twisted.internet import reactor as installed
from twisted.internet.defer import gatherResults
from twisted.internet.task import Clock

from core_adapter.channels import reasons
from core_adapter.channels.cnaps import Fault, Unreadable
from core_adapter.channels.messages import (
    Credits,
    Discarded,
    Original,
    Received,
    StatusAnswer,
    StatusQuery,
    System,
    SystemState,
    SystemStatus,
    Told,
)
from core_adapter.clearing import clerk, exchange, line, orders
from core_adapter.clearing.book import Book, existing
from core_adapter.clearing.magic import Magic, account_of
from core_adapter.clearing.process import Simulator
from core_adapter.clearing.settings import CHANNELS, Channel, Clearing
from core_adapter.clearing.turn import Arrived, Done
from protocol.frame import frame
from tests.core_adapter.clearing.bank import BANK, CENTRE, OTHER, credit, settings_at
from tests.core_adapter.clearing.peer import Peer, connect, signer, verify

REACTOR: Any = installed
FAST = {each: Channel(round_seconds=0.1) for each in CHANNELS}


def now() -> int:
    """The time in milliseconds."""
    return int(time.time() * 1000)


@asynccontextmanager
async def centre(folder: Path, **changed: Any) -> AsyncIterator[tuple[Clearing, Callable[[], Awaitable[Peer]]]]:
    """A simulator that runs, its settings, and how to connect to it; its book is sound in the end."""
    settings = settings_at(folder, **{"channels": FAST, "resend_seconds": 0.2, **changed})
    simulator = Simulator(settings, signer(CENTRE), verify, reactor=REACTOR, now=now)
    port = simulator.start()
    peers: list[Peer] = []

    async def made() -> Peer:
        peers.append(await connect(REACTOR, port))
        return peers[-1]

    try:
        yield settings, made
    finally:
        for peer in peers:
            peer.wire.abortConnection()
        await simulator.stop()
        await gatherResults([peer.ended for peer in peers])
        book = existing(settings, now())
        faults = book.check()
        book.close()
    assert faults == []


def outcomes(peer: Peer) -> list[tuple[str, str]]:
    """What a connection was told, by message id."""
    return [(each.original.message_id, str(each.status)) for told in peer.all(Told) for each in told.outcomes]


async def test_credits_on_every_channel_are_acknowledged_and_told(tmp_path: Path) -> None:
    """From the socket to the socket."""
    async with centre(tmp_path) as (_, peer_made):
        peer = await peer_made()
        systems = (await peer.login()).systems
        sent = {system: peer.pay(credit(system=system), system=system).head.message_id for system in CHANNELS}
        await peer.until(lambda: sum(status == "PR04" for _, status in outcomes(peer)) == 3)

    assert [(each.system, each.state) for each in systems] == [(system, SystemState.OPEN) for system in CHANNELS]
    assert {each.head.reference_id for each in peer.all(Received)} == set(sent.values())
    heard = {system: [status for name, status in outcomes(peer) if name == sent[system]] for system in CHANNELS}
    assert heard == {
        System.IBPS: ["PR03", "PR04"],
        System.BEPS: ["PR11", "PR03", "PR04"],
        System.HVPS: ["PR04"],
    }


async def test_answers_go_to_the_connection_that_asked_while_it_stands_and_to_another_afterwards(
    tmp_path: Path,
) -> None:
    """Several workers of a gateway share one bank."""
    async with centre(tmp_path, magic_seconds=0.5) as (_, peer_made):
        one, other = await peer_made(), await peer_made()
        await one.login()
        await other.login()
        first = one.pay(credit()).head.message_id
        await one.until(lambda: (first, "PR04") in outcomes(one))
        late = one.pay(
            credit(3_01_00, account=account_of(Magic.QUEUED_SETTLED), system=System.HVPS), system=System.HVPS
        )
        await one.hear(Received, 2)
        one.wire.loseConnection()
        await one.ended
        await other.until(lambda: (late.head.message_id, "PR04") in outcomes(other))

    assert [status for name, status in outcomes(other) if name == first] == []


async def test_a_credit_of_another_bank_comes_within_a_moment_and_until_it_is_acknowledged(tmp_path: Path) -> None:
    """A command writes it into the book beside the process."""
    async with centre(tmp_path) as (settings, peer_made):
        peer = await peer_made()
        await peer.login()
        book = existing(settings, now())
        book.order(
            [orders.pay(now(), orders.Incoming(system=System.HVPS, account="1", name="甲", amount=5, bank=OTHER))]
        )
        book.close()
        first, second = await peer.hear(Credits, 2)
        peer.acknowledge(first)
        peer.pay(credit())
        await peer.until(lambda: ("PR04") in [status for _, status in outcomes(peer)])
        count = len(peer.all(Credits))
        again = await peer_made()
        await again.login()
        again.pay(credit())
        await again.hear(Received)

    assert first == second
    assert first.head.sender == CENTRE
    assert again.all(Credits) == []
    assert len(peer.all(Credits)) == count


async def test_what_was_not_acknowledged_comes_again_on_the_next_connection(tmp_path: Path) -> None:
    """The gateway died before it had booked it."""
    async with centre(tmp_path, resend_seconds=3600.0) as (settings, peer_made):
        peer = await peer_made()
        await peer.login()
        book = existing(settings, now())
        book.order(
            [orders.pay(now(), orders.Incoming(system=System.BEPS, account="1", name="甲", amount=5, bank=OTHER))]
        )
        book.close()
        [first] = await peer.hear(Credits)
        peer.wire.abortConnection()
        await peer.ended
        again = await peer_made()
        await again.login()
        [second] = await again.hear(Credits)

    assert first == second


async def test_a_changed_system_is_announced(tmp_path: Path) -> None:
    """On every connection that logged in."""
    async with centre(tmp_path) as (settings, peer_made):
        peers = [await peer_made() for _ in range(2)]
        for peer in peers:
            await peer.login()
        book = existing(settings, now())
        book.order([orders.state(now(), System.BEPS, SystemState.MAINTENANCE)])
        book.close()
        told = [(await peer.hear(SystemStatus))[0] for peer in peers]
        peers[0].pay(credit(system=System.BEPS), system=System.BEPS)
        [discarded] = await peers[0].hear(Discarded)

    assert [[(each.system, each.state) for each in status.systems] for status in told] == [
        [(System.BEPS, SystemState.MAINTENANCE)]
    ] * 2
    assert discarded.code == reasons.IN_MAINTENANCE.code


async def test_a_message_with_a_wrong_signature_is_discarded_and_the_connection_goes_on(tmp_path: Path) -> None:
    """Its head can be read, so its sender learns of it."""
    async with centre(tmp_path) as (_, peer_made):
        peer = await peer_made()
        sound = peer.bytes_of(Credits(head=peer.head(System.IBPS), credits=(credit(),)))
        wrong = bytearray(sound)
        wrong[8 + 132 + 10] ^= 1
        peer.wire.write(bytes(wrong) + frame(b"no header") + sound)
        await peer.hear(Received)
        [discarded] = await peer.hear(Discarded)

    assert discarded.code == Fault.SIGNATURE


async def test_a_rehearsed_forgery_cannot_be_read(tmp_path: Path) -> None:
    """The outcome travels under a signature that is not the centre's; the answer to a question is sound."""
    async with centre(tmp_path) as (_, peer_made):
        peer = await peer_made()
        paid = peer.pay(credit(account=account_of(Magic.FORGED)))
        await peer.until(lambda: any(isinstance(each, Unreadable) for each in peer.heard))
        peer.send(StatusQuery(head=peer.head(), originals=(Original(BANK, paid.head.message_id, "1"),)))
        [answer] = await peer.hear(StatusAnswer)

    assert {each.code for each in peer.heard if isinstance(each, Unreadable)} == {Fault.SIGNATURE}
    assert len(answer.outcomes) == 1


async def test_peers_that_dribble_stop_midway_or_do_not_read_keep_nobody_else_waiting(tmp_path: Path) -> None:
    """One sends half a message and waits, one closes midway, one asks again and again and reads no answer."""
    async with centre(tmp_path) as (_, peer_made):
        dribbling, stopping, deaf, fair = [await peer_made() for _ in range(4)]
        whole = dribbling.bytes_of(Credits(head=dribbling.head(System.IBPS), credits=(credit(),)))
        dribbling.wire.write(whole[:100])
        stopping.wire.write(whole[:-1])
        stopping.wire.loseConnection()
        deaf.wire.pauseProducing()
        names = tuple(Original(BANK, "2026030100000000", str(number)) for number in range(1000))
        for _ in range(10):
            deaf.send(StatusQuery(head=deaf.head(), originals=names))
        await fair.login()
        fair.pay(credit())
        await fair.until(lambda: "PR04" in [status for _, status in outcomes(fair)])
        for byte in whole[100:]:
            dribbling.wire.write(bytes([byte]))
        await dribbling.hear(Received)
        assert deaf.heard == []
        deaf.wire.resumeProducing()
        await deaf.hear(StatusAnswer, 10)

    assert len(outcomes(fair)) == 2


async def test_a_connection_is_read_on_once_what_came_by_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many messages there are, one after the other."""
    monkeypatch.setattr(line, "UNDER_WAY_MAX", 2)
    async with centre(tmp_path) as (_, peer_made):
        peer = await peer_made()
        for _ in range(5):
            count = len(peer.all(Received)) + 2
            peer.pay(credit())
            peer.pay(credit())
            await peer.hear(Received, count)


async def test_a_turn_that_fails_ends_the_connections_that_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what was done, so the bank asks; the next turn is tried as if nothing had been."""
    monkeypatch.setattr(clerk, "REST_SECONDS", 0.0)
    real = Book.turn

    def failing(book: Book, arrived: Sequence[Arrived], **named: Any) -> Done:
        if any(isinstance(each.content, Credits) for each in arrived):
            raise DBAPIError("COMMIT", None, Exception("the disk is full"))
        return real(book, arrived, **named)

    async with centre(tmp_path) as (_, peer_made):
        one, other = await peer_made(), await peer_made()
        await other.login()
        monkeypatch.setattr(Book, "turn", failing)
        lost = one.pay(credit())
        await one.ended
        other.send(StatusQuery(head=other.head(), originals=(Original(BANK, lost.head.message_id, "1"),)))
        [answer] = await other.hear(StatusAnswer)

    assert len(answer.unknown) == 1


async def test_a_frame_that_is_none_ends_its_connection(tmp_path: Path) -> None:
    """No frame is found behind it."""
    async with centre(tmp_path) as (_, peer_made):
        peer = await peer_made()
        peer.wire.write(b"not a length")
        await peer.ended


async def test_connections_beyond_the_most_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others stay."""
    monkeypatch.setattr(exchange, "CONNECTIONS_MAX", 2)
    async with centre(tmp_path) as (_, peer_made):
        kept = [await peer_made() for _ in range(2)]
        for peer in kept:
            await peer.login()
        one_more = await peer_made()
        await one_more.ended
        await kept[0].login()


class Wire:
    """A transport that remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.written = b""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: self.done.append(name)

    def write(self, data: bytes) -> None:
        """Remember it."""
        self.written += data


class Place:
    """Where connections meet, by a clock that is moved by hand."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.came_in: list[bytes] = []

    def opened(self, _line: line.Line) -> bool:
        """Take every connection."""
        return True

    def came(self, _line: line.Line, data: bytes) -> None:
        """Remember it."""
        self.came_in.append(data)

    def closed(self, _line: line.Line) -> None:
        """Need nothing."""

    def call_later(self, seconds: float, call: Any) -> Any:
        """Wait by the clock."""
        return self.clock.callLater(seconds, call)


@pytest.fixture
def made() -> tuple[line.Line, Wire, Place]:
    """A connection without a socket."""
    place, wire = Place(), Wire()
    connection: Any = line.Line(place, 1)
    connection.makeConnection(wire)
    return connection, wire, place


def test_a_message_that_takes_too_long_ends_its_connection(made: tuple[line.Line, Wire, Place]) -> None:
    """Measured from its first byte, whatever comes meanwhile."""
    connection, wire, place = made
    for byte in frame(b"x" * 1000)[: int(line.MESSAGE_SECONDS) - 1]:
        connection.dataReceived(bytes([byte]))
        place.clock.advance(1)
    assert "abortConnection" not in wire.done
    place.clock.advance(2)
    assert "abortConnection" in wire.done


def test_a_peer_that_reads_nothing_is_not_read_and_given_up(made: tuple[line.Line, Wire, Place]) -> None:
    """After a while, or once too much waits for it."""
    connection, wire, place = made
    connection.pauseProducing()
    assert wire.done[-1] == "pauseProducing"
    connection.resumeProducing()
    assert wire.done[-1] == "resumeProducing"
    place.clock.advance(2 * line.STALLED_SECONDS)
    assert "abortConnection" not in wire.done
    connection.pauseProducing()
    place.clock.advance(line.STALLED_SECONDS)
    assert wire.done[-1] == "abortConnection"


def test_a_peer_for_which_too_much_waits_is_given_up(made: tuple[line.Line, Wire, Place]) -> None:
    """What it has read does not count."""
    connection, wire, _ = made
    megabytes = b"x" * (1024 * 1024)
    for _ in range(20):
        connection.send(megabytes)
    assert "abortConnection" not in wire.done
    connection.pauseProducing()
    for _ in range(17):
        connection.send(megabytes)
    assert wire.done[-1] == "abortConnection"


def test_a_peer_with_too_much_under_way_is_not_read_until_some_of_it_is_done(
    made: tuple[line.Line, Wire, Place],
) -> None:
    """So that what waits is bounded."""
    connection, wire, place = made
    connection.dataReceived(frame(b"x") * line.UNDER_WAY_MAX)
    assert (len(place.came_in), wire.done[-1]) == (line.UNDER_WAY_MAX, "pauseProducing")
    connection.done(1)
    assert wire.done[-1] == "resumeProducing"
