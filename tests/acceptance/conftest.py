"""A demo site that serves, and partners with keys of its clients."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from demo.daemon import Site
from tests.acceptance.partner import Partner

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo site whose daemon runs until the last test of the room."""
    with Site.make(tmp_path_factory.mktemp("acceptance") / "site") as made:
        made.start()
        yield made
        assert made.stop() == 0


@pytest.fixture
def erp(site: Site, tmp_path: Path) -> Partner:
    """The operator who enters, with an RSA key."""
    return Partner.read(site, "erp01", "rsa", tmp_path)


@pytest.fixture
def manager(site: Site, tmp_path: Path) -> Partner:
    """An operator with an ECDSA key."""
    return Partner.read(site, "mgr01", "ecdsa", tmp_path)


@pytest.fixture
def fresh_id() -> str:
    """A request id that no other test uses."""
    return f"ACC-{next(_NUMBERS)}"
