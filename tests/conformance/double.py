"""A gateway small enough to misbehave on purpose: it signs real replies over real sockets, one act for each request."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Final

from typing_extensions import override

from protocol import binding, envelope, seal, text
from protocol.codes import Code, Result
from protocol.envelope import Envelope, Outcome, ReplyHead
from protocol.frame import frame
from protocol.meanings import MEANINGS
from protocol.messages.help import SelfTestReply
from signer.digests import DIGESTS
from signer.issue import make_key, self_signed
from signer.keys import DIGEST_OF, SigningKey
from signer.software import load_signing_key

NOW: Final = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
Act = Callable[[bytes], bytes | None]
"""What the double does with one request: the reply, or None to hang up."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A key pair as PEM, and the key ready to sign."""

    key_pem: bytes
    certificate_pem: bytes
    key: SigningKey


def identity(kind: str, name: str, *, sm2_id: str = "1234567812345678", days: int = 30) -> Identity:
    """A new pair of that kind, valid for some days around NOW."""
    pem = make_key(kind)
    certificate = self_signed(pem, name, NOW - timedelta(days=days), NOW + timedelta(days=days), sm2_id=sm2_id)
    return Identity(pem, certificate, load_signing_key(pem, certificate, sm2_id))


@dataclass(frozen=True, slots=True)
class Reply:
    """How one reply is made; a test changes what it wants to be wrong."""

    key: SigningKey
    code: Code = Code.DONE
    body: object | None = None
    bodiless: bool = False
    change: Callable[[ReplyHead], ReplyHead] = lambda head: head
    spoil: Callable[[bytes], bytes] = lambda raw: raw

    def __call__(self, raw: bytes) -> bytes:
        """The signed reply to a request, in the request's encoding."""
        request = envelope.open_request(text.read(raw))
        accepted = MEANINGS[self.code].result is Result.ACCEPTED
        body = (self.body or self_test_reply(request)) if accepted and not self.bodiless else None
        head = self.change(self._head(request))
        message = envelope.write_reply(head, binding.write(body) if body is not None else None)
        digest = DIGESTS[DIGEST_OF[self.key.algorithm]]
        sealed = seal.seal(
            message, self.key.algorithm, digest=digest, sign=self.key.sign, certificate=self.key.certificate
        )
        return self.spoil(text.write(sealed, request.encoding))

    def _head(self, request: Envelope) -> ReplyHead:
        return ReplyHead(
            customer_id=request.head.customer_id,
            operator_id=request.head.operator_id,
            request_id=request.head.request_id,
            sent_at=NOW,
            message_id="M1",
            request_digest=DIGESTS["sha256"](request.body_canonical),
            outcome=Outcome(self.code),
            language=request.head.language,
        )


def self_test_reply(request: Envelope) -> SelfTestReply:
    """A SelfTestReply of the right form; its digests are not what a test looks at."""
    return SelfTestReply(
        encoding=request.encoding,
        algorithm=request.seal.algorithm,
        digest_algorithm=request.seal.digest_algorithm,
        digest=request.seal.digest_value.hex(),
        signed_info_digest="00" * 32,
        certificate="00" * 32,
        certificate_not_after=NOW,
        clock_difference_ms=0,
    )


def hang_up(_raw: bytes) -> None:
    """Close the connection without a word."""


def fault(code: Code) -> Act:
    """Answer with an unsigned Fault."""
    return lambda _raw: envelope.write_fault(code)


@dataclass(slots=True)
class Double:
    """Both doors of the double, and every request that came, in order; the last act repeats."""

    acts: Sequence[Act]
    http: str = ""
    tcp: str = ""
    received: list[bytes] = field(default_factory=list)

    def act(self, raw: bytes) -> bytes | None:
        """Note the request and do what is next."""
        turn = min(len(self.received), len(self.acts) - 1)
        self.received.append(raw)
        return self.acts[turn](raw)


@contextmanager
def running(*acts: Act) -> Iterator[Double]:
    """A double with both doors open on free ports; the doors close behind."""
    double = Double(acts)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _http_handler(double))
    tcp = ThreadingTCPServer(("127.0.0.1", 0), _tcp_handler(double))
    double.http = f"http://127.0.0.1:{http.server_address[1]}/v1/messages"
    double.tcp = f"127.0.0.1:{tcp.server_address[1]}"
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in (http, tcp)]
    for thread in threads:
        thread.start()
    try:
        yield double
    finally:
        for server in (http, tcp):
            server.shutdown()
        for thread in threads:
            thread.join()
        for server in (http, tcp):
            server.daemon_threads = True
            server.block_on_close = False
            server.server_close()


def write_client(folder: Path, double: Double, own: Identity, gateway: bytes, **extra: str) -> Path:
    """A client file that points at the double; `extra` goes into [identity]."""
    (folder / "own.key").write_bytes(own.key_pem)
    (folder / "own.crt").write_bytes(own.certificate_pem)
    (folder / "gateway.crt").write_bytes(gateway)
    lines = "".join(f'{name} = "{value}"\n' for name, value in extra.items())
    path = folder / "client.toml"
    path.write_text(
        f'[gateway]\nhttp = "{double.http}"\ntcp = "{double.tcp}"\ncertificate = "gateway.crt"\n'
        f'[identity]\ncustomer = "C1"\noperator = "ERP01"\nkey = "own.key"\ncertificate = "own.crt"\n{lines}',
        encoding="utf-8",
    )
    return path


def _http_handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            reply = double.act(raw)
            if reply is None:
                self.close_connection = True
                return
            self.send_response(400 if b"<Fault" in reply else 200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _tcp_handler(double: Double) -> type[StreamRequestHandler]:
    class Handler(StreamRequestHandler):
        timeout = 10

        @override
        def handle(self) -> None:
            while header := self.rfile.read(8):
                reply = double.act(self.rfile.read(int(header)))
                if reply is None:
                    return
                self.wfile.write(frame(reply))

    return Handler


__all__ = ["NOW", "Double", "Identity", "Reply", "fault", "hang_up", "identity", "replace", "running", "write_client"]
