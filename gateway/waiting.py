"""The waiting room: requests whose senders wait until there is something to tell (ListEvents over HTTP).

It runs on the reactor's thread. Who waits holds no thread and no transaction: a request is asked of the journal as it
comes, and again when its customer was told something above what it has seen, until there is something for it or its
time is over. What this process writes wakes it at once, what others write within a second. Who has closed its side, or
whose process stops, is answered at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import LoopingCall, deferLater

from gateway.answer import Peer
from gateway.domain.command import Command
from gateway.journal.task import Told
from protocol.codes import Code
from protocol.messages.events import ListEvents

LOOK_SECONDS: Final = 1.0
"""How often it is seen what other processes told the customers that wait, and who has gone."""
PAUSE_SECONDS: Final = 0.2
"""The least time between two questions of one request: most of what wakes it may be nothing that it may see."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request that waits for an event above `number`; fires once, when it is to be asked again."""

    number: int
    leaves: Callable[[], bool]
    again: Deferred[None] = field(default_factory=Deferred)

    def fire(self) -> None:
        if not self.again.called:
            self.again.callback(None)


class WaitingRoom:
    """See the module; `customer_max` requests of one customer may wait, and `all_max` of all."""

    def __init__(
        self,
        look: Callable[[frozenset[str]], None],
        *,
        reactor: Any,
        customer_max: int,
        all_max: int,
    ) -> None:
        """`look` is to find what these customers were told, and bring it to `told`."""
        self._look = look
        self._reactor = reactor
        self._customer_max = customer_max
        self._all_max = all_max
        self._asking: Counter[str] = Counter()
        self._waiting: dict[str, set[_Waiting]] = {}
        self._closed = False
        self._looking = LoopingCall(self._see)
        self._looking.clock = reactor

    def patience(self, command: Command, peer: Peer) -> int:
        """How many seconds the sender waits for something to tell, where it comes by a door that lets it."""
        body = command.body
        return body.wait_seconds or 0 if peer.waits and isinstance(body, ListEvents) else 0

    def answer(self, command: Command, peer: Peer, ask: Callable[[Command], Deferred[Told]]) -> Deferred[Told]:
        """What becomes of a command: asked at once, and again while its sender waits and there is nothing to tell."""
        seconds = self.patience(command, peer)
        if not seconds:
            return ask(command)
        customer = command.head.customer_id
        if self._asking[customer] >= self._customer_max:
            return succeed(Told(None, Code.RATE_LIMITED))
        if self._asking.total() >= self._all_max:
            return succeed(Told(None, Code.BUSY))
        return Deferred.fromCoroutine(self._answer(command, peer, ask, self._reactor.seconds() + seconds))

    async def _answer(
        self, command: Command, peer: Peer, ask: Callable[[Command], Deferred[Told]], until: float
    ) -> Told:
        customer = command.head.customer_id
        self._asking[customer] += 1
        try:
            while True:
                asked_at = self._reactor.seconds()
                patient = asked_at < until and not self._closed and not peer.leaves()
                told = await ask(replace(command, patient=patient))
                if told.idle is None:
                    return told
                await self._woken(customer, _Waiting(told.idle, peer.leaves), until)
                pause = asked_at + PAUSE_SECONDS - self._reactor.seconds()
                if pause > 0 and not self._closed:
                    await deferLater(self._reactor, min(pause, max(0.0, until - asked_at)))
        finally:
            self._asking[customer] -= 1
            if not self._asking[customer]:
                del self._asking[customer]

    async def _woken(self, customer: str, waiting: _Waiting, until: float) -> None:
        """Wait until the customer was told something, the time is over, or the request is to be answered anyway."""
        if self._closed:
            return
        if not self._looking.running:
            self._looking.start(LOOK_SECONDS, now=False)
        over = self._reactor.callLater(max(0.0, until - self._reactor.seconds()), waiting.fire)
        self._waiting.setdefault(customer, set()).add(waiting)
        try:
            await waiting.again
        finally:
            if over.active():
                over.cancel()
            self._waiting[customer].discard(waiting)
            if not self._waiting[customer]:
                del self._waiting[customer]

    # -- what wakes them

    def concerns(self, customers: Iterable[str]) -> bool:
        """Whether any of these customers has a request here; may be asked on any thread."""
        return any(customer in self._asking for customer in customers)

    def told(self, numbers: Mapping[str, int]) -> None:
        """Wake who waits for these customers' events and has not seen as far as these numbers."""
        for customer, number in numbers.items():
            for waiting in tuple(self._waiting.get(customer, ())):
                if waiting.number < number:
                    waiting.fire()

    def _see(self) -> None:
        for waiting in self._all():
            if waiting.leaves():
                waiting.fire()
        if self._waiting:
            self._look(frozenset(self._waiting))
        else:
            self._looking.stop()

    def _all(self) -> list[_Waiting]:
        return [waiting for each in self._waiting.values() for waiting in each]

    def close(self) -> None:
        """Let nobody wait any more: whoever does is answered now."""
        self._closed = True
        for waiting in self._all():
            waiting.fire()
        if self._looking.running:
            self._looking.stop()
