"""Parties with keys of the kinds that standard tools know."""

from pathlib import Path

import pytest

from tests.interop.party import Party, party


@pytest.fixture(scope="session", params=["rsa", "ecdsa"])
def sender(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Party:
    """A party with an RSA key, and one with a P-256 key."""
    return party(request.param, tmp_path_factory.mktemp("party"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for the files that a tool reads and writes."""
    return tmp_path
