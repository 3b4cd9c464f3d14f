"""One serving process: everything between its doors and its databases, built in written order; stop is the reverse."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine
from twisted.internet.defer import gatherResults
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.logger import Logger, LogLevel

from core_adapter.core import Core
from core_adapter.database import check_version, reading
from core_adapter.ledger import MIGRATIONS as LEDGER_MIGRATIONS
from core_adapter.ledger import Ledger
from gateway.administration.clock import checked_clock
from gateway.carrying import carrier_of
from gateway.control.hands import DaemonHands
from gateway.databases import JOURNAL_MIGRATIONS, open_core, open_journal
from gateway.domain import batch
from gateway.domain.command import Command
from gateway.doors.admission import Admission, CustomerRates, UnprovenRates
from gateway.doors.conversation import Terms
from gateway.doors.door import Door
from gateway.doors.http import http_door
from gateway.doors.tcp import tcp_door
from gateway.doors.tls import TlsContext, TlsError
from gateway.journal import cases, events
from gateway.journal.banks import loading
from gateway.journal.committer import Committer
from gateway.journal.register import read_register, read_version
from gateway.journal.sealer import Sealer
from gateway.journal.seals import SEALS_FILE, SealsFile
from gateway.journal.task import Delivery
from gateway.journal.watch import in_doubt
from gateway.metrics import DoorMetrics, Metrics
from gateway.push import Pusher
from gateway.road import Road
from gateway.scribe import Scribe
from gateway.services.desk import Desk
from gateway.services.service import Bank
from gateway.services.table import Services
from gateway.settings import Door as DoorSettings
from gateway.settings import Limits, ReplyKey, Settings
from gateway.waiting import WaitingRoom
from gateway.workdays_source import load_workdays
from protocol.codes import Code
from signer.certificates import from_pem, parse
from signer.hsm import Pkcs11Key
from signer.keys import SM2_ID_DEFAULT, SigningKey
from signer.software import load_signing_key

AHEAD_EMBEDDED = 1
AHEAD_LINKED = 2
"""Batches at the desk. The embedded ledger computes on the processors that decide the next batch, so larger groups win;
a core elsewhere lets the next be decided meanwhile."""
FLUSH_SECONDS = 1.0
"""How often what the doors counted reaches the metrics."""
STUCK_SECONDS = 5.0
"""When the desk has brought nothing back for this long, new commands are refused before they are journaled."""


def now() -> datetime:
    """The real clock, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the real clock and hands it in


def new_name() -> str:
    """A name that nobody else has: of a process in leases and message ids, of a chain of the message log."""
    return secrets.token_hex(8)


def open_key(reply: ReplyKey, tell: Callable[[bool, str], None] | None = None) -> SigningKey:
    """The reply key: from a PEM file, or in a PKCS#11 token. Raises KeyRefused.

    `tell` learns when a key in a token can no longer sign, with the reason, and when it can again.
    """
    bundle = reply.certificate.read_bytes()
    if reply.pkcs11 is not None:
        token = reply.pkcs11
        return Pkcs11Key(
            str(token.module),
            token.token,
            token.pin,
            token.label,
            certificate_der=from_pem(bundle)[0],
            on_change=tell,
        )
    assert reply.key is not None
    return load_signing_key(reply.key.read_bytes(), bundle, reply.sm2_id or SM2_ID_DEFAULT)


def checked_core(settings: Settings) -> Core:
    """The core, of the right version where it is the embedded ledger. Raises SchemaMismatch."""
    core = open_core(settings)
    if isinstance(core, Ledger):
        check_version(core.engine, LEDGER_MIGRATIONS)
    return core


def bank_of(settings: Settings) -> Bank:
    """What the services know of the bank. Raises SettingsError for the operator's own file of days."""
    return Bank(
        settings.site.bank_code,
        round(settings.work.clock_skew_seconds * 1000),
        replace(settings.schedule, workdays=load_workdays(settings.calendar.overrides)),
        settings.routing,
        interbank=settings.clearing is not None,
    )


