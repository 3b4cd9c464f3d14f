"""A parent and its trivial workers, as programs: `parent FOLDER WORKERS` and `worker MODE INDEX HTTP_FD TCP_FD`.

The settings of the parent come from FOLDER/gateway.toml. A worker tells everyone who connects to its HTTP socket its
process id; MODE `deaf` ignores SIGTERM, `broken` ends at once, `orphan` comes to life after its parent is gone.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from gateway.parent import ParentGoneError, die_with_parent, say_checks, say_ready


def parent(folder: Path, workers: int, mode: str) -> int:
    """Run a real parent; its ready line is the ports as JSON."""
    from twisted.internet import reactor  # noqa: PLC0415  a worker needs no reactor

    from gateway.settings import read  # noqa: PLC0415  as the reactor
    from gateway.supervise import Place, Ports, run_parent  # noqa: PLC0415  as the reactor

    def command(place: Place) -> list[str]:
        numbers = map(str, (place.index, place.http_fd, place.tcp_fd))
        return [sys.executable, "-m", "tests.gateway.supervised", "worker", mode, *numbers]

    def ready(ports: Ports) -> None:
        sys.stdout.write(json.dumps([ports.http, ports.tcp, ports.operations]) + "\n")
        sys.stdout.flush()

    return run_parent(
        reactor,
        read(folder / "gateway.toml"),
        workers=workers,
        command=command,
        metrics=folder / "metrics",
        ready=ready,
    )


def worker(mode: str, index: int, http_fd: int, tcp_fd: int) -> int:
    """Serve process ids until SIGTERM."""
    if mode == "broken":
        return 3
    die_with_parent()

    def end(_number: int, _frame: FrameType | None) -> None:
        if mode != "deaf":
            os._exit(0)

    def reload(_number: int, _frame: FrameType | None) -> None:
        say_checks(sys.stdout, {"reloaded": True, "database": False})

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, reload)
    from prometheus_client import CollectorRegistry  # noqa: PLC0415  after the parent's environment is known

    from gateway.metrics import Metrics  # noqa: PLC0415  as the registry

    Metrics(CollectorRegistry()).workers.set(1)
    say_checks(sys.stdout, {"database": True, "signer": index == 0})
    say_ready(sys.stdout)
    socket.socket(fileno=tcp_fd).close()
    doors = socket.socket(fileno=http_fd)
    doors.setblocking(True)
    while True:
        peer, _ = doors.accept()
        peer.sendall(str(os.getpid()).encode())
        peer.close()


def main(what: str, *arguments: str) -> int:
    """Run as told."""
    if what == "parent":
        return parent(Path(arguments[0]), int(arguments[1]), arguments[2])
    mode, *numbers = arguments
    try:
        return worker(mode, *map(int, numbers))
    except ParentGoneError:
        return 4


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
