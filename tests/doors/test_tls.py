"""TLS on real sockets, judged by the standard library's client; certificates are made here."""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from gateway.doors.conversation import HANDSHAKE_SECONDS
from gateway.doors.tls import TlsContext, TlsError
from gateway.settings import Tls
from tests.doors.wire import TCP, Bench, Visitor, framed

reactor: Any = installed
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as objects and as files."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate_file: Path
    key_file: Path


def identity(folder: Path, name: str, issuer: Identity | None = None) -> Identity:
    """Make a certificate under this issuer, or one that signs itself and others."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank")]), critical=False)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    made = Identity(certificate, key, folder / f"{name}.crt", folder / f"{name}.key")
    made.certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


@dataclass(frozen=True)
class People:
    """Two authorities, the bank, a customer of the first and one of the second."""

    authority: Identity
    bank: Identity
    customer: Identity
    stranger: Identity


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Everybody's certificates."""
    folder = tmp_path_factory.mktemp("tls")
    authority, other = identity(folder, "authority"), identity(folder, "other")
    return People(
        authority, *(identity(folder, name, by) for name, by in [("b", authority), ("c", authority), ("s", other)])
    )


def server(people: People, *, clients: bool = False) -> Tls:
    """The bank's TLS settings."""
    return Tls(
        people.bank.certificate_file, people.bank.key_file, people.authority.certificate_file if clients else None
    )


@asynccontextmanager
async def listening(bench: Bench, tls: TlsContext) -> AsyncIterator[int]:
    """The door behind TLS on a real port of this machine."""
    port = reactor.listenTCP(0, tls.wrap(bench.door, reactor), interface="127.0.0.1")
    try:
        yield port.getHost().port
    finally:
        await port.stopListening()
        bench.door.cut()
        await bench.door.drain()


@contextmanager
def connected(people: People, port: int, who: Identity | None, **versions: ssl.TLSVersion) -> Iterator[ssl.SSLSocket]:
    """A client that trusts the authority, with a certificate of its own or none."""
    context = ssl.create_default_context(cafile=str(people.authority.certificate_file))
    for name, version in versions.items():
        setattr(context, name, version)
    if who is not None:
        context.load_cert_chain(who.certificate_file, who.key_file)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="bank") as secure,
    ):
        yield secure


def in_thread(client: Callable[[], Any]) -> Awaitable[Any]:
    """A blocking client beside the reactor."""
    found: Deferred[Any] = deferToThread(client)
    return found


def echo(people: People, port: int, who: Identity | None) -> bytes:
    """Send one message and read its answer."""
    with connected(people, port, who) as secure:
        secure.sendall(framed(b"<1/>"))
        return secure.recv(12)


def bench() -> Bench:
    """The TCP door, told that TLS stands before it."""
    made = Bench(TCP)
    made.door._terms = replace(made.door._terms, tls=True)
    return made


async def test_a_message_passes_through_tls(people: People) -> None:
    """Without a client authority nobody is asked for a certificate."""
    door = bench()
    async with listening(door, TlsContext(server(people))) as port:
        answer = await in_thread(lambda: echo(people, port, None))

    assert answer == framed(b"<1/>")
    assert door.road.peers[0].tls_certificate is None
    assert door.road.peers[0].address == "127.0.0.1"


async def test_the_road_learns_the_clients_certificate(people: People) -> None:
    """Its exact DER, so that the road can compare it with the register."""
    door = bench()
    async with listening(door, TlsContext(server(people, clients=True))) as port:
        await in_thread(lambda: echo(people, port, people.customer))

    assert door.road.peers[0].tls_certificate == people.customer.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("who", ["nobody", "stranger"])
async def test_who_has_no_certificate_of_ours_is_not_heard(people: People, who: str) -> None:
    """With a client authority a certificate of that authority is required."""
    door = bench()
    async with listening(door, TlsContext(server(people, clients=True))) as port:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await in_thread(lambda: echo(people, port, getattr(people, who, None)))

    assert door.road.asked == []


async def test_tls_below_1_2_is_refused(people: People) -> None:
    """And 1.2 itself is taken, without a session or ticket to resume."""
    door = bench()
    async with listening(door, TlsContext(server(people))) as port:

        def old() -> None:
            with connected(
                people, port, None, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1
            ):
                pass

        def oldest_allowed() -> tuple[str | None, bool | None]:
            with connected(people, port, None, maximum_version=ssl.TLSVersion.TLSv1_2) as secure:
                session = secure.session
                return secure.version(), session is not None and session.has_ticket

        with pytest.warns(DeprecationWarning, match="TLSv1"), pytest.raises((ssl.SSLError, ConnectionError)):
            await in_thread(old)
        found = await in_thread(oldest_allowed)

    assert found == ("TLSv1.2", False)


async def test_a_handshake_has_a_deadline(people: People) -> None:
    """A peer that connects and says nothing is cut, whatever the idle limit is."""
    door = bench()
    async with listening(door, TlsContext(server(people))) as port:
        arrived: Deferred[None] = Deferred()
        made = door.door.buildProtocol

        def build(address: Any) -> Any:
            reactor.callLater(0, arrived.callback, None)
            return made(address)

        cast(Any, door.door).buildProtocol = build
        with socket.create_connection(("127.0.0.1", port), timeout=10) as silent:
            await arrived
            door.clock.advance(HANDSHAKE_SECONDS - 0.001)
            before = door.admission.connections
            door.clock.advance(0.001)
            end = await in_thread(lambda: _end(silent))

    assert (before, end) == (1, True)
    assert door.count("yinqi_cut_connections_total", reason="handshake") == 1


def _end(peer: socket.socket) -> bool:
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


async def test_over_the_cap_no_handshake_is_begun(people: People) -> None:
    """A flood must not cost a handshake each; the connection is cut at once."""
    door = bench()
    for number in range(4):
        visitor = Visitor()
        assert door.admission.opened(f"10.0.0.{number}", visitor) is None
        door.admission.verified(visitor)
    async with listening(door, TlsContext(server(people))) as port:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await in_thread(lambda: echo(people, port, None))

    assert door.count("yinqi_refused_connections_total", code="TOO_MANY_CONNECTIONS") == 1


async def test_certificates_change_without_a_restart(people: People, tmp_path: Path) -> None:
    """After `load` new connections see the new certificate; a file that cannot be used changes nothing."""
    door, tls = bench(), TlsContext(server(people))
    renewed = identity(tmp_path, "renewed", people.authority)

    def shown(port: int) -> bytes | None:
        with connected(people, port, None) as secure:
            return secure.getpeercert(binary_form=True)

    async with listening(door, tls) as port:
        with pytest.raises(TlsError):
            tls.load(Tls(renewed.certificate_file, tmp_path / "gone.key", None))
        before = await in_thread(lambda: shown(port))
        tls.load(Tls(renewed.certificate_file, renewed.key_file, None))
        after = await in_thread(lambda: shown(port))

    assert before == people.bank.certificate.public_bytes(Encoding.DER)
    assert after == renewed.certificate.public_bytes(Encoding.DER)


def test_a_key_of_another_certificate_is_refused(people: People) -> None:
    """The text names both files."""
    with pytest.raises(TlsError, match=r"s\.key is not the key of .*b\.crt"):
        TlsContext(Tls(people.bank.certificate_file, people.stranger.key_file, None))


def test_the_clock_of_these_tests_is_their_own() -> None:
    """Deadlines behind TLS run on the door's clock, not on the reactor's."""
    assert isinstance(bench().clock, Clock)
