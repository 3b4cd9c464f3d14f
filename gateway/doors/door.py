"""A door: it makes a conversation of each connection and can end them all. Knows neither sockets nor formats."""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from typing_extensions import override

from gateway.doors.conversation import Conversation, Terms
from gateway.doors.reader import Reader
from protocol.codes import Code


class Door(Factory):
    """The conversations of one door, on the same terms; `reader` makes each one's reader."""

    noisy = False

    def __init__(self, terms: Terms, reader: Callable[[], Reader]) -> None:
        self._terms = terms
        self._reader = reader
        self._conversations: set[Conversation] = set()
        self._draining: list[Deferred[None]] | None = None

    @override
    def buildProtocol(self, addr: IAddress | None) -> Conversation:
        """Make the conversation of a new connection; while draining it is turned away."""
        closed = None if self._draining is None else Code.SHUTTING_DOWN
        conversation = Conversation(self._terms, self._reader(), self._gone, closed=closed)
        self._conversations.add(conversation)
        return conversation

    def drain(self) -> Deferred[None]:
        """Take no more messages, answer those under way, close; fires when the last connection is gone."""
        drained: Deferred[None] = Deferred()
        self._draining = [*(self._draining or []), drained]
        for conversation in tuple(self._conversations):
            conversation.drain()
        self._tell_drained()
        return drained

    def cut(self) -> None:
        """Cut every connection that is left, whatever is under way."""
        for conversation in tuple(self._conversations):
            conversation.cut("drain")

    def _gone(self, conversation: Conversation) -> None:
        self._conversations.discard(conversation)
        self._tell_drained()

    def _tell_drained(self) -> None:
        if self._draining and not self._conversations:
            waiting, self._draining = self._draining, []
            for drained in waiting:
                drained.callback(None)
