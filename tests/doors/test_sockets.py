"""What memory cannot show: the doors on real sockets, with peers that end in the ways real ones do."""

import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from protocol.codes import Code
from tests.doors.wire import Bench, Tongue, fault

reactor: Any = installed
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@asynccontextmanager
async def listening(bench: Bench) -> AsyncIterator[int]:
    """The door on a real port of this machine."""
    port = reactor.listenTCP(0, bench.door, interface="127.0.0.1")
    try:
        yield port.getHost().port
    finally:
        await port.stopListening()
        bench.door.cut()
        await bench.door.drain()


async def peer(port: int, work: Callable[[socket.socket], Any]) -> Any:
    """A blocking peer beside the reactor."""

    def run() -> Any:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            return work(connection)

    found: Deferred[Any] = deferToThread(run)
    return await found


def everything(connection: socket.socket) -> bytes:
    """All that the gateway sends until it closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


async def test_a_peer_that_is_still_sending_reads_its_fault(tongue: Tongue) -> None:
    """The gateway closes its side and drops what comes: the peer must not lose the Fault to a reset."""
    bench = Bench(tongue, message_bytes=1_000_000)
    announced = tongue.say(b"x" * 1_000_001)[:-1_000_001]

    def send_on(connection: socket.socket) -> bytes:
        connection.sendall(tongue.say(b"<1/>") + announced)
        connection.sendall(b"x" * 500_000)
        return everything(connection)

    async with listening(bench) as port:
        said = await peer(port, send_on)

    assert [told.body for told in tongue.hear(said)] == [b"<1/>", fault(Code.MESSAGE_TOO_LARGE)]


async def test_a_peer_may_shut_its_writing_side(bench: Bench) -> None:
    """All its messages are answered, then the connection is closed."""
    raws = [b"<%d/>" % number for number in range(20)]

    def shut(connection: socket.socket) -> bytes:
        connection.sendall(b"".join(map(bench.tongue.say, raws)))
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)

    async with listening(bench) as port:
        said = await peer(port, shut)

    assert [told.body for told in bench.tongue.hear(said)] == raws


async def test_a_reset_gives_the_place_back(bench: Bench) -> None:
    """The message was taken, its peer is gone, and nothing is left behind."""

    def reset(connection: socket.socket) -> None:
        connection.sendall(bench.tongue.say(b"<1/>"))
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)

    async with listening(bench) as port:
        await peer(port, reset)
        await bench.door.drain()

    assert bench.road.asked == [b"<1/>"]
    assert bench.admission.connections == 0
    assert bench.clock.getDelayedCalls() == []


async def test_a_peer_that_never_reads_stops_being_read(tongue: Tongue) -> None:
    """Its answers fill the write buffer and no more; at the deadline it is cut off."""
    bench = Bench(tongue, message_bytes=1_000_000, write_buffer_bytes=100_000)
    messages = tongue.say(b"x" * 1_000_000) * 50

    def flood(connection: socket.socket) -> bool:
        try:
            connection.sendall(messages)
        except OSError:
            return True
        return False

    async with listening(bench) as port:
        flooding = Deferred.fromCoroutine(peer(port, flood))
        while not flooding.called:
            if any(conversation._unread for conversation in bench.door._conversations):
                bench.clock.advance(1)
            await turn()
        was_cut = await flooding

    assert was_cut
    assert len(bench.road.asked) < 20
    assert bench.count("yinqi_cut_connections_total", reason="unread") == 1


def turn() -> "Deferred[None]":
    """One turn of the reactor."""
    turned: Deferred[None] = Deferred()
    reactor.callLater(0, turned.callback, None)
    return turned
