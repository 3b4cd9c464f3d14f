"""The parent of the workers: it binds the doors, starts workers that inherit them, restarts them, and stops them.

It handles no message, key or database, starts no thread, and forks before anything of that kind could exist. A worker
that dies is started again after a pause that grows; one that says nothing for a while is killed first. SIGTERM and
SIGINT drain the workers, SIGHUP is passed on. The operations port is the parent's alone and sums what workers count.
"""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.doors.operations import operations_site
from gateway.doors.watch import Watch
from gateway.notify import Notify
from gateway.parent import METRICS_FOLDER, PARENT
from gateway.settings import Settings
from gateway.worker import Worker

HTTP_FD: Final = 3
TCP_FD: Final = 4
"""Where a worker finds the listening sockets."""
BACKLOG: Final = 1024
PAUSE_SECONDS: Final = 0.1
PAUSE_SECONDS_MAX: Final = 30.0
"""The pause before a worker is started again doubles from the one to the other."""
STEADY_SECONDS: Final = 60.0
"""A worker that lived so long is no part of a series of crashes."""
SILENT_SECONDS: Final = 20.0
"""A worker that gave no sign of life for so long hangs, and is killed."""
LOOK_SECONDS: Final = 2.0
"""How often the parent looks after its workers and tells systemd that it lives."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one worker is told: which it is, of how many, and at which descriptors it finds the doors."""

    index: int
    workers: int
    http_fd: int = HTTP_FD
    tcp_fd: int = TCP_FD


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that are bound; the settings may have left the choice to the system."""

    http: int
    tcp: int
    operations: int


Command = Callable[[Place], list[str]]
"""Gives the arguments of a worker's process, the program's path first."""


def listen(host: str, port: int) -> socket.socket:
    """Bind a listening socket; raises OSError when the place is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=BACKLOG)
    bound.setblocking(False)
    return bound


def run_parent(
    reactor: Any,
    settings: Settings,
    *,
    workers: int,
    command: Command,
    metrics: Path,
    ready: Callable[[Ports], None],
    notify: Notify | None = None,
) -> int:
    """Serve until a signal ends it, and give the exit code; raises OSError when a door cannot be bound.

    `metrics` is a folder of the parent's own for the workers' counters, emptied here; `ready` is called once, when
    every worker is. The code is 0 after SIGTERM or SIGINT, 1 when a worker ended before all were ready.
    """
    parent = Parent(reactor, settings, workers=workers, command=command, metrics=metrics, notify=notify or Notify())
    try:
        return parent.run(ready)
    finally:
        parent.close()


