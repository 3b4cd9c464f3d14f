"""Posts customers' events to where bank staff have registered, each page as the signed message that answers ListEvents.

It runs on the reactor's thread: jobs for the committer take what is due and note what became of it, a thread signs, and
the reactor waits for receivers, each no longer than it may take. A slow one holds up nobody but itself. A message has
no RequestDigest, for it answers no request; its RequestId is PUSH- and the number of the first event looked at.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection
from twisted.internet.defer import Deferred, ensureDeferred, gatherResults
from twisted.internet.protocol import Protocol
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, HTTPConnectionPool, _HTTP11ClientFactory
from twisted.web.http_headers import Headers
from typing_extensions import override

from gateway.domain.command import Reply
from gateway.journal import events, push
from gateway.journal.push import Policy, Turn
from gateway.journal.register import read_version
from gateway.journal.standing import Standing
from gateway.scribe import Echo, Scribe
from gateway.services import events as feed
from gateway.services.service import done
from gateway.settings.push import Push
from protocol.limits import PAGE_ROWS_MAX

T = TypeVar("T")

LOOK_SECONDS: Final = 1.0
"""How often it is looked for what is to be posted."""
CUSTOMERS_MAX: Final = 32
"""Customers to whom a process posts at once."""
LEASE_SECONDS: Final = 30.0
"""How long a customer is this process's beside the time that its receiver may take."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What is to be posted in a turn; nothing where the operator may not see any of the events up to `last`."""

    turn: Turn
    last: int
    reply: Reply | None
    fault: str = ""


class Pusher:
    """See the module; `owner` names this process in leases."""

    log = Logger(namespace="push")

    def __init__(
        self,
        settings: Push,
        scribe: Scribe,
        run_in_transaction: Callable[[Callable[[Connection], Any], Callable[[Any], None]], None],
        *,
        reactor: Any,
        owner: str,
    ) -> None:
        """`run_in_transaction` takes jobs for the committer's thread."""
        self._policy = Policy(settings.attempts, round(settings.hours * 3_600_000))
        self._answer_seconds = settings.answer_seconds
        self._scribe = scribe
        self._run = run_in_transaction
        self._reactor = reactor
        self._owner = owner
        self._standing = Standing()
        self._posting: set[Deferred[None]] = set()
        pool: Any = cast(Any, HTTPConnectionPool)(reactor, persistent=False)
        pool._factory = _Quiet  # noqa: SLF001  there is no other way to keep each connection out of the log
        self._agent: Any = cast(Any, Agent)(reactor, connectTimeout=settings.answer_seconds, pool=pool)
        self._looking = LoopingCall(self._look)
        self._looking.clock = reactor

    def start(self) -> None:
        """Begin to look for what is to be posted."""
        self._looking.start(LOOK_SECONDS).addErrback(self._broken)

    async def stop(self) -> None:
        """Post nothing more; what is under way is broken off, and will be tried again."""
        if self._looking.running:
            self._looking.stop()
        for posting in tuple(self._posting):
            posting.cancel()
        await gatherResults(list(self._posting))

    def _broken(self, failure: Failure) -> None:
        self.log.failure("events are posted no more", failure)

    def _look(self) -> Deferred[None]:
        return ensureDeferred(self._take()).addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        """The database is away, or a bug: it is looked again in a second."""
        self.log.error("push: {error}", error=failure.type.__name__ if failure.type else "")

    async def _take(self) -> None:
        room = CUSTOMERS_MAX - len(self._posting)
        if room <= 0:
            return
        pages = await self._job(lambda tx: self._pages(tx, room))
        for page in pages if self._looking.running else ():
            posting = ensureDeferred(self._post(page)).addErrback(self._failed)
            self._posting.add(posting)
            posting.addCallback(self._posted, posting)

    def _posted(self, _: None, posting: Deferred[None]) -> None:
        self._posting.discard(posting)

    # -- on the committer's thread

    def _pages(self, tx: Connection, most: int) -> list[_Page]:
        seconds = self._answer_seconds + LEASE_SECONDS
        return [self._page(tx, turn) for turn in push.take(tx, self._owner, seconds=seconds, most=most)]

    def _page(self, tx: Connection, turn: Turn) -> _Page:
        (facts,) = self._standing.facts(tx, read_version(tx), [(turn.customer_id, turn.operator_id)])
        if not feed.may_follow(facts):
            return _Page(turn, turn.after, None, f"{turn.operator_id} may not query")
        most = PAGE_ROWS_MAX if turn.until is None else min(PAGE_ROWS_MAX, turn.until - turn.after)
        found = events.read(tx, feed.sight_of(facts), after=turn.after, most=most, until=turn.until)
        if not found.events:
            return _Page(turn, found.last, None)
        asked = feed.whole_feed(turn.customer_id, after=turn.after, size=most)
        return _Page(turn, found.last, done(feed.page(asked, found, "zh")))

    def _job(self, job: Callable[[Connection], T]) -> Deferred[T]:
        """The value of a job, on the reactor's thread."""
        told: Deferred[T] = Deferred()

        def tell(value: Any) -> None:
            self._reactor.callFromThread(told.errback if isinstance(value, Exception) else told.callback, value)

        self._run(job, tell)
        return told

    # -- posting

    async def _post(self, page: _Page) -> None:
        turn, fault = page.turn, page.fault
        if page.reply is not None:
            fault = await self._sent(page, page.reply)
        if not fault:
            await self._job(lambda tx: push.delivered(tx, turn, page.last))
            if self._looking.running:
                self._reactor.callLater(0, self._look)
            return
        aside = await self._job(lambda tx: push.failed(tx, turn, page.last, fault, policy=self._policy))
        self.log.emit(
            LogLevel.warn, "not-taken", customer=turn.customer_id, first=turn.after + 1, fault=fault, put_aside=aside
        )

    async def _sent(self, page: _Page, reply: Reply) -> str:
        """Post a page; why it was not taken, if so."""
        turn = page.turn
        echo = Echo(turn.customer_id, turn.operator_id, f"PUSH-{turn.after + 1}", None, "zh", "UTF-8")
        begun = self._reactor.seconds()
        try:
            pool = self._reactor.getThreadPool()
            message = await deferToThreadPool(self._reactor, pool, self._scribe.reply, echo, reply)
            status = await self._status(turn.url, message)
        except Exception as error:  # noqa: BLE001  whatever it is, the events were not taken for certain
            late = self._reactor.seconds() - begun >= self._answer_seconds
            return f"no answer in {self._answer_seconds:g} s" if late else type(error).__name__
        return "" if 200 <= status < 300 else f"HTTP {status}"

    def _status(self, url: str, message: bytes) -> Deferred[int]:
        """The status that the receiver answers with; of its body not a byte is read."""
        headers = Headers({b"Content-Type": [b"application/xml"], b"User-Agent": [b"yinqi"]})
        body = cast(Any, FileBodyProducer)(io.BytesIO(message))
        asked: Deferred[Any] = self._agent.request(b"POST", url.encode("ascii"), headers, body)
        return asked.addCallback(_status_of).addTimeout(self._answer_seconds, self._reactor)


class _Quiet(_HTTP11ClientFactory):
    """Makes connections without a line in the log for each."""

    noisy = False


class _Unread(Protocol):
    """Takes nothing of a body: whatever the receiver says beside its status is of no use."""

    @override
    def connectionMade(self) -> None:
        cast(Any, self.transport).loseConnection()


def _status_of(response: Any) -> int:
    response.deliverBody(_Unread())
    return int(response.code)
