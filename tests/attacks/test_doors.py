"""What a door refuses by itself: lengths that lie, messages that are too large, other kinds of content."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.client import Client
from conformance.errors import UnreachableError
from conformance.transport import TcpTransport
from demo.daemon import Site
from protocol.codes import Code
from protocol.limits import MESSAGE_BYTES_MAX
from protocol.messages.help import SelfTest


@contextmanager
def tcp_client(site: Site) -> Iterator[tuple[Client, TcpTransport]]:
    """A client over a TCP connection of its own."""
    with site.client("erp01", tcp=True) as client:
        assert isinstance(client.transport, TcpTransport)
        yield client, client.transport


LENGTHS: dict[str, tuple[bytes, Code]] = {
    "a letter": (b"0000x123", Code.FRAME_LENGTH),
    "negative": (b"-0000001", Code.FRAME_LENGTH),
    "a plus sign": (b"+0000010", Code.FRAME_LENGTH),
    "a space": (b"     123", Code.FRAME_LENGTH),
    "nothing": (b"00000000", Code.FRAME_LENGTH),
    "full-width digits": ("１２".encode() + b"00", Code.FRAME_LENGTH),
    "binary": (b"\x00\x00\x00\x10\x00\x00\x00\x00", Code.FRAME_LENGTH),
    "above the limit": (b"%08d" % (MESSAGE_BYTES_MAX + 1), Code.MESSAGE_TOO_LARGE),
    "the largest there is": (b"99999999", Code.MESSAGE_TOO_LARGE),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_lying_length_ends_the_connection_after_what_is_due(site: Site, name: str) -> None:
    """The reply still due, one framed Fault with its code, the end; nothing of the body is waited for."""
    header, code = LENGTHS[name]
    with tcp_client(site) as (client, transport):
        good = client.prepare(SelfTest())
        transport.send_bytes(b"%08d%b%b" % (len(good.raw), good.raw, header))

        assert good.request_id.encode() in transport.receive().data
        assert f"<Code>{code}</Code>".encode() in transport.receive().data
        with pytest.raises(UnreachableError):
            transport.receive()


def test_half_a_message_is_a_broken_length(site: Site) -> None:
    """Half a message and the end of the sender's side: one Fault, the end, and nobody else notices."""
    with tcp_client(site) as (client, transport), tcp_client(site) as (other, _):
        good = client.prepare(SelfTest())
        transport.send_bytes((b"%08d" % len(good.raw)) + good.raw[:100])
        assert transport._socket is not None
        transport._socket.shutdown(socket.SHUT_WR)

        assert b"<Code>FRAME_LENGTH</Code>" in transport.receive().data
        with pytest.raises(UnreachableError):
            transport.receive()
        assert other.ask(SelfTest()).accepted


def post(site: Site, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """Status and content of a POST with headers of one's own."""
    connection = http.client.HTTPConnection(*site.http, timeout=20)
    try:
        connection.putrequest("POST", "/v1/messages")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_content_length_above_the_limit_is_refused_from_the_header(site: Site) -> None:
    """413 comes before a byte of the body is sent."""
    length = str(MESSAGE_BYTES_MAX + 1)
    status, body = post(site, {"Content-Type": "application/xml", "Content-Length": length})

    assert (status, b"MESSAGE_TOO_LARGE" in body) == (413, True)


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/html"}, {"Content-Type": "application/xml", "Content-Encoding": "gzip"}],
    ids=["HTML", "gzip"],
)
def test_other_content_is_refused(site: Site, headers: dict[str, str]) -> None:
    """415 with a Fault: neither forms nor anything compressed."""
    status, body = post(site, {**headers, "Content-Length": "4"}, b"<a/>")

    assert (status, b"MEDIA_TYPE" in body) == (415, True)
