"""The client believes what the gateway signed for its own request, and sends nothing but the same bytes again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from conformance import clientfile
from conformance.client import Client, Patience
from conformance.errors import ClientError, UnreachableError, UnsignedReplyError, UnverifiedReplyError
from conformance.transport import HttpTransport, TcpTransport, Transport
from protocol import binding
from protocol.codes import Code
from protocol.envelope import ReplyHead
from protocol.messages.account import QueryAccountsReply
from protocol.messages.book import SavePurpose
from protocol.messages.help import SelfTest, SelfTestReply
from signer.keys import SigningKey
from tests.conformance.double import (
    NOW,
    Act,
    Double,
    Identity,
    Reply,
    fault,
    hang_up,
    identity,
    replace,
    running,
    write_client,
)

Pauses = list[float]


@pytest.fixture(scope="module")
def bank() -> Identity:
    """The gateway's own pair."""
    return identity("ecdsa", "gateway")


@pytest.fixture(scope="module")
def erp() -> Identity:
    """The sender's pair."""
    return identity("ecdsa", "ERP01")


def open_client(path: Path, *, tcp: bool = False, pauses: Pauses | None = None, attempts: int = 4) -> Client:
    """A client whose clock stands at NOW and that notes its pauses instead of taking them."""
    file = clientfile.read(path)
    transport: Transport = (
        TcpTransport(file.tcp, timeout_seconds=10) if tcp else HttpTransport(file.http, timeout_seconds=10)
    )
    noted: Pauses = [] if pauses is None else pauses
    return Client(file, transport, patience=Patience(attempts), now=lambda: NOW, pause=noted.append)


def sent_ids(double: Double) -> set[bytes]:
    """The different messages that came."""
    return set(double.received)


@pytest.mark.parametrize("door", ["http", "tcp"])
@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "sm2"])
def test_a_typed_message_brings_a_typed_verified_reply(tmp_path: Path, kind: str, encoding: str, door: str) -> None:
    """Every algorithm, either encoding, either door."""
    own, gateway = identity(kind, "ERP01"), identity(kind, "gateway")
    with running(Reply(gateway.key)) as double:
        path = write_client(tmp_path, double, own, gateway.certificate_pem)
        with open_client(path, tcp=door == "tcp") as client:
            client._encoding = encoding  # type: ignore[assignment]  # a plain str of the parameter list
            reply = client.ask(SelfTest())

    assert reply.accepted
    assert reply.body_as(SelfTestReply).algorithm == own.key.algorithm
    assert reply.body_as(SelfTestReply).encoding == encoding


def test_an_sm2_id_of_ones_own_is_signed_under(tmp_path: Path, bank: Identity) -> None:
    """The signer id of the client file reaches the key."""
    own = identity("sm2", "ERP01", sm2_id="alice@example")
    with running(Reply(bank.key)) as double:
        path = write_client(tmp_path, double, own, bank.certificate_pem, sm2_id="alice@example")
        with open_client(path) as client:
            assert client.ask(SelfTest()).accepted


