"""SIGKILL of the daemon, or of one worker, under load: what was acknowledged stays, and nothing happens twice."""

import os
import signal
from random import Random

import pytest

from demo.daemon import Site
from tests.faults.books import judge, openings
from tests.faults.load import Load, settle
from tests.faults.rig import await_ready, children, gone

KILLS = {"sqlite": 3, "postgresql": 2}
BEFORE = (40, 160)
"""Between so many replies and so many the daemon is killed; which number is drawn."""


@pytest.mark.slow
def test_a_killed_daemon_loses_no_acknowledged_transfer_and_repeats_none(sqlite_site: Site) -> None:
    """On SQLite: killed at drawn moments and started again; each transfer ends in one posting, each reply is kept."""
    site, random = sqlite_site, Random(11)
    before = openings(site)
    site.start()
    with Load(site, seed=11) as load:
        for _ in range(KILLS["sqlite"]):
            load.reach(random.randint(*BEFORE))
            site.kill()
            site.start()
        load.reach(1)
    settle(site, load.sent)

    judge(site, load.sent, before)


@pytest.mark.slow
def test_a_killed_parent_takes_its_workers_along_and_nothing_is_lost(postgresql_site: Site) -> None:
    """On PostgreSQL with two workers: none outlives the parent, and the next start carries what they left."""
    site, random = postgresql_site, Random(12)
    before = openings(site)
    site.start("--workers", "2")
    with Load(site, seed=12) as load:
        for _ in range(KILLS["postgresql"]):
            load.reach(random.randint(*BEFORE))
            workers = children(site.pid)
            site.kill()
            assert len(workers) == 2
            assert all(map(gone, workers))
            site.start("--workers", "2")
        load.reach(1)
    settle(site, load.sent)

    judge(site, load.sent, before)


@pytest.mark.slow
def test_a_killed_worker_costs_no_transfer(postgresql_site: Site) -> None:
    """Its connections break, the other worker serves on and the parent starts a new one; the lease brings the rest."""
    site, random = postgresql_site, Random(13)
    before = openings(site)
    site.start("--workers", "2")
    parent = site.pid
    with Load(site, seed=13) as load:
        for _ in range(KILLS["postgresql"]):
            load.reach(random.randint(*BEFORE))
            victim = random.choice(children(parent))
            os.kill(victim, signal.SIGKILL)
            assert gone(victim)
            load.reach(1)
            await_ready(site)
    settle(site, load.sent)

    assert site.pid == parent
    judge(site, load.sent, before)
