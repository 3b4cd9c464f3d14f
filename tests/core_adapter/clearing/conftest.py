"""Fixtures of the clearing simulator: a bank before a fresh book."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core_adapter.clearing.book import Book
from tests.core_adapter.clearing.bank import START, Bank, settings_at

MakeBank = Callable[..., Bank]


@pytest.fixture
def make_bank(tmp_path: Path) -> Iterator[MakeBank]:
    """Make a bank before a book, with settings that differ from the usual; every book is sound when the test ends."""
    made: list[Bank] = []

    def make(**changed: Any) -> Bank:
        folder = tmp_path / f"book-{len(made)}"
        folder.mkdir()
        settings = settings_at(folder, **changed)
        made.append(Bank(settings, Book(settings, START)))
        return made[-1]

    yield make
    faults = [bank.book.check() for bank in made]
    for bank in made:
        bank.book.close()
    assert faults == [[] for _ in made]


@pytest.fixture
def bank(make_bank: MakeBank) -> Bank:
    """A bank before a book of the usual settings: nothing goes wrong by itself."""
    return make_bank()
