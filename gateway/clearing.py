"""Carries payments to the clearing side and its words back: between the link, the journal and the core.

Everything that is to be done stands in the journal, so any process may take it up at any time, and one that dies leaves
nothing behind. A round runs on the committer's thread: what came in is stored, what is due is taken, and only when that
is durable do messages leave, and does the core post, void or credit. Nothing is sent twice that was not asked about.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine
from twisted.logger import Logger

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.link import Link
from core_adapter.channels.messages import (
    CREDITS_MAX,
    Credits,
    Discarded,
    LoginAnswer,
    Message,
    Received,
    StatusAnswer,
    System,
    SystemStatus,
    Told,
)
from core_adapter.channels.reasons import CLOSED, DUPLICATE, IN_MAINTENANCE
from core_adapter.database import transact
from gateway.domain.facts import Moment, Transfer
from gateway.domain.hearing import CaseKind
from gateway.domain.incoming import Incoming
from gateway.journal import clearing, incoming, record, wire
from gateway.journal.cases import Case, open_cases
from gateway.journal.clearing import Pace, Taken
from gateway.journal.committer import Committer
from gateway.journal.dues import GONE
from gateway.services.desk import Desk
from gateway.services.ending import Ended, with_core
from gateway.services.wiring import Wire

INBOUND_MAX: Final = 2_000
"""Messages of the clearing side that are stored in one transaction."""
_HARMLESS: Final = frozenset({DUPLICATE.code, IN_MAINTENANCE.code, CLOSED.code})
"""Why a message is discarded of which nothing follows: it was taken before, or is sent again later, being asked for."""

Inbound = tuple[Message, bytes]


class Carrier:
    """See the module; `connect` begins, `round` is an upkeep of the committer."""

    log = Logger(namespace="clearing")

    def __init__(
        self, codec: Codec, names: Wire, pace: Pace, *, reactor: Any, now: Callable[[], datetime], on_events: Any
    ) -> None:
        """`on_events` takes the numbers of the last events by customer, on the committer's thread."""
        self._codec = codec
        self._wire = names
        self._pace = pace
        self._reactor = reactor
        self._now = now
        self._on_events = on_events
        self._ids = wire.Ids()
        self._inbound: deque[Inbound] = deque()
        self._committer: Committer | None = None
        self._desk: Desk | None = None
        self._link = Link(
            codec,
            centre=names.centre,
            bank=names.bank,
            login_head=lambda: names.head(System.CCMS, self._ids.take(), now()),
            bring=self._bring,
            changed=self._changed,
            unreadable=self._unreadable,
            reactor=reactor,
        )

    @property
    def up(self) -> bool:
        """Whether messages can leave now."""
        return self._link.up

    def prepare(self, engine: Engine) -> None:
        """Set ids aside where few are left: before anything can be said there must be some."""
        if self._ids.are_few(self._now()):
            self._ids.add(*transact(engine, lambda tx: wire.set_aside(tx, self._now())))

    def connect(self, committer: Committer, desk: Desk, host: str, port: int) -> None:
        """Begin to talk with the centre, on the reactor's thread."""
        self._committer, self._desk = committer, desk
        self._link.connect(host, port)

    def close(self) -> None:
        """Talk no more; what is under way is in the journal."""
        self._link.close()

    # -- on the reactor's thread

    def _bring(self, message: Message, data: bytes) -> None:
        self._inbound.append((message, data))
        assert self._committer
        self._committer.carry_on()

    def _changed(self, up: bool) -> None:  # noqa: FBT001  its one word is the link's
        self.log.info("clearing-link-up" if up else "clearing-link-down")
        assert self._committer
        self._committer.carry_on()

    def _unreadable(self, error: Unreadable) -> None:
        self.log.error("clearing-message-unreadable", code=error.code.value, why=error.text)

    # -- on the committer's thread

    def round(self, engine: Engine) -> None:
        """Store what came in, take what is due, and set off what follows from it."""
        self.prepare(engine)
        again = self._store(engine)
        taken, came = transact(engine, self._take)
        self._send(again + taken.send, taken.ask)
        if (taken.end or came) and self._desk:
            desk = self._desk
            desk.run_with_core(lambda _core: with_core(desk, taken.end, came), self._at_the_core)

    def _take(self, tx: Connection) -> tuple[Taken, list[Incoming]]:
        moment, _ = record.site(tx)
        taken = clearing.take(tx, moment, self._ids, self._pace, up=self.up)
        return taken, incoming.take(tx, moment, self._pace.lease_ms, bank=self._wire.bank)

    def _store(self, engine: Engine) -> list[list[Transfer]]:
        """Store what came in, all of it or else one by one; the messages that are to be sent again."""
        batch = [self._inbound.popleft() for _ in range(min(INBOUND_MAX, len(self._inbound)))]
        if not batch:
            return []
        try:
            again, acks = transact(engine, lambda tx: self._hear(tx, batch))
        except GONE:
            self._inbound.extendleft(reversed(batch))
            raise
        except Exception:  # noqa: BLE001  one message must not keep the others from counting
            self.log.failure("messages of the clearing side could not be stored together")
            again, acks = [], []
            for single in batch:
                try:
                    more, ack = transact(engine, partial(self._hear, batch=[single]))
                except GONE:
                    raise
                except Exception:  # noqa: BLE001  the one at fault: it is asked about, or delivered again
                    self.log.failure("a message of the clearing side could not be stored")
                else:
                    again, acks = again + more, acks + ack
        self._leave([self._codec.write(ack, from_centre=False) for ack in acks])
        return again

    def _hear(self, tx: Connection, batch: Sequence[Inbound]) -> tuple[list[list[Transfer]], list[Received]]:
        """The messages to send again, and the acknowledgements that are due once this is durable.

        A message that was kept before counts no more, but is acknowledged again; one that says something else under an
        id that was used before is neither, for its money would be lost.
        """
        moment, _ = record.site(tx)
        fresh = [
            message
            for message, data in batch
            if not isinstance(message, Received) and wire.receive(tx, message, data, moment.now_ms)
        ]
        again = [pack for message in fresh for pack in self._take_down(tx, moment, message)]
        if outcomes := [
            each for message in fresh if isinstance(message, Told | StatusAnswer) for each in message.outcomes
        ]:
            clearing.hear(tx, moment, outcomes, self._pace, bank=self._wire.bank)
        credits_ = [message for message, _ in batch if isinstance(message, Credits)]
        return again, [self._received(message) for message in credits_ if self._is_taken(tx, moment, message)]

    def _is_taken(self, tx: Connection, moment: Moment, message: Credits) -> bool:
        """Whether what the message says is taken down; else its id was another message's, which is for staff."""
        if incoming.is_same(tx, message):
            return True
        named = message.head.message_id
        what = f"{named}: credits under the id of another message, which are not taken"
        open_cases(tx, [Case(kind=CaseKind.ID_REUSED, tx_id=named, what=what)], moment.now_ms)
        return False

    def _take_down(self, tx: Connection, moment: Moment, message: Message) -> list[list[Transfer]]:
        """Store what a message says beside outcomes; the messages that it asks to send again."""
        match message:
            case Credits():
                incoming.enter(tx, message, moment)
            case StatusAnswer() if message.unknown:
                ours = [each for each in message.unknown if each.sender == self._wire.bank]
                return clearing.unknown(tx, moment, ours, self._pace)
            case Discarded() if message.code not in _HARMLESS:
                clearing.discarded(tx, moment, message.head.reference_id, f"{message.code} {message.text}")
            case LoginAnswer() | SystemStatus():
                wire.note_systems(tx, message.systems, moment.now_ms)
            case _:
                pass
        return []

    def _received(self, message: Credits) -> Received:
        named = message.head.message_id
        return Received(head=self._wire.head(System.CCMS, self._ids.take(), self._now(), reference_id=named))

    def _send(self, packs: list[list[Transfer]], asked: list[Transfer]) -> None:
        """Make messages of what was taken and let them leave: they are durable as they are."""
        now = self._now()
        made = []
        for pack in packs:
            try:
                made.append(self._codec.write(self._wire.credits(pack, now), from_centre=False))
            except ValueError:
                self.log.failure("a payment cannot be said in a message")
        for start in range(0, len(asked), CREDITS_MAX):
            query = self._wire.query(asked[start : start + CREDITS_MAX], self._ids.take(), now)
            made.append(self._codec.write(query, from_centre=False))
        self._leave(made)

    def _leave(self, messages: list[bytes]) -> None:
        if messages:
            self._reactor.callFromThread(self._link.send, messages)

    # -- on the desk's thread

    def _at_the_core(self, value: Any) -> None:
        """Let the committer store what the core did; without it the leases end, and it is asked about."""
        if isinstance(value, Exception):
            self.log.error("the core could not be asked: {error}", error=type(value).__name__)
            return
        self._note(value, value.each())

    def _note(self, ended: Ended, alone: Sequence[Ended]) -> None:
        """Store what the core did, all of it or else each `alone`: one that cannot be stored keeps back no other."""
        committer = self._committer
        assert committer is not None
        carry_on, run = committer.carry_on, committer.run_in_transaction

        def stored(last: Any) -> None:
            if not isinstance(last, Exception):
                self._on_events(last)
                carry_on()
            elif len(alone) > 1 and not isinstance(last, GONE):
                for single in alone:
                    self._note(single, ())
            else:
                self.log.error("what the core did could not be stored: {error}", error=repr(last))

        run(ended.store, stored)
