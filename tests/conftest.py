"""Fixtures that every room may use: real databases, fresh for each test. A room's own fixtures are in its folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import protocol.validate  # noqa: F401  first of all, as in the daemon: its schemas must compile before Twisted is whole
from tests.support.deferreds import wrap_async_tests
from tests.support.need import absent
from tests.support.postgres import Postgres, PostgresMissingError, running_postgres, server_programs

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how fast a busy machine draws examples is not what is tested

QUICK_ROOMS = ("house", "protocol", "signer")  # a fault there explains the others, so they come first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test be written as `async def` without a decorator; the quick rooms come first, what is slow comes last."""
    wrap_async_tests(items)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The place of a test in the whole run; within one place the order stays as collected."""
    if item.get_closest_marker("slow") is not None:
        return len(QUICK_ROOMS) + 1
    room = item.path.relative_to(Path(__file__).parent).parts[0]
    return QUICK_ROOMS.index(room) if room in QUICK_ROOMS else len(QUICK_ROOMS)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL cluster with safe durability settings; `.fresh()` gives the URL of a new empty database."""
    try:
        server_programs()
    except PostgresMissingError as missing:
        absent(str(missing))
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once per engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.fresh()
