"""A bank at the end of a real socket: it speaks the real codec, remembers what it hears, and can be waited for."""

import hashlib
import hmac
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from typing_extensions import override

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.messages import Credit, Credits, Head, Login, LoginAnswer, Message, Received, System
from protocol.frame import FrameReader, frame
from tests.core_adapter.clearing.bank import BANK, CENTRE

M = TypeVar("M", bound=Message)
KEYS: Final = {BANK: b"the bank's key", CENTRE: b"the centre's key"}
_ids = itertools.count(1)


def signer(code: str) -> Callable[[bytes], bytes]:
    """How that side signs: what is tested here is not the arithmetic of keys."""
    return lambda data: hmac.digest(KEYS[code], data, hashlib.sha256)


def verify(sender: str, data: bytes, signature: bytes) -> bool:
    """Whether a side signed that."""
    return sender in KEYS and hmac.compare_digest(hmac.digest(KEYS[sender], data, hashlib.sha256), signature)


class Peer(Protocol):
    """One connection of the bank."""

    def __init__(self) -> None:
        self.heard: list[Message | Unreadable] = []
        self.ended: Deferred[None] = Deferred()
        self._frames = FrameReader()
        self._codec = Codec(signer(BANK), verify)
        self._waiting: list[tuple[Callable[[], object], Deferred[None]]] = []

    @property
    def wire(self) -> Any:
        """The transport."""
        return self.transport

    @override
    def dataReceived(self, data: bytes) -> None:
        self._frames.receive(data)
        while (message := self._frames.next_frame()) is not None:
            try:
                self.heard.append(self._codec.read(message))
            except Unreadable as error:
                self.heard.append(error)
        for condition, deferred in list(self._waiting):
            if condition():
                self._waiting.remove((condition, deferred))
                deferred.callback(None)

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.ended.callback(None)

    def head(self, system: System = System.CCMS, reference: str = "") -> Head:
        """The head of a new message of the bank; ids are new in the whole run."""
        return Head(
            sender=BANK,
            receiver=CENTRE,
            system=system,
            sent_at=datetime(2026, 3, 2, 10),  # noqa: DTZ001  the wall clock of Shanghai travels without a zone
            message_id=f"20260302{next(_ids):08d}",
            reference_id=reference,
        )

    def bytes_of(self, message: Message) -> bytes:
        """The frame of a message."""
        return frame(self._codec.write(message, from_centre=False))

    def send(self, *messages: Message) -> None:
        """Send messages in one go."""
        self.wire.write(b"".join(map(self.bytes_of, messages)))

    def pay(self, *paid: Credit, system: System = System.IBPS) -> Credits:
        """Send credits in a message."""
        message = Credits(head=self.head(system), credits=paid)
        self.send(message)
        return message

    def acknowledge(self, message: Credits) -> None:
        """Acknowledge a delivery."""
        self.send(Received(head=self.head(message.head.system, reference=message.head.message_id)))

    def all(self, kind: type[M]) -> list[M]:
        """What was heard of a kind."""
        return [each for each in self.heard if isinstance(each, kind)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until what was heard is as it should be."""
        if not condition():
            deferred: Deferred[None] = Deferred()
            self._waiting.append((condition, deferred))
            await deferred

    async def hear(self, kind: type[M], count: int = 1) -> list[M]:
        """Wait for so many messages of a kind."""
        await self.until(lambda: len(self.all(kind)) >= count)
        return self.all(kind)

    async def login(self) -> LoginAnswer:
        """Log in."""
        self.send(Login(head=self.head()))
        return (await self.hear(LoginAnswer))[-1]


async def connect(reactor: Any, port: int) -> Peer:
    """Connect to the centre."""
    connecting: Any = connectProtocol
    peer: Peer = await connecting(TCP4ClientEndpoint(reactor, "127.0.0.1", port), Peer())
    return peer
