"""Fixtures of the bank behind the gateway: a ledger with two customers and a clearing account, on either database."""

from collections.abc import Iterator

import pytest

from core_adapter.ledger import Ledger
from tests.core_adapter.books import ALICE, BOB, CLEARING, TODAY, empty_ledger


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """A ledger in which Alice has 100.00, Bob 50.00 and the clearing account nothing; sound when the test ends."""
    ledger = empty_ledger(database_url)
    ledger.open_accounts([ALICE, BOB, CLEARING], TODAY)
    yield ledger
    faults = ledger.check()
    ledger.close()
    assert faults == []