class Parent:
    """The workers of one site and their doors, from the binding of the sockets to the last worker's end."""

    _log = Logger()

    def __init__(
        self, reactor: Any, settings: Settings, *, workers: int, command: Command, metrics: Path, notify: Notify
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._count = workers
        self._command = command
        self._metrics = metrics
        self._notify = notify
        self._watch = Watch(reactor)
        self._workers: dict[int, Worker] = {}
        self._pauses = dict.fromkeys(range(workers), PAUSE_SECONDS)
        self._tell_ready: Callable[[], None] | None = None
        self._gone: Deferred[None] | None = None
        self._exit_code = 0
        self._http = listen(settings.http.host, settings.http.port)
        self._tcp = listen(settings.tcp.host, settings.tcp.port)

    def close(self) -> None:
        """Give back the sockets."""
        self._http.close()
        self._tcp.close()

    def run(self, ready: Callable[[Ports], None]) -> int:
        """Start the workers and run the reactor until it is stopped."""
        reactor = self._reactor
        _empty(self._metrics)
        site = operations_site(self._exposition, self._checks)
        port = reactor.listenTCP(self._settings.operations.port, site, interface=self._settings.operations.host)
        ports = Ports(self._http.getsockname()[1], self._tcp.getsockname()[1], port.getHost().port)
        self._tell_ready = lambda: ready(ports)
        reactor.addSystemEventTrigger("before", "shutdown", self._stop)
        reactor.callWhenRunning(self._begin)
        reactor.run()
        return self._exit_code

    def _begin(self) -> None:
        signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._pass_on, signal.SIGHUP))
        for index in range(self._count):
            self._start(index)
        self._look()

    # -- workers come and go

    def _start(self, index: int) -> None:
        worker = Worker(index, self._reactor, heard=self._look_ready, gone=self._ended)
        self._workers[index] = worker
        arguments = self._command(Place(index, self._count))
        environment = dict(os.environ) | {PARENT: str(os.getpid()), METRICS_FOLDER: str(self._metrics)}
        doors = {HTTP_FD: self._http.fileno(), TCP_FD: self._tcp.fileno()}
        with Path(os.devnull).open("rb") as nothing:
            self._reactor.spawnProcess(
                worker, arguments[0], arguments, env=environment, childFDs={0: nothing.fileno(), 1: "r", 2: 2, **doors}
            )

    def _look_ready(self) -> None:
        if self._tell_ready is not None and self._gone is None and self._all_ready():
            tell, self._tell_ready = self._tell_ready, None
            tell()
            self._notify.ready()

    def _ended(self, worker: Worker) -> None:
        mark_process_dead(worker.pid, str(self._metrics))  # type: ignore[no-untyped-call]  # it has no types
        del self._workers[worker.index]
        if self._gone is not None:
            if not self._workers and not self._gone.called:
                self._gone.callback(None)
        elif self._tell_ready is not None:
            self._give_up()
        else:
            self._watch.start(f"restart {worker.index}", self._pause(worker), lambda: self._start(worker.index))

    def _give_up(self) -> None:
        """A worker that ends before all were ready will not do better the next time: say so at once."""
        if self._exit_code == 0:
            self._exit_code = 1
            self._reactor.stop()

    def _pause(self, worker: Worker) -> float:
        """Seconds to wait before this worker's successor starts."""
        if self._reactor.seconds() - worker.started_at >= STEADY_SECONDS:
            self._pauses[worker.index] = PAUSE_SECONDS
        pause = self._pauses[worker.index]
        self._pauses[worker.index] = min(2 * pause, PAUSE_SECONDS_MAX)
        return pause

    def _look(self) -> None:
        """Kill who hangs; tell systemd that the parent does not."""
        now = self._reactor.seconds()
        for worker in self._workers.values():
            if worker.ready and now - worker.heard_at > SILENT_SECONDS:
                self._log.error("worker-hangs", index=worker.index, pid=worker.pid)
                worker.send(signal.SIGKILL)
        self._notify.watchdog()
        self._watch.start("look", LOOK_SECONDS, self._look)

    # -- the end

    def _pass_on(self, number: signal.Signals) -> None:
        for worker in self._workers.values():
            worker.send(number)

    def _stop(self) -> Deferred[None]:
        """Drain the workers; fires when the last is gone, which it is soon after `drain_seconds` at the latest."""
        self._notify.stopping()
        self._watch.stop_all()
        self._gone = Deferred()
        self._pass_on(signal.SIGTERM)
        self._watch.start("drain", self._settings.work.drain_seconds, lambda: self._pass_on(signal.SIGKILL))
        self._watch.start("alive", LOOK_SECONDS, self._alive)
        if not self._workers:
            self._gone.callback(None)
        return self._gone.addCallback(lambda _: self._watch.stop_all())

    def _alive(self) -> None:
        self._notify.watchdog()
        self._watch.start("alive", LOOK_SECONDS, self._alive)

    # -- what the operations port shows

    def _all_ready(self) -> bool:
        return len(self._workers) == self._count and all(worker.ready for worker in self._workers.values())

    def _checks(self) -> Mapping[str, bool]:
        """Each check holds when it holds in every worker; `workers` when all are up, none of them draining."""
        found: dict[str, bool] = {"workers": self._all_ready() and self._gone is None}
        for worker in self._workers.values():
            for name, holds in worker.checks.items():
                found[name] = holds and found.get(name, True)
        return found

    def _exposition(self) -> bytes:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._metrics))  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(registry)


def _empty(folder: Path) -> None:
    """Make the folder, and remove what the counters of an earlier run left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
