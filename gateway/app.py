"""The composition root: where interfaces meet their makers, in written order; stop is the reverse, awaited."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from core_adapter.database import check_version
from gateway.doors.admission import Admission, CustomerRates
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.http import http_door
from gateway.doors.tcp import tcp_door
from gateway.doors.tls import TlsContext
from gateway.journal.committer import Committer
from gateway.journal.register import read_register, read_version
from gateway.journal.task import Delivery
from gateway.metrics import DoorMetrics, Metrics
from gateway.parts import JOURNAL_MIGRATIONS, open_core, open_journal, open_key
from gateway.road import Road
from gateway.scribe import Scribe
from gateway.services.desk import Desk
from gateway.services.service import Bank
from gateway.services.table import Services
from gateway.settings import Door as DoorSettings
from gateway.settings import Settings
from protocol.codes import Code

STUCK_SECONDS = 5.0
"""When the desk has brought nothing back for this long, new commands are refused before they are journaled."""


def now() -> datetime:
    """The real clock, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the real clock and hands it in


def new_name() -> str:
    """A name that no other process has: of a chain of the message log, and of this process in leases."""
    return secrets.token_hex(8)


class Gateway:
    """One serving process: everything between its doors and its databases."""

    log = Logger(namespace="gateway")

    def __init__(self, settings: Settings, reactor: Any, metrics: Metrics, *, share: int = 1) -> None:
        """`share` is how many workers divide the caps and rates; nothing is opened for peers yet.

        Raises SchemaMismatch, KeyRefused, or the database's own error: a missing part stops the start.
        """
        self.settings = settings
        self.reactor = reactor
        self.metrics = metrics
        name = new_name()
        self.journal = open_journal(settings)
        check_version(self.journal, JOURNAL_MIGRATIONS)
        self.core = open_core(settings)
        self.key = open_key(settings)
        self.scribe = Scribe(self.key, now, name)
        with self.journal.connect() as connection:
            register = read_register(connection)
        bank = Bank(settings.site.bank_code, round(settings.work.clock_skew_seconds * 1000))
        self.committer = Committer(
            self.journal,
            Services(bank),
            owner=f"{settings.site.node[:20]}-{name}",
            new_chain=new_name,
            lease_seconds=settings.work.lease_seconds,
            reply_seconds=settings.work.reply_seconds,
            queue_max=max(1, settings.limits.queue // share),
            leave=self._leave,
            upkeep=(self._refresh_register, self._seal, self._gauge),
        )
        self.committer.on_turn = self._count_turn
        self.desk = Desk(self.core, self.scribe, self.committer.bring)
        self.road = Road(
            submit=self.committer.submit,
            scribe=self.scribe,
            register=register,
            rates=CustomerRates(settings.limits, share=share, seconds=reactor.seconds),
            metrics=metrics,
            now=now,
            reactor=reactor,
            pool=reactor.getThreadPool(),
            seconds=reactor.seconds,
            standstill=self.standstill,
        )
        self._admission = Admission(settings.limits, share=share, seconds=reactor.seconds)
        self._doors: list[Door] = []
        self._ports: list[Any] = []
        self._tls: list[tuple[TlsContext, DoorSettings]] = []

    # -- start and stop

    def start(self, http: Any, tcp: Any) -> None:
        """Start the threads, then the doors on these listening sockets."""
        self.desk.start()
        self.committer.start(self.desk)
        self._listen("http", self.settings.http, http)
        self._listen("tcp", self.settings.tcp, tcp)

    def _listen(self, name: str, settings: DoorSettings, listening: Any) -> None:
        terms = Terms(
            self.road,
            self.settings.limits,
            self._admission,
            DoorMetrics(self.metrics, name),
            self.reactor,
            tls=settings.tls is not None,
        )
        door = http_door(terms, lambda: now().timestamp()) if name == "http" else tcp_door(terms)
        factory: Any = door
        if settings.tls is not None:
            context = TlsContext(settings.tls)
            self._tls.append((context, settings))
            factory = context.wrap(door, self.reactor)
        self._doors.append(door)
        self._ports.append(self.reactor.adoptStreamPort(listening.fileno(), listening.family, factory))

    def reload(self) -> None:
        """Read certificates and keys of the doors again; connections that are open go on with the old ones."""
        for context, settings in self._tls:
            assert settings.tls is not None
            context.load(settings.tls)

    async def stop(self) -> bool:
        """Take nothing new, answer what is under way, end; False when that took longer than the drain may."""
        seconds = self.settings.work.drain_seconds
        for port in self._ports:
            await port.stopListening()
        drained = gatherResults([door.drain() for door in self._doors])
        cut = self.reactor.callLater(seconds, self._cut)
        await drained
        in_time = bool(cut.active())
        if in_time:
            cut.cancel()
        in_time &= await deferToThread(self.committer.stop, seconds)
        in_time &= await deferToThread(self.desk.stop, seconds)
        if (close := getattr(self.key, "close", None)) is not None:
            await deferToThread(close)
        self.core.close()
        self.journal.dispose()
        return in_time

    def _cut(self) -> None:
        for door in self._doors:
            door.cut()

    # -- what others ask

    def standstill(self) -> Code | None:
        """Why nothing can be taken just now."""
        if not self.committer.database_ok:
            return None
        if self.committer.stuck_seconds() > STUCK_SECONDS:
            return Code.CORE_UNAVAILABLE
        return None

    def ready(self) -> dict[str, bool]:
        """The parts that must work before a peer is sent here."""
        return {
            "database": self.committer.database_ok,
            "signer": bool(getattr(self.key, "available", True)) and self.desk.signer_ok,
            "core": self.desk.core_ok and self.committer.stuck_seconds() <= STUCK_SECONDS,
        }

    # -- on the committer's thread

    def _leave(self, deliveries: list[Delivery]) -> None:
        self.reactor.callFromThread(_deliver, deliveries)

    def _count_turn(self, size: int, seconds: float) -> None:
        self.metrics.group_size.observe(size)
        self.metrics.stage_seconds.labels("turn").observe(seconds)

    def _refresh_register(self, engine: Engine) -> None:
        with engine.connect() as connection:
            if read_version(connection) == self.road.register.version:
                return
            register = read_register(connection)
        self.road.register = register
        self.log.info("register version {version} in use", version=register.version)

    def _seal(self, engine: Engine) -> None:
        pass

    def _gauge(self, engine: Engine) -> None:
        self.metrics.queue_depth.set(self.committer.waiting)
        self.metrics.signer_available.set(bool(getattr(self.key, "available", True)))


def _deliver(deliveries: list[Delivery]) -> None:
    for waiter, value in deliveries:
        waiter.done(value)
