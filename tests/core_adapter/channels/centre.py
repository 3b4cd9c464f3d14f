"""A centre behind a real socket that does as a test tells it, and the link before it; both speak the real codec."""

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from typing_extensions import override

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.link import Link
from core_adapter.channels.messages import (
    Head,
    Login,
    LoginAnswer,
    Message,
    Received,
    System,
    SystemNow,
    SystemState,
)
from protocol.frame import FrameReader, frame
from tests.core_adapter.clearing.bank import BANK, CENTRE
from tests.core_adapter.clearing.peer import signer, verify

NOW: Final = datetime(2026, 3, 2, 10)  # noqa: DTZ001  the wall clock of Shanghai travels without a zone
_ids = itertools.count(1)


def head(sender: str, receiver: str, reference: str = "") -> Head:
    """The head of a new message."""
    return Head(
        sender=sender,
        receiver=receiver,
        system=System.CCMS,
        sent_at=NOW,
        message_id=f"20260302{next(_ids):08d}",
        reference_id=reference,
    )


class Watched:
    """What tells those who wait that something has changed."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: list[tuple[Callable[[], object], Deferred[None]]] = []

    def changed(self) -> None:
        """Let those go on whose condition holds now."""
        for condition, deferred in list(self._waiting):
            if condition():
                self._waiting.remove((condition, deferred))
                deferred.callback(None)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds."""
        if not condition():
            deferred: Deferred[None] = Deferred()
            self._waiting.append((condition, deferred))
            await deferred


class Call(Protocol):
    """A connection that the bank made."""

    def __init__(self, centre: "Centre") -> None:
        self.centre = centre
        self.heard: list[Message] = []
        self.over = False
        self._frames = FrameReader()

    @property
    def wire(self) -> Any:
        """The transport."""
        return self.transport

    @override
    def connectionMade(self) -> None:
        self.centre.calls.append(self)
        self.centre.watched.changed()

    @override
    def dataReceived(self, data: bytes) -> None:
        self._frames.receive(data)
        while (message := self._frames.next_frame()) is not None:
            self.heard.append(self.centre.codec.read(message))
            if self.centre.lets_in and isinstance(self.heard[-1], Login):
                self.let_in()
        self.centre.watched.changed()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.over = True
        self.centre.watched.changed()

    def let_in(self, *, accepted: bool = True) -> None:
        """Answer the login."""
        self.say(self.answer(accepted=accepted))

    def answer(self, *, accepted: bool = True) -> Message:
        """The answer to the login."""
        named = self.heard[0].head.message_id
        systems = (SystemNow(System.IBPS, SystemState.OPEN, NOW.date()),)
        return LoginAnswer(head=head(CENTRE, BANK, named), accepted=accepted, systems=systems)

    def say(self, message: Message) -> None:
        """Say something."""
        self.wire.write(self.centre.frame(message))


class Centre(Factory):
    """Listens at a free port; answers logins unless it is told not to."""

    noisy = False

    def __init__(self, reactor: Any) -> None:
        """Listens at once."""
        self.codec = Codec(signer(CENTRE), verify)
        self.lets_in = True
        self.calls: list[Call] = []
        self.watched = Watched()
        self.listening = reactor.listenTCP(0, self, interface="127.0.0.1")
        self.port: int = self.listening.getHost().port

    def frame(self, message: Message) -> bytes:
        """A message as it leaves."""
        return frame(self.codec.write(message, from_centre=True))

    @override
    def buildProtocol(self, addr: Any) -> Call:
        return Call(self)

    async def call(self, number: int = 1) -> Call:
        """The connection with that number, counted from 1, once its login was heard."""
        await self.watched.until(lambda: len(self.calls) >= number and self.calls[number - 1].heard)
        return self.calls[number - 1]

    async def over(self, call: Call) -> None:
        """Wait until the bank has left a connection."""
        await self.watched.until(lambda: call.over)


class BankSide:
    """The link and what it brought."""

    def __init__(self, centre: Centre, reactor: Any) -> None:
        """Connects at once."""
        self.brought: list[Message] = []
        self.unreadable: list[Unreadable] = []
        self.ups: list[bool] = []
        self.watched = Watched()
        self.link = Link(
            Codec(signer(BANK), verify),
            centre=CENTRE,
            bank=BANK,
            login_head=lambda: head(BANK, CENTRE),
            bring=self._bring,
            changed=self._changed,
            unreadable=self._unreadable,
            reactor=reactor,
        )
        self.link.connect("127.0.0.1", centre.port)

    def _bring(self, message: Message, _data: bytes) -> None:
        self.brought.append(message)
        self.watched.changed()

    def _changed(self, up: bool) -> None:  # noqa: FBT001  as the link calls it
        self.ups.append(up)
        self.watched.changed()

    def _unreadable(self, error: Unreadable) -> None:
        self.unreadable.append(error)
        self.watched.changed()

    def bytes_of(self, reference: str = "2026030200000001") -> bytes:
        """A message of the bank, an acknowledgement."""
        return self.link.codec.write(Received(head=head(BANK, CENTRE, reference)), from_centre=False)
