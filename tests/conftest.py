"""Fixtures that every room may use: real databases, fresh for each test. A room's own fixtures are in its folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.deferreds import wrap_async_tests
from tests.support.need import absent
from tests.support.postgres import Postgres, PostgresMissingError, running_postgres, server_programs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test be written as `async def` without a decorator, and run the slow ones last."""
    wrap_async_tests(items)
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


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
