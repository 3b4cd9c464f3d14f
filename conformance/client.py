"""A blocking client: signs a request, sends it, verifies the reply, and sends the same bytes again where that is right.

    with Client.open(Path("clients/erp01.toml")) as client:
        reply = client.ask(QueryAccounts())
        for account in reply.body_as(QueryAccountsReply).accounts: ...

A request is made once. Whatever goes wrong on the way, only the very same bytes are sent again, so money moves once.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Final, Self

from conformance import clientfile, request
from conformance.clientfile import ClientFile
from conformance.errors import ClientError, UnreachableError, UnsignedReplyError
from conformance.reply import VerifiedReply, judge
from conformance.request import Gaps, SignedRequest
from conformance.transport import HttpTransport, TcpTransport, Transport
from protocol.codes import Advice, Code, Language
from protocol.text import Encoding
from signer.trust import Register

_PASSING = frozenset(
    {
        Code.RATE_LIMITED,
        Code.TOO_MANY_CONNECTIONS,
        Code.BUSY,
        Code.DATABASE_UNAVAILABLE,
        Code.SIGNER_UNAVAILABLE,
        Code.CORE_UNAVAILABLE,
        Code.SHUTTING_DOWN,
        Code.INTERNAL,
        Code.DEADLINE,
    }
)
"""Codes of a Fault after which the same bytes may be sent again: a Fault is a hint, and that much is always safe."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often the same bytes are sent in all, and the longest first pause in seconds, which doubles each time."""

    attempts: int = 4
    pause_seconds: float = 0.25


PATIENCE: Final = Patience()
"""Patience for a gateway that restarts: four attempts within about two seconds."""


class Client:
    """One sender and one way to the gateway; not for use by several threads at once."""

    def __init__(
        self,
        file: ClientFile,
        transport: Transport,
        *,
        encoding: Encoding = "UTF-8",
        patience: Patience = PATIENCE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),  # noqa: TID251  the outermost caller's clock
        pause: Callable[[float], None] = time.sleep,  # noqa: TID251  between attempts there is nothing to wait for
    ) -> None:
        """Take a client file and an open way to the gateway; clock and pause are arguments for the sake of tests."""
        self.file = file
        self.transport = transport
        self._encoding = encoding
        self._patience = patience
        self._gateway = Register(file.gateway)
        self._now = now
        self._pause = pause
        self._random = SystemRandom()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        tcp: bool = False,
        encoding: Encoding = "UTF-8",
        timeout_seconds: float = 45.0,
        patience: Patience = PATIENCE,
    ) -> Self:
        """Read a client file and choose HTTP or TCP; it connects when the first message goes out."""
        file = clientfile.read(path)
        transport: Transport = (
            TcpTransport(file.tcp, tls=file.tls, timeout_seconds=timeout_seconds)
            if tcp
            else HttpTransport(file.http, tls=file.tls, timeout_seconds=timeout_seconds)
        )
        return cls(file, transport, encoding=encoding, patience=patience)

    def prepare(
        self, message: object, *, request_id: str | None = None, language: Language | None = None
    ) -> SignedRequest:
        """Sign a typed message under `request_id`, or a new one: keep it until its reply is verified."""
        return request.from_message(
            message, self.file, self._gaps(request_id), language=language, encoding=self._encoding
        )

    def prepare_xml(
        self, data: bytes, *, request_id: str | None = None, encoding: Encoding | None = None
    ) -> SignedRequest:
        """Fill and sign a Message given as XML; one that is signed already stays as it is. Raises RequestError."""
        return request.from_xml(data, self.file, self._gaps(request_id), encoding=encoding)

    def ask(self, message: object, *, request_id: str | None = None, language: Language | None = None) -> VerifiedReply:
        """Prepare a typed message and `deliver` it."""
        return self.deliver(self.prepare(message, request_id=request_id, language=language))

    def deliver(self, prepared: SignedRequest) -> VerifiedReply:
        """Send until a reply tells what became of it, at most `patience.attempts` times, always the same bytes.

        The last attempt counts: it may be a verified `unavailable`, or raise what `send_once` raises.
        """
        for attempt in range(1, self._patience.attempts):
            try:
                reply = self.send_once(prepared)
                if reply.outcome.advice is not Advice.RESEND:
                    return reply
            except UnreachableError:
                pass
            except UnsignedReplyError as error:
                if error.code not in _PASSING:
                    raise
            longest = self._patience.pause_seconds * 2 ** (attempt - 1)
            self._pause(self._random.uniform(longest / 2, longest))
        return self.send_once(prepared)

    def send_once(self, prepared: SignedRequest) -> VerifiedReply:
        """Send and judge one reply; raises UnreachableError, UnsignedReplyError or UnverifiedReplyError."""
        return judge(self.transport.exchange(prepared.raw), prepared, self._gateway)

    def pipeline(self, prepared: Iterable[SignedRequest]) -> Iterator[VerifiedReply]:
        """Send requests ahead of their replies over TCP, each once, and yield the verified replies in order."""
        if not isinstance(self.transport, TcpTransport):
            raise ClientError("only TCP carries requests ahead of their replies")
        requests = list(prepared)
        received = self.transport.pipeline(each.raw for each in requests)
        for each, data in zip(requests, received, strict=True):
            yield judge(data, each, self._gateway)

    def close(self) -> None:
        """Let go of the connection."""
        self.transport.close()

    def _gaps(self, request_id: str | None) -> Gaps:
        now = self._now()
        return Gaps(request_id or request.new_request_id(now), now, request_id_forced=request_id is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
