"""The operations port, through Twisted's real site in memory."""

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from gateway.doors.operations import operations_site


def get(path: str, checks: Mapping[str, bool], method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask for a page: status, headers, body."""
    site: Any = operations_site(lambda: b"yinqi_connections 3\n", lambda: checks)
    site.reactor = Clock()
    protocol, transport = site.buildProtocol(None), cast(Any, StringTransport)()
    protocol.makeConnection(transport)
    protocol.dataReceived(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = transport.value().partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def test_metrics_are_prometheus_text() -> None:
    """What it was told to show, under Prometheus' own media type."""
    status, headers, body = get("/metrics", {})

    assert (status, body) == (200, b"yinqi_connections 3\n")
    assert headers["content-type"].startswith("text/plain; version=")


def test_alive_is_alive() -> None:
    """Whatever is not ready."""
    assert get("/healthz", {"database": False})[0] == 200


@pytest.mark.parametrize(("database", "status"), [(True, 200), (False, 503)])
def test_ready_names_each_check(database: bool, status: int) -> None:  # noqa: FBT001  pytest names it at the call
    """200 when every check holds, 503 when one does not; each by its name."""
    found, _, body = get("/readyz", {"signer": True, "database": database})

    assert found == status
    assert json.loads(body) == {"ready": database, "checks": {"signer": True, "database": database}}


def test_no_page_tells_what_serves_it() -> None:
    """No Server header, and nothing is kept by a proxy."""
    headers = get("/readyz", {})[1]

    assert "server" not in headers
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("path", "method", "status"), [("/nothing", "GET", 404), ("/metrics", "POST", 405)])
def test_there_is_nothing_else(path: str, method: str, status: int) -> None:
    """Three pages to read, none to write."""
    assert get(path, {}, method)[0] == status
