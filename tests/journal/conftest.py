"""A bank on each database, as it opens and with a customer whose instructions people approve."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.bank import Bank
from tests.journal.company import staffed


@pytest.fixture
def bank(database_url: str, tmp_path: Path) -> Iterator[Bank]:
    """A bank that has just opened, on SQLite and on PostgreSQL."""
    embedded = database_url.startswith("sqlite")
    core_url = f"sqlite:///{tmp_path / 'core.db'}" if embedded else database_url
    opened = Bank(database_url, core_url, schema=not embedded).open()
    yield opened
    opened.close()


@pytest.fixture
def company(bank: Bank) -> Bank:
    """A bank whose customer is in form 002, with the mode of R2.3 and people for it."""
    return staffed(bank)
