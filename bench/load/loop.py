"""The closed loop: each connection sends its next message as soon as the reply to the one before is whole.

One thread, blocking sockets that are read only when epoll says so: the least that Python can do for a reply. Judging
costs a microsecond a reply; signatures are verified by the caller when the clock has stopped.
"""

import select
import socket
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.load.door import Door, Reply

RECEIVE_BYTES = 65536
SILENCE_SECONDS = 20.0
"""Without any reply for so long the run is over, and what is outstanding was dropped."""
FAULTS_KEPT = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: how many connections to which address, seconds of warm-up and of the timed window."""

    address: tuple[str, int]
    connections: int
    warm_up_seconds: float
    seconds: float
    keep_every: int
    """Every how many replies one is kept for verification."""


@dataclass(slots=True)
class Tally:
    """What has been counted so far; latencies are seconds of the timed window."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    sent: int = 0
    dropped: int = 0
    wrong: int = 0
    seconds: float = 0.0
    exhausted: bool = False
    kept: list[bytes] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def note(self, fault: str) -> None:
        """Keep the first few faults for the reader."""
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(fault)


@dataclass(slots=True)
class Line:
    """One connection, its request under way and what has arrived of the reply."""

    socket: socket.socket
    request_id: str = ""
    sent_at: float = 0.0
    received: bytes = b""


class Loop:
    """One run; `messages` yields request ids with the bytes that carry them, `fault_of` looks at each reply."""

    def __init__(
        self,
        plan: Plan,
        door: Door,
        messages: Iterator[tuple[str, bytes]],
        fault_of: Callable[[Reply, str], str | None],
    ) -> None:
        self._plan = plan
        self._door = door
        self._messages = messages
        self._fault_of = fault_of
        self._epoll = select.epoll()
        self._lines: dict[int, Line] = {}
        self._busy = 0
        self._open = True
        self.tally = Tally()

    def run(self, on_start: Callable[[], None], on_end: Callable[[], None]) -> Tally:
        """Warm up, call `on_start`, measure, call `on_end`, wait for what is outstanding."""
        for _ in range(self._plan.connections):
            self._connect()
        for line in list(self._lines.values()):
            self._send(line)
        self._until(time.perf_counter() + self._plan.warm_up_seconds)
        self.tally.latencies = array("d")
        on_start()
        begun = time.perf_counter()
        self._until(begun + self._plan.seconds)
        self.tally.seconds = time.perf_counter() - begun
        on_end()
        measured = len(self.tally.latencies)
        self._open = False
        self._until(time.perf_counter() + SILENCE_SECONDS)
        del self.tally.latencies[measured:]
        self._close()
        return self.tally

    def _connect(self) -> None:
        made = socket.create_connection(self._plan.address, timeout=SILENCE_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines[made.fileno()] = Line(made)
        self._epoll.register(made.fileno(), select.EPOLLIN)

    def _send(self, line: Line) -> None:
        """Send the next message, if any is left and the run goes on."""
        found = next(self._messages, None) if self._open else None
        if found is None:
            self.tally.exhausted = self.tally.exhausted or self._open
            line.request_id = ""
            return
        line.request_id, data = found
        self._busy += 1
        self.tally.sent += 1
        line.sent_at = time.perf_counter()
        line.socket.sendall(data)

    def _until(self, deadline: float) -> None:
        """Serve replies until the deadline, or until none is outstanding."""
        silent_since = time.perf_counter()
        while self._busy:
            now = time.perf_counter()
            if now >= deadline:
                return
            ready = self._epoll.poll(min(deadline - now, 1.0))
            if ready:
                silent_since = now
            elif now - silent_since > SILENCE_SECONDS:
                return
            for number, _ in ready:
                self._read(self._lines[number])

    def _read(self, line: Line) -> None:
        try:
            data = line.socket.recv(RECEIVE_BYTES)
        except OSError as error:
            data = b""
            self.tally.note(f"connection broke: {error}")
        if not data:
            self._broken(line)
            return
        line.received += data
        try:
            reply = self._door.reply(line.received)
        except ValueError as error:
            self.tally.note(str(error))
            self._broken(line)
            return
        if reply is not None:
            self._take(line, reply)

    def _take(self, line: Line, reply: Reply) -> None:
        self.tally.latencies.append(time.perf_counter() - line.sent_at)
        self._busy -= 1
        request_id = line.request_id
        line.received = line.received[reply.size :]
        self._send(line)  # before judging: the server has work again
        fault = self._fault_of(reply, request_id)
        if fault is None and line.received:
            fault = f"bytes behind the reply to {request_id}"
        if fault is not None:
            self.tally.wrong += 1
            self.tally.note(fault)
        elif len(self.tally.latencies) % self._plan.keep_every == 0:
            self.tally.kept.append(reply.body)

    def _broken(self, line: Line) -> None:
        """Count the reply that will not come, and go on with a new connection."""
        self._epoll.unregister(line.socket.fileno())
        del self._lines[line.socket.fileno()]
        line.socket.close()
        if line.request_id:
            self._busy -= 1
            self.tally.dropped += 1
            self.tally.note(f"no reply to {line.request_id}")
        if self._open:
            before = set(self._lines)
            self._connect()
            (fresh,) = set(self._lines) - before
            self._send(self._lines[fresh])

    def _close(self) -> None:
        for line in self._lines.values():
            if line.request_id:
                self.tally.dropped += 1
                self.tally.note(f"no reply to {line.request_id} within {SILENCE_SECONDS:g} s")
            line.socket.close()
        self._epoll.close()