class Node:
    """See the module; `share` is how many workers divide the caps and rates.

    Making it opens everything but the doors and raises SchemaMismatch, ClockMoved, KeyRefused, SettingsError or the
    database's own error: a missing part stops the start.
    """

    log = Logger(namespace="node")

    def __init__(self, settings: Settings, reactor: Any, metrics: Metrics, *, share: int = 1) -> None:
        self.settings = settings
        self._reactor = reactor
        self._metrics = metrics
        name = new_name()
        self._journal = open_journal(settings)
        check_version(self._journal, JOURNAL_MIGRATIONS)
        with self._journal.connect() as connection:
            checked_clock(connection, sandbox=settings.site.sandbox)
            register = read_register(connection)
            if loading(connection).loaded_ms is None:
                self.log.emit(LogLevel.warn, "bank-directory-empty", advice="yinqi admin bank-code load FILE")
        self._core = checked_core(settings)
        self._key = open_key(settings.reply, self._tell_key)
        if isinstance(self._key, Pkcs11Key) and not self._key.available:
            self._tell_key(False, self._key.reason)
        self._scribe = Scribe(self._key, now, name)
        self._sealer = Sealer(self._key, SealsFile(settings.folder / SEALS_FILE), self._note_root)
        self._services = Services(bank_of(settings))
        self._carrier = carrier_of(settings, self._journal, reactor, now=now, on_events=self._wake)
        self.committer = Committer(
            self._journal,
            self._services,
            owner=f"{settings.site.node[:20]}-{name}",
            new_chain=new_name,
            lease_seconds=settings.work.lease_seconds,
            reply_seconds=settings.work.reply_seconds,
            queue_max=max(1, settings.limits.queue // share),
            ahead_max=AHEAD_EMBEDDED if isinstance(self._core, Ledger) else AHEAD_LINKED,
            leave=lambda deliveries: reactor.callFromThread(_deliver, deliveries),
            upkeep=(self._refresh_register, self._try_core, self._sealer, self._gauge),
            on_turn=self._count_turn,
            on_events=self._wake,
            clearing=self._carrier.round if self._carrier else None,
        )
        self._room = _room(self._look_for_events, settings.limits, reactor, share=share)
        self.desk = Desk(self._core, self._scribe, self.committer.bring)
        self._pusher = Pusher(
            settings.push, self._scribe, self.committer.run_in_transaction, reactor=reactor, owner=name
        )
        self._road = Road(
            submit=self.committer.submit,
            scribe=self._scribe,
            register=register,
            admit=CustomerRates(settings.limits, share=share, seconds=reactor.seconds).take,
            unproven=UnprovenRates(settings.limits, share=share, seconds=reactor.seconds).take,
            metrics=metrics,
            now=now,
            reactor=reactor,
            pool=reactor.getThreadPool(),
            seconds=reactor.seconds,
            standstill=self._standstill,
            judge=partial(batch.judge, terms=_terms(settings)),
            room=self._room,
        )
        self._admission = Admission(settings.limits, share=share, seconds=reactor.seconds)
        self._doors: list[Door] = []
        self._flushing: list[LoopingCall] = []
        self._ports: list[Any] = []
        self._tls: list[tuple[TlsContext, DoorSettings]] = []

    # -- start and stop

    def start(self, http: Any, tcp: Any) -> None:
        """Start the threads, then open the doors on these listening sockets."""
        self.desk.start()
        self.committer.start(self.desk)
        self._open("http", self.settings.http, http)
        self._open("tcp", self.settings.tcp, tcp)
        self._pusher.start()
        if self._carrier is not None and self.settings.clearing is not None:
            self._carrier.connect(self.committer, self.desk, *self.settings.clearing.address)

    def _open(self, name: str, settings: DoorSettings, listening: Any) -> None:
        counts = DoorMetrics(self._metrics, name)
        self._flushing.append(LoopingCall(counts.flush))
        self._flushing[-1].start(FLUSH_SECONDS)
        terms = Terms(
            self._road,
            self.settings.limits,
            self._admission,
            counts,
            self._reactor,
            tls=settings.tls is not None,
            waits=name == "http",
        )
        door = http_door(terms, lambda: now().timestamp()) if name == "http" else tcp_door(terms)
        factory: Any = door
        if settings.tls is not None:
            context = TlsContext(settings.tls)
            self._tls.append((context, settings))
            factory = context.wrap(door, self._reactor)
        self._doors.append(door)
        self._ports.append(self._reactor.adoptStreamPort(listening.fileno(), listening.family, factory))

    def reload(self) -> None:
        """Read certificates and keys of the doors again; connections that are open go on with the old ones.

        A door whose files cannot be used keeps what it has, and the log says why.
        """
        for context, settings in self._tls:
            assert settings.tls is not None
            try:
                context.load(settings.tls)
            except TlsError as error:
                self.log.error("not-reloaded", fault=str(error))
            else:
                self.log.info("reloaded", certificate=str(settings.tls.certificate))

    async def stop(self) -> None:
        """Take nothing new, answer what is under way, end; what takes longer than the drain may is left to recovery."""
        seconds = self.settings.work.drain_seconds
        for port in self._ports:
            await port.stopListening()
        self._room.close()
        await self._pusher.stop()
        drained = gatherResults([door.drain() for door in self._doors])
        cut = self._reactor.callLater(seconds, self._cut)
        await drained
        if cut.active():
            cut.cancel()
        for flushing in self._flushing:
            flushing.stop()
        if self._carrier is not None:
            self._carrier.close()
        await deferToThread(self._stop_threads, seconds)
        self._core.close()
        self._journal.dispose()

    def _cut(self) -> None:
        for door in self._doors:
            door.cut()

    def _stop_threads(self, seconds: float) -> None:
        if not (self.committer.stop(seconds) and self.desk.stop(seconds)):
            self.log.error("stopped with work under way: recovery will carry it")
        elif self.committer.database_ok:
            self._sealer(self._journal)
        close: Callable[[], None] | None = getattr(self._key, "close", None)
        if close is not None:
            close()

    # -- what others ask

    def hands(self) -> DaemonHands:
        """What commands on this site work with while the node runs, beside its own work."""
        return DaemonHands(
            self.settings,
            journal=self._journal,
            core=self._core,
            run_in_transaction=self.committer.run_in_transaction,
            run_with_core=self.desk.run_with_core,
        )

    def ready(self) -> dict[str, bool]:
        """The parts that must work before a peer is sent here."""
        return {
            "database": self.committer.database_ok,
            "signer": self._signer_ok,
            "core": self.desk.core_ok and self.committer.stuck_seconds() <= STUCK_SECONDS,
        }

    @property
    def _signer_ok(self) -> bool:
        """A key in memory can always sign; one in a token knows by itself, also with nobody asking for signatures."""
        return bool(getattr(self._key, "available", True))

    def _standstill(self, command: Command) -> Code | None:
        """Why a command cannot be taken just now: a core that hangs would only pile up requests in doubt."""
        stuck = self.committer.stuck_seconds() > STUCK_SECONDS and self._services.needs_core(command)
        return Code.CORE_UNAVAILABLE if stuck else None

    def _tell_key(self, available: bool, reason: str) -> None:  # noqa: FBT001  its two words are the signer's
        if available:
            self.log.info("reply-key-available")
        else:
            self.log.error("reply-key-unavailable", reason=reason)

    def _look_for_events(self, customers: frozenset[str]) -> None:
        """Bring to the waiting room what other processes told these customers; an error is seen by all else."""

        def found(numbers: dict[str, int] | Exception) -> None:
            if not isinstance(numbers, Exception):
                self._reactor.callFromThread(self._room.told, numbers)

        self.committer.run_in_transaction(lambda tx: events.numbers(tx, customers), found)

    # -- on the committer's thread

    def _wake(self, numbers: Mapping[str, int]) -> None:
        if self._room.concerns(numbers):
            self._reactor.callFromThread(self._room.told, numbers)

    def _note_root(self, root: str) -> None:
        self._scribe.log_root = root

    def _count_turn(self, size: int, seconds: float) -> None:
        if size:
            self._metrics.group_size.observe(size)
        self._metrics.stage_seconds.labels("turn").observe(seconds)

    def _refresh_register(self, engine: Engine) -> None:
        with reading(engine) as connection:
            if read_version(connection) == self._road.register.version:
                return
            register = read_register(connection)
        self._road.register = register
        self.log.info("register-in-use", version=register.version)

    def _try_core(self, _engine: Engine) -> None:
        self.desk.try_core()

    def _gauge(self, engine: Engine) -> None:
        metrics = self._metrics
        metrics.queue_depth.set(self.committer.waiting)
        metrics.signer_available.set(self._signer_ok)
        left = parse(self._key.certificate).not_valid_after_utc - now()
        metrics.certificate_days_left.labels("reply").set(left.days)
        with reading(engine) as connection:
            count, oldest_seconds = in_doubt(connection)
            metrics.cases_open.set(cases.count(connection))
        metrics.clearing_up.set(self._carrier is not None and self._carrier.up)
        metrics.in_doubt.set(count)
        metrics.in_doubt_oldest_seconds.set(oldest_seconds)


def _room(look: Callable[[frozenset[str]], None], limits: Limits, reactor: Any, *, share: int) -> WaitingRoom:
    """The room of this process, with its share of the places."""
    return WaitingRoom(
        look,
        reactor=reactor,
        customer_max=max(1, limits.waiting_per_customer // share),
        all_max=max(1, limits.waiting // share),
    )


def _terms(settings: Settings) -> batch.Terms:
    """What the bank says of batches, as the rules of rows ask it."""
    said = settings.batch
    return batch.Terms(
        bank_code=settings.site.bank_code,
        batch_rows=said.rows,
        payroll_rows=said.payroll_rows,
        credit_cards=said.credit_cards,
    )


def _deliver(deliveries: list[Delivery]) -> None:
    for waiter, told in deliveries:
        try:
            waiter.done(told)
        except Exception:  # noqa: BLE001  (one answer that cannot be made must not lose the others)
            Node.log.failure("an answer could not be delivered")
