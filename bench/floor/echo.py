"""An empty road behind our own doors: every message comes back as it came. `python -m bench.floor.echo` is one worker.

The doors are the gateway's, with all their limits and deadlines; nothing behind them reads a message.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred, succeed

from gateway.answer import Answer, Peer
from gateway.doors.admission import Admission
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.http import http_door
from gateway.doors.tcp import tcp_door
from gateway.metrics import DoorMetrics, Metrics
from gateway.settings import Limits
from protocol.codes import Code
from protocol.limits import MESSAGE_BYTES_MAX

ROOT: Final = Path(__file__).resolve().parents[2]
STOP_SECONDS_MAX: Final = 10
LIMITS: Final = Limits(
    message_bytes=MESSAGE_BYTES_MAX,
    connections=2000,
    connections_per_address=2000,
    pipelined=32,
    message_seconds=30.0,
    idle_seconds=300.0,
    first_message_seconds=10.0,
    write_buffer_bytes=1024 * 1024,
    address_rate=1_000_000.0,
    address_burst=1_000_000,
    customer_rate=1_000_000.0,
    customer_burst=1_000_000,
    unproven_rate=2.0,
    unproven_burst=50,
    queue=2000,
    waiting=1,
    waiting_per_customer=1,
)


class EchoRoad:
    """A road that answers at once with what it was given."""

    def answer(self, raw: bytes, _peer: Peer) -> Deferred[Answer]:
        """The message itself."""
        return succeed(Answer(raw, 200, verified=True))

    def fault(self, code: Code) -> Answer:
        """Never called with messages that are whole."""
        return Answer(str(code).encode(), 400)


@dataclass(frozen=True, slots=True)
class Echo:
    """A running echo: where it listens, and the processes behind it."""

    address: str
    pids: tuple[int, ...]


@contextmanager
def running_echo(kind: str, processes: int) -> Iterator[Echo]:
    """Run the door named "http" or "tcp" in so many processes on one listening socket."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=256))
        listener.setblocking(False)
        workers = [stack.enter_context(_worker(kind, listener.fileno())) for _ in range(processes)]
        yield Echo(f"127.0.0.1:{listener.getsockname()[1]}", tuple(worker.pid for worker in workers))


@contextmanager
def _worker(kind: str, fd: int) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "bench.floor.echo", "--door", kind, "--fd", str(fd)]
    worker = subprocess.Popen(command, cwd=ROOT, pass_fds=(fd,), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    with worker:
        try:
            assert worker.stdout is not None
            if worker.stdout.readline() != b"ready\n":
                raise RuntimeError("the echo did not start")
            yield worker
        finally:
            worker.terminate()
            worker.wait(STOP_SECONDS_MAX)


def main() -> None:
    """Serve the listening socket at the given descriptor until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bench.floor.echo", description=__doc__)
    parser.add_argument("--door", choices=("http", "tcp"), required=True)
    parser.add_argument("--fd", type=int, required=True)
    wanted = parser.parse_args()
    from twisted.internet import reactor as installed  # noqa: PLC0415  (only this process needs one)

    reactor: Any = installed
    reactor.adoptStreamPort(wanted.fd, socket.AF_INET, _door(wanted.door, reactor))
    reactor.callWhenRunning(lambda: print("ready", flush=True))
    reactor.run()


def _door(kind: str, reactor: Any) -> Door:
    metrics = DoorMetrics(Metrics(CollectorRegistry()), kind)
    admission = Admission(LIMITS, share=1, seconds=reactor.seconds)
    terms = Terms(EchoRoad(), LIMITS, admission, metrics, reactor)
    return http_door(terms, time.time) if kind == "http" else tcp_door(terms)


if __name__ == "__main__":
    main()
