"""Who sends too often is told to come again, and nobody else notices; the connection goes on."""

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.client import Client
from conformance.errors import UnsignedReplyError
from conformance.transport import HttpTransport, TcpTransport
from demo.daemon import Site
from protocol.messages.help import SelfTest
from tests.faults.rig import configure, until

RATE, BURST = 1.0, 6
Answer = tuple[int | None, str]


def once(client: Client) -> Answer:
    """Status and code of the answer to one question; an unsigned one is marked."""
    try:
        reply = client.send_once(client.prepare(SelfTest()))
    except UnsignedReplyError as fault:
        return fault.http, f"unsigned {fault.code}"
    return reply.http, reply.code


def connection(client: Client) -> socket.socket | None:
    """What the client is connected by."""
    transport = client.transport
    if isinstance(transport, TcpTransport):
        return transport._socket
    assert isinstance(transport, HttpTransport)
    return transport._connection.sock


def exhaust(client: Client, wanted: str) -> None:
    """Send until the answer is that one, and then until it is DONE again, all on one connection."""
    status = None if isinstance(client.transport, TcpTransport) else 429
    assert once(client)[1] == "DONE"
    begun = connection(client)
    until(lambda: once(client) == (status, wanted), wanted)
    until(lambda: once(client)[1] == "DONE", "the rate allows one more")
    assert connection(client) is begun


Open = Callable[[str], Client]


@pytest.fixture(params=["http", "tcp"])
def door(request: pytest.FixtureRequest) -> str:
    """Each door in turn."""
    return str(request.param)


def test_a_customer_over_its_rate_is_refused_and_signed(sqlite_site: Site, door: str) -> None:
    """429 with a verified reply; another customer at the same address is served meanwhile."""
    configure(sqlite_site, "limits", customer_rate=RATE, customer_burst=BURST)
    sqlite_site.start()
    with (
        sqlite_site.client("erp01", tcp=door == "tcp") as client,
        sqlite_site.client("c2erp01", tcp=door == "tcp") as other,
    ):
        exhaust(client, "RATE_LIMITED")
        assert once(other)[1] == "DONE"

    assert sqlite_site.stop() == 0


def test_R1_9_wrong_signatures_freeze_nobody(sqlite_site: Site, door: str) -> None:
    """A stranger's messages are answered, then cut off unsigned; the operator it pretends to be works on (O1)."""
    configure(sqlite_site, "limits", unproven_rate=0.001, unproven_burst=BURST)
    sqlite_site.start()
    with (
        sqlite_site.client("erp01", tcp=door == "tcp") as client,
        sqlite_site.client("c2erp01", tcp=door == "tcp") as other,
    ):
        stranger = Client(replace(client.file, key=other.file.key), other.transport)
        refused = [once(stranger) for _ in range(BURST + 1)]
        served = once(client)

    assert [code for _, code in refused] == ["NOT_AUTHENTIC"] * BURST + ["unsigned RATE_LIMITED"]
    assert served[1] == "DONE"
    assert sqlite_site.stop() == 0


def test_an_address_over_its_rate_gets_a_fault(sqlite_site: Site, door: str) -> None:
    """429 with a Fault, before anything of the message is looked at."""
    configure(sqlite_site, "limits", address_rate=RATE, address_burst=BURST)
    sqlite_site.start()
    with sqlite_site.client("erp01", tcp=door == "tcp") as client:
        exhaust(client, "unsigned RATE_LIMITED")

    assert sqlite_site.stop() == 0
