"""Several workers on one PostgreSQL site: all serve, agree on every request, and end together without a loss."""

import os
import signal

import pytest

from conformance.transport import TcpTransport
from demo.daemon import Site
from tests.faults.books import judge, openings
from tests.faults.conftest import LEASE_SECONDS
from tests.faults.load import Load, insist, settle, transfer
from tests.faults.rig import await_ready, checks, children, get, log, metric, until, within
from tests.faults.workers import one_each

STOPS = 5
"""How often a worker is stopped, at most, until it had a request in hand at that moment."""


@pytest.mark.slow
def test_two_workers_are_one_gateway(postgresql_site: Site) -> None:
    """Ready when both are; the same request at both at once is one transfer and one reply; counts are sums."""
    site = postgresql_site
    before = openings(site)
    site.start("--workers", "2")
    assert checks(site)["workers"]
    assert len(children(site.pid)) == 2
    assert get(site, "/healthz")[0] == 200
    await_ready(site)
    sent = []
    with one_each(site, "erp01") as clients:
        for number in range(20):
            once = transfer(clients[0], "erp01", f"BOTH-{number}", amount=100)
            replies = []
            for client in clients:
                assert isinstance(client.transport, TcpTransport)
                client.transport.send_bytes(b"%08d%b" % (len(once.request.raw), once.request.raw))
            for client in clients:
                assert isinstance(client.transport, TcpTransport)
                replies.append(client.transport.receive().data)
            assert replies[0] == replies[1]
            insist(clients[0], once)
            assert once.reply == replies[0]
            sent.append(once)
        connections = metric(site, "yinqi_connections")  # each of which began with one message
        assert connections >= 2
        until(
            lambda: metric(site, "yinqi_messages_total") == connections + 3 * len(sent),
            "the sum of both workers' messages is told",
        )

    judge(site, sent, before)


@pytest.mark.slow
def test_sigterm_under_load_ends_well_and_loses_nothing(postgresql_site: Site) -> None:
    """The workers drain: what was taken is answered, what was not is told so; the next start finds nothing open."""
    site = postgresql_site
    before = openings(site)
    site.start("--workers", "2")
    with Load(site, seed=21) as load:
        load.reach(100)
        assert site.stop() == 0
    assert "work under way" not in site.log.read_text("utf-8")
    site.start("--workers", "2")
    settle(site, load.sent)

    judge(site, load.sent, before)


@pytest.mark.slow
def test_a_worker_that_slept_past_its_lease_repeats_nothing(postgresql_site: Site) -> None:
    """Stopped until others have taken over what it had, then let go: it repeats nothing and its peers are served."""
    site = postgresql_site
    before = openings(site)
    site.start("--workers", "2")
    sleeper = children(site.pid)[0]
    caught = False
    with Load(site, seed=22, connections=8) as load:
        for _ in range(STOPS):
            load.reach(20)
            os.kill(sleeper, signal.SIGSTOP)
            caught = within(2 * LEASE_SECONDS, lambda: "took over" in log(site))
            os.kill(sleeper, signal.SIGCONT)
            if caught:
                break
        load.reach(20)
        assert caught, "the worker was never stopped with a request in hand"
    assert sleeper in children(site.pid)
    settle(site, load.sent)

    judge(site, load.sent, before)
