"""Demo sites on both databases, not yet served, with short leases so that recovery is seen soon."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.daemon import Site
from tests.faults.rig import configure
from tests.support.postgres import Postgres

LEASE_SECONDS = 3.0
REPLY_SECONDS = 1.5


def made(folder: Path, database: str | None) -> Site:
    """A demo site in this folder, with short leases, whose daemon starts nothing but its workers."""
    site = Site.make(folder / "site", database)
    text = site.settings.read_text("utf-8")
    site.settings.write_text(re.sub(r"(?m)^simulator = .*\n", "", text), "utf-8")
    configure(site, "work", lease_seconds=LEASE_SECONDS, reply_seconds=REPLY_SECONDS)
    return site


@pytest.fixture
def sqlite_site(tmp_path: Path) -> Iterator[Site]:
    """A demo site on SQLite, for one process."""
    with made(tmp_path, None) as site:
        yield site


@pytest.fixture
def postgresql_site(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    """A demo site on PostgreSQL, for several processes."""
    with made(tmp_path, postgres.fresh()) as site:
        yield site


@pytest.fixture(params=["one process on SQLite", "two workers on PostgreSQL"])
def workers(request: pytest.FixtureRequest) -> int:
    """How many processes are to serve `either_site`."""
    return 1 if "SQLite" in request.param else 2


@pytest.fixture
def either_site(request: pytest.FixtureRequest, workers: int) -> Site:
    """A site of either kind, to be started with that many workers."""
    site: Site = request.getfixturevalue("sqlite_site" if workers == 1 else "postgresql_site")
    return site
