"""The link to the clearing centre: logs in, reads whole messages, writes what it is given, and connects again.

It keeps nothing of what it could not send: what a message meant is in the journal of who gave it, who asks before it
sends again. Frames are those of `protocol.frame`. Runs on the reactor's thread; what it brings, it brings there.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol, ReconnectingClientFactory, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from typing_extensions import override

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.cnaps.codec import MESSAGE_BYTES_MAX
from core_adapter.channels.messages import Head, Login, LoginAnswer, Message
from protocol.frame import FrameError, FrameReader, frame

UNSENT_BYTES_MAX: Final = 8 * 1024 * 1024
"""A centre that reads so little that more than this waits is left, and called again."""
SILENCE_SECONDS: Final = 60.0
"""A centre that was told something and says nothing at all for so long is left, and called again."""
RETRY_SECONDS_MAX: Final = 10
"""The longest pause between two tries to connect."""


class _Talk(Protocol):
    """One connection."""

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._reader = FrameReader(MESSAGE_BYTES_MAX)
        self._silent: Any = None
        self._let_in = self._left = False
        self._login_id = ""

    @override
    def connectionMade(self) -> None:
        """Say who is there; nothing else goes before the centre has answered."""
        self._login_id, login = self._link.login()
        self.write([login])

    def write(self, messages: Iterable[bytes]) -> bool:
        """Write messages in one go; False where the centre reads too little and is left."""
        waiting: Any = self.transport
        waiting.write(b"".join(map(frame, messages)))
        unsent = len(waiting.dataBuffer) + waiting._tempDataLen  # noqa: SLF001  Twisted tells it nowhere else
        if unsent > UNSENT_BYTES_MAX:
            self._leave("it does not read")
            return False
        if self._silent is None:
            self._silent = self._link.reactor.callLater(SILENCE_SECONDS, self._leave, "it is silent")
        return True

    @override
    def dataReceived(self, data: bytes) -> None:
        """Take what came; a message that cannot be read is told, one whose length cannot be is the end."""
        self._reader.receive(data)
        try:
            while not self._left and (message := self._reader.next_frame()) is not None:
                self._take(message)
        except FrameError:
            self._leave("its frames are broken")

    def _hush(self) -> None:
        """Wait for no word any more."""
        if self._silent is not None and self._silent.active():
            self._silent.cancel()
        self._silent = None

    def _take(self, data: bytes) -> None:
        """Take a message; only one of the centre that can be read ends a silence, and until it lets us in, that one."""
        try:
            message = self._link.codec.read(data)
        except Unreadable as error:
            self._link.unreadable(error)
            return
        if not self._link.is_from_centre(message):
            self._link.log.error("clearing-message-of-another", sender=message.head.sender)
        elif isinstance(message, LoginAnswer) and message.head.reference_id != self._login_id:
            # An answer of another day, said again by who cannot sign one.
            self._link.log.error("clearing-login-answer-of-another")
        elif isinstance(message, LoginAnswer) and not message.accepted:
            self._leave("it does not let us in")
        else:
            answered = isinstance(message, LoginAnswer)
            self._let_in |= answered
            if self._let_in:
                self._hush()
            if answered:
                self._link.let_in(self)
            self._link.bring(message, data)

    def _leave(self, why: str) -> None:
        self._link.log.error("clearing-link-left", why=why)
        self._left = True
        self._hush()
        assert self.transport is not None
        self.transport.abortConnection()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Nothing can be said any more."""
        self._hush()
        self._link.lost(self)


class Link(ReconnectingClientFactory):
    """See the module; `up` while the centre has let us in."""

    factor = 2.0
    noisy = False
    log = Logger(namespace="clearing")

    def __init__(
        self,
        codec: Codec,
        *,
        centre: str,
        bank: str,
        login_head: Callable[[], Head],
        bring: Callable[[Message, bytes], None],
        changed: Callable[[bool], None],
        unreadable: Callable[[Unreadable], None],
        reactor: Any,
    ) -> None:
        """`bring` takes each message of the centre with its bytes; `changed` learns when the link is up and down."""
        self.maxDelay, self.initialDelay = RETRY_SECONDS_MAX, 0.2
        self.codec = codec
        self.reactor = reactor
        self.clock = reactor
        self.bring = bring
        self.unreadable = unreadable
        self._centre, self._bank = centre, bank
        self._login_head = login_head
        self._changed = changed
        self._talk: _Talk | None = None
        self._connector: Any = None

    @property
    def up(self) -> bool:
        """Whether messages can be sent now."""
        return self._talk is not None

    def connect(self, host: str, port: int) -> None:
        """Connect, and from now on again whenever the connection is lost."""
        self._connector = self.reactor.connectTCP(host, port, self)

    def close(self) -> None:
        """Connect no more."""
        self.stopTrying()  # type: ignore[no-untyped-call]  # Twisted has no types here
        if self._connector is not None:
            self._connector.disconnect()

    def send(self, messages: list[bytes]) -> None:
        """Send messages now, if the link is up; otherwise they are gone, as if the wire had lost them."""
        if self._talk is not None:
            self._talk.write(messages)

    def login(self) -> tuple[str, bytes]:
        """The message that a connection begins with, and its id."""
        head = self._login_head()
        return head.message_id, self.codec.write(Login(head=head), from_centre=False)

    def is_from_centre(self, message: Message) -> bool:
        """Whether the centre says this to us."""
        return message.head.sender == self._centre and message.head.receiver == self._bank

    # -- what connections tell

    @override
    def buildProtocol(self, addr: IAddress | None) -> _Talk:
        """A connection stands."""
        return _Talk(self)

    def let_in(self, talk: _Talk) -> None:
        """The centre talks with us on this connection."""
        self.resetDelay()  # type: ignore[no-untyped-call]  # Twisted has no types here
        self._talk = talk
        self._changed(True)

    def lost(self, talk: _Talk) -> None:
        """A connection is gone."""
        if self._talk is talk:
            self._talk = None
            self._changed(False)
