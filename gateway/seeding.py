"""How messages get into a new site without doors: signed by its clients, taken down the road, journaled and answered.

A committer and a desk work on the site's databases while this lasts; what they leave under way the first daemon carries
on. What is sent is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from queue import Queue
from typing import Any, Final, Self

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from twisted.python.threadpool import ThreadPool

from core_adapter.core import Core
from core_adapter.database import reading
from gateway.answer import Peer
from gateway.domain import batch
from gateway.domain.matter import MatterKey
from gateway.journal import matters
from gateway.journal.committer import Committer
from gateway.journal.record import site
from gateway.journal.register import TrustedRegister, read_register
from gateway.journal.task import Delivery, Told, Waiter
from gateway.metrics import Metrics
from gateway.node import AHEAD_EMBEDDED, bank_of, new_name, open_key
from gateway.road import Road
from gateway.scribe import Scribe
from gateway.services.desk import Desk
from gateway.services.table import Services
from gateway.settings import Settings
from protocol import seal, text
from protocol.binding import write
from protocol.codes import Result
from protocol.meanings import MEANINGS
from protocol.writing import write_request
from signer.digests import DIGESTS
from signer.keys import DIGEST_OF, SigningKey

SECONDS: Final = 60.0
"""The longest wait for an answer, and for the end of what is under way."""
QUEUE: Final = 1000
_PEER: Final = Peer("127.0.0.1")


class SeedRefused(Exception):
    """A message was not accepted; the text says which, and with which code."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs: customer and operator, and the operator's key."""

    customer: str
    operator: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Seed:
    """One message: the name of the sender, the request id, and the typed message."""

    sender: str
    request_id: str
    message: object


class Seeding:
    """Sends messages while the context lasts, `now` on the clocks of senders and gateway alike."""

    def __init__(
        self, settings: Settings, journal: Engine, core: Core, *, senders: Mapping[str, Sender], now: datetime
    ) -> None:
        """`senders` are known by their names; their certificates are registered already."""
        self._journal = journal
        self._senders = senders
        self._now = now
        name = new_name()
        scribe = Scribe(open_key(settings.reply), lambda: now, name)
        self._committer = Committer(
            journal,
            Services(bank_of(settings)),
            owner=f"{settings.site.node[:20]}-{name}",
            new_chain=new_name,
            lease_seconds=settings.work.lease_seconds,
            reply_seconds=settings.work.reply_seconds,
            queue_max=QUEUE,
            ahead_max=AHEAD_EMBEDDED,
            leave=_tell,
        )
        self._desk = Desk(core, scribe, self._committer.bring)
        with reading(journal) as connection:
            self._road = _way_in(read_register(connection), scribe, now, settings.site.bank_code)

    def __enter__(self) -> Self:
        """Start the threads."""
        self._desk.start()
        self._committer.start(self._desk)
        return self

    def __exit__(self, *_: object) -> None:
        """Carry what is under way to its replies, and end."""
        if not (self._committer.stop(SECONDS) and self._desk.stop(SECONDS)):
            raise SeedRefused(f"what is under way did not end within {SECONDS:.0f} s")

    def send(self, *seeds: Seed) -> None:
        """Send messages together, none of which needs another to be answered; raises SeedRefused."""
        answers: Queue[tuple[Seed, Told]] = Queue()

        def waiter(seed: Seed) -> Waiter:
            return Waiter(self._road.command(self._signed(seed), _PEER), lambda told: answers.put((seed, told)))

        self._committer.submit([waiter(seed) for seed in seeds])
        for _ in seeds:
            seed, told = answers.get(timeout=SECONDS)
            if told.code is None or MEANINGS[told.code].result is not Result.ACCEPTED:
                raise SeedRefused(f"{type(seed.message).__name__} {seed.request_id}: {told.code}")

    def today(self) -> date:
        """The business date of the site."""
        with reading(self._journal) as connection:
            return site(connection)[0].business_date

    def digest(self, customer_id: str, request_id: str) -> str:
        """What ListPending shows as the digest of an order that waits."""
        key = MatterKey(customer_id, request_id, 0)
        with reading(self._journal) as connection:
            return matters.read(connection, [key])[key].shown.hex()

    def _signed(self, seed: Seed) -> bytes:
        sender = self._senders[seed.sender]
        ids = (sender.customer, sender.operator, seed.request_id)
        unsigned = write_request(*ids, self._now, body_xml=write(seed.message))
        key = sender.key
        digest = DIGESTS[DIGEST_OF[key.algorithm]]
        sealed = seal.seal(unsigned, key.algorithm, digest=digest, sign=key.sign, certificate=key.certificate)
        return text.write(sealed, "UTF-8")


def _way_in(register: TrustedRegister, scribe: Scribe, now: datetime, bank_code: str) -> Road:
    """A road of which only the way to the command is used, so that its reactor and its pool are never asked."""
    unused: Any = None
    return Road(
        submit=unused,
        scribe=scribe,
        register=register,
        admit=lambda _customer: True,
        unproven=lambda _address, _customer: True,
        metrics=Metrics(CollectorRegistry()),
        now=lambda: now,
        reactor=unused,
        pool=ThreadPool(0, 1),
        seconds=unused,
        standstill=lambda _command: None,
        judge=partial(batch.judge, terms=batch.Terms(bank_code=bank_code)),
        room=unused,
    )


def _tell(deliveries: list[Delivery]) -> None:
    for waiter, told in deliveries:
        waiter.done(told)
