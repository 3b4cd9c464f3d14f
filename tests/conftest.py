"""Fixtures that every room may use: real databases, fresh for each test. A room's own fixtures are in its folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import protocol.validate  # noqa: F401  first of all, as in the daemon: its schemas must compile before Twisted is whole
from tests.support.deferreds import wrap_async_tests
from tests.support.need import absent
from tests.support.postgres import (
    FORGETS_WITH_THE_MACHINE,
    Postgres,
    PostgresMissingError,
    memory_or_disk,
    running_postgres,
    server_programs,
)
from tests.support.shares import Shares, end_with_parent

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how fast a busy machine draws examples is not what is tested

QUICK_ROOMS = ("house", "protocol", "signer")  # a fault there explains the others, so they come first


def pytest_configure(config: pytest.Config) -> None:
    """A process that has a share of the run leaves nothing behind when the run is killed."""
    if hasattr(config, "workerinput"):
        end_with_parent()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test be written as `async def` without a decorator; the quick rooms come first, what is slow comes last."""
    wrap_async_tests(items)
    items.sort(key=_turn)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Shares:
    """Where several processes share the run, what one of them must make once stays together."""
    return Shares(config, log)


def _turn(item: pytest.Item) -> int:
    """The place of a test in the whole run; within one place the order stays as collected."""
    if item.get_closest_marker("slow") is not None:
        return len(QUICK_ROOMS) + 1
    room = item.path.relative_to(Path(__file__).parent).parts[0]
    return QUICK_ROOMS.index(room) if room in QUICK_ROOMS else len(QUICK_ROOMS)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """A private PostgreSQL cluster whose commits outlive every process."""
    try:
        server_programs()
    except PostgresMissingError as missing:
        absent(str(missing))
    with running_postgres(FORGETS_WITH_THE_MACHINE, memory_or_disk()) as running:
        yield running


@pytest.fixture
def postgres(cluster: Postgres) -> Iterator[Postgres]:
    """The cluster; `.fresh()` gives the URL of a new empty database, which goes when the test ends."""
    yield cluster
    cluster.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once per engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.fresh()
