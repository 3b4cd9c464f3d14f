"""The composition root: settings in, a running daemon out; in one process, or as a parent with workers."""

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from gateway import logs
from gateway.control.lock import SiteLock
from gateway.control.server import Listening
from gateway.control.server import listen as listen_for_commands
from gateway.doors.operations import operations_site
from gateway.metrics import Metrics
from gateway.node import Node
from gateway.notify import Notify
from gateway.parent import METRICS_FOLDER, die_with_parent, say_checks, say_ready
from gateway.settings import Settings, read
from gateway.simulated import beside
from gateway.supervise import Place, Ports, listen, run_parent

WATCHDOG_SECONDS = 2.0
"""How often the daemon tells systemd, or a worker its parent, that it lives."""

log = Logger(namespace="app")


def serve(path: Path, workers: int = 1) -> int:
    """Serve a site in the foreground until SIGTERM or SIGINT; the status of the command.

    Raises SettingsError, SiteBusy, OSError for a port that is taken, and what a Node raises.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to read again
    settings = read(path)
    logs.start(sys.stderr, settings.log.level)
    reactor = _reactor()
    with beside(settings.clearing.simulator if settings.clearing else None):
        if workers == 1:
            return _serve_alone(settings, reactor)
        return _serve_with(settings, reactor, path, workers)


def _serve_with(settings: Settings, reactor: Any, path: Path, workers: int) -> int:
    """A parent and its workers."""
    return run_parent(
        reactor,
        settings,
        workers=workers,
        command=lambda place: _worker_command(path, place),
        metrics=settings.folder / "run" / "metrics",
        ready=_say_ready,
    )


def worker(path: Path, place: Place) -> int:
    """Serve as one of several workers, on the doors that the parent handed down."""
    die_with_parent()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as in serve
    settings = read(path)
    logs.start(sys.stderr, settings.log.level)
    reactor = _reactor()
    metrics = Metrics(CollectorRegistry())
    metrics.workers.set(1)
    node = Node(settings, reactor, metrics, share=place.workers)
    looping = LoopingCall(lambda: say_checks(sys.stdout, node.ready()))

    def begin() -> None:
        with socket.socket(fileno=place.http_fd) as http, socket.socket(fileno=place.tcp_fd) as tcp:
            node.start(http, tcp)
        say_ready(sys.stdout)
        looping.start(WATCHDOG_SECONDS)

    return _run(reactor, node, begin, Notify({}))


def _reactor() -> Any:
    """The reactor, its clock made one that never jumps: deadlines must not move with the wall clock (F16)."""
    from twisted.internet import reactor  # noqa: PLC0415  importing it installs it

    running: Any = reactor
    running.seconds = time.monotonic
    return running


def _serve_alone(settings: Settings, reactor: Any) -> int:
    """Doors and operations port in this one process; on SQLite it owns the databases by the site's lock.

    The owner of the databases takes the commands of others on its control socket.
    """
    assert METRICS_FOLDER not in os.environ, "one process counts in its own memory"
    lock = SiteLock(settings.folder).take() if settings.site.embedded else None
    registry = CollectorRegistry()
    http = listen(settings.http.host, settings.http.port)
    tcp = listen(settings.tcp.host, settings.tcp.port)
    metrics = Metrics(registry)
    node = Node(settings, reactor, metrics)
    notify = Notify()
    control: list[Listening] = []

    def begin() -> None:
        node.start(http, tcp)
        if lock is not None:
            control.append(listen_for_commands(settings.folder, node.hands(), reactor))
        operations = reactor.listenTCP(
            settings.operations.port,
            operations_site(lambda: generate_latest(registry), node.ready),
            interface=settings.operations.host,
        )
        metrics.workers.set(1)
        LoopingCall(notify.watchdog).start(WATCHDOG_SECONDS)
        _say_ready(Ports(http.getsockname()[1], tcp.getsockname()[1], operations.getHost().port))
        notify.ready()

    try:
        return _run(reactor, node, begin, notify, control=control)
    finally:
        if lock is not None:
            lock.release()


def _run(reactor: Any, node: Node, begin: Any, notify: Notify, *, control: Sequence[Listening] = ()) -> int:
    """Run the reactor around a node: start it, stop it when a signal comes; 1 when it could not start."""
    status = 0

    def start() -> None:
        nonlocal status
        try:
            signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(node.reload))
            begin()
        except Exception:  # noqa: BLE001  whatever it is, a daemon that cannot start must end
            log.failure("the node could not start")
            status = 1
            reactor.stop()

    async def stop() -> None:
        notify.stopping()
        for listening in control:
            await listening.stop()
        await node.stop()

    reactor.callWhenRunning(start)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: ensureDeferred(stop()))
    reactor.run()
    return status


def _worker_command(path: Path, place: Place) -> list[str]:
    """How a worker is started: this Python, this program, and its place."""
    numbers = ("--http-fd", place.http_fd, "--tcp-fd", place.tcp_fd, "--index", place.index, "--workers", place.workers)
    return [sys.executable, "-m", "gateway", "worker", "-c", str(path), *map(str, numbers)]


def _say_ready(ports: Ports) -> None:
    sys.stdout.write(f"ready http={ports.http} tcp={ports.tcp} operations={ports.operations}\n")
    sys.stdout.flush()
