"""A bank on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.bank import Bank


@pytest.fixture
def bank(database_url: str, tmp_path: Path) -> Iterator[Bank]:
    """A bank that has just opened, on SQLite and on PostgreSQL."""
    embedded = database_url.startswith("sqlite")
    core_url = f"sqlite:///{tmp_path / 'core.db'}" if embedded else database_url
    opened = Bank(database_url, core_url, schema=not embedded).open()
    yield opened
    opened.close()