def test_a_refusal_is_a_reply_and_not_an_error(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """What the gateway refuses is told by a verified reply without a body."""
    with running(Reply(bank.key, Code.NOT_PERMITTED)) as double:
        with open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client:
            reply = client.ask(SelfTest())
        calls = len(double.received)

    assert (reply.accepted, reply.code, reply.body, calls) == (False, "NOT_PERMITTED", None, 1)
    with pytest.raises(TypeError, match="NOT_PERMITTED"):
        reply.body_as(SelfTestReply)


def test_a_change_that_waits_for_a_second_administrator_has_no_body(
    tmp_path: Path, bank: Identity, erp: Identity
) -> None:
    """Nothing was made of it yet, so there is nothing to tell: the code says what it waits for."""
    with (
        running(Reply(bank.key, Code.AWAITING_APPROVAL, bodiless=True)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
    ):
        reply = client.ask(SavePurpose(text="工资", for_persons=True))

    assert (reply.accepted, reply.code, reply.body) == (True, "AWAITING_APPROVAL", None)


def _echo(**changes: object) -> Callable[[ReplyHead], ReplyHead]:
    return lambda head: replace(head, **changes)  # type: ignore[arg-type]  # the names of the fields


def _swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def swapped(raw: bytes) -> bytes:
        assert old in raw, raw
        return raw.replace(old, new, 1)

    return swapped


STRANGER = identity("ecdsa", "stranger")
SPOILT: dict[str, Callable[[SigningKey], Act]] = {
    "another request id": lambda key: Reply(key, change=_echo(request_id="OTHER")),
    "another operator": lambda key: Reply(key, change=_echo(operator_id="MGR01")),
    "another customer": lambda key: Reply(key, change=_echo(customer_id="C2")),
    "another body's digest": lambda key: Reply(key, change=_echo(request_digest=b"\1" * 32)),
    "accepted without a digest": lambda key: Reply(key, change=_echo(request_digest=None)),
    "accepted without a body": lambda key: Reply(key, bodiless=True),
    "waiting without a body": lambda key: Reply(key, Code.AWAITING_APPROVAL, bodiless=True),
    "another service's answer": lambda key: Reply(key, body=QueryAccountsReply()),
    "a stranger's signature": lambda _key: Reply(STRANGER.key),
    "altered after signing": lambda key: Reply(key, spoil=_swap(b">accepted<", b">refused<")),
    "an altered signature value": lambda key: Reply(key, spoil=_swap(b"<ds:SignatureValue>", b"<ds:SignatureValue>A")),
    "sent before the certificate": lambda key: Reply(key, change=_echo(sent_at=NOW - timedelta(days=31))),
    "sent after the certificate": lambda key: Reply(key, change=_echo(sent_at=NOW + timedelta(days=31))),
    "the request itself": lambda _key: lambda raw: raw,
    "no XML": lambda _key: lambda _raw: b"hello",
    "a comment inside": lambda key: Reply(key, spoil=_swap(b"</Head>", b"<!-- --></Head>")),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_reply_that_proves_nothing_is_not_believed(tmp_path: Path, bank: Identity, erp: Identity, name: str) -> None:
    """One case for each way in which a reply can be forged, stale or another's."""
    with running(SPOILT[name](bank.key)) as double:
        with (
            open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
            pytest.raises(UnverifiedReplyError),
        ):
            client.ask(SelfTest())

        assert len(double.received) == 1


def test_a_reply_of_a_retired_key_still_counts(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """The certificate file is a bundle: any of its certificates may have signed, each in its own time."""
    retired = identity("rsa", "gateway", days=2)
    with running(Reply(retired.key, change=_echo(sent_at=NOW - timedelta(days=1)))) as double:
        path = write_client(tmp_path, double, erp, bank.certificate_pem + retired.certificate_pem)
        with open_client(path) as client:
            assert client.ask(SelfTest()).accepted


@pytest.mark.parametrize("door", ["http", "tcp"])
def test_silence_is_followed_by_the_same_bytes(tmp_path: Path, bank: Identity, erp: Identity, door: str) -> None:
    """A hang-up, a passing Fault and an unavailable gateway each bring the very same message again."""
    pauses: Pauses = []
    acts: tuple[Act, ...] = (hang_up, fault(Code.BUSY), Reply(bank.key, Code.DATABASE_UNAVAILABLE), Reply(bank.key))
    with running(*acts) as double:
        path = write_client(tmp_path, double, erp, bank.certificate_pem)
        with open_client(path, tcp=door == "tcp", pauses=pauses) as client:
            assert client.ask(SelfTest()).accepted

        assert len(double.received) == len(acts)
        assert len(sent_ids(double)) == 1
    assert [low <= pause <= 2 * low for low, pause in zip((0.125, 0.25, 0.5), pauses, strict=True)] == [True] * 3


def test_patience_ends(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """After the last attempt the truth comes out: here, that nobody answered."""
    with running(hang_up) as double:
        with (
            open_client(write_client(tmp_path, double, erp, bank.certificate_pem), attempts=3) as client,
            pytest.raises(UnreachableError),
        ):
            client.ask(SelfTest())

        assert len(double.received) == 3


def test_unavailable_to_the_end_is_a_verified_reply(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """The gateway's own word that it cannot answer is handed on when patience ends."""
    with (
        running(Reply(bank.key, Code.BUSY)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem), attempts=2) as client,
    ):
        reply = client.ask(SelfTest())

    assert (reply.code, reply.outcome.final) == ("BUSY", False)


def test_a_fault_is_no_reply(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """An unsigned Fault that says the message is wrong ends the matter without a retry."""
    with running(fault(Code.XML_FORBIDDEN)) as double:
        with (
            open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
            pytest.raises(UnsignedReplyError) as caught,
        ):
            client.ask(SelfTest())

        assert (caught.value.code, caught.value.http, len(double.received)) == ("XML_FORBIDDEN", 400, 1)


def test_pipelined_replies_come_in_order(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """Requests go ahead of replies over one connection, more of them than the window holds."""
    with (
        running(Reply(bank.key)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem), tcp=True) as client,
    ):
        requests = [client.prepare(SelfTest(), request_id=f"R{number}") for number in range(40)]
        replies = list(client.pipeline(requests))

    assert [reply.envelope.request_id for reply in replies] == [f"R{number}" for number in range(40)]


def test_pipelining_needs_tcp(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """HTTP here carries one request at a time."""
    with (
        running(Reply(bank.key)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
        pytest.raises(ClientError, match="TCP"),
    ):
        list(client.pipeline([client.prepare(SelfTest())]))


def test_one_connection_serves_many_messages(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """A kept HTTP connection is used again."""
    with (
        running(Reply(bank.key)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
    ):
        client.ask(SelfTest())
        assert isinstance(client.transport, HttpTransport)
        first = client.transport._connection.sock
        client.ask(SelfTest())

        assert first is not None
        assert client.transport._connection.sock is first


def test_each_message_gets_an_id_of_its_own(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """Ids are new, legal and in order of time."""
    with (
        running(Reply(bank.key)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
    ):
        ids = [client.prepare(SelfTest()).request_id for _ in range(100)]

    assert len(set(ids)) == 100
    assert all(len(each) <= 32 and each.startswith("20261122T060000-") for each in ids)


def test_the_body_digest_is_that_of_the_body_alone(tmp_path: Path, bank: Identity, erp: Identity) -> None:
    """Two messages with one body and different heads have one digest: what makes a resent message the same."""
    with (
        running(Reply(bank.key)) as double,
        open_client(write_client(tmp_path, double, erp, bank.certificate_pem)) as client,
    ):
        one, other = client.prepare(SelfTest(), request_id="A"), client.prepare(SelfTest(), request_id="B")

    assert one.body_digest == other.body_digest
    assert one.raw != other.raw
    assert one.body_tag == binding.tag_of(SelfTest)
