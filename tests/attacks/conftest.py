"""A demo site with its daemon, and what the tables of bad messages are made with."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from conformance.cases.forge import Forge
from conformance.client import Client
from demo.bad import make_forge, now
from demo.daemon import Site
from demo.former import former_keys
from demo.record import Record
from signer.issue import make_key, self_signed
from signer.keys import SigningKey
from signer.software import load_signing_key

SHORT_LIFE = timedelta(seconds=3)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo site that serves; it must end with status 0 whatever was thrown at it."""
    with Site.make(tmp_path_factory.mktemp("attacks") / "site") as made:
        made.start()
        yield made
        assert made.stop() == 0


@pytest.fixture(scope="session")
def former(site: Site) -> dict[str, dict[str, SigningKey]]:
    """By client: the keys that were its operator's, one revoked and one expired."""
    found = {}
    for name in ("erp01", "sm2erp01"):
        with site.client(name) as client:
            found[name] = former_keys(site, client, Record(), SHORT_LIFE)
    return found


@pytest.fixture(scope="session", params=["http", "tcp"])
def client_name(request: pytest.FixtureRequest) -> str:
    """The RSA client goes over HTTP, the SM2 client over TCP."""
    return "sm2erp01" if request.param == "tcp" else "erp01"


@pytest.fixture(scope="session")
def client(site: Site, client_name: str) -> Iterator[Client]:
    """The client, with one connection for all of its messages."""
    with site.client(client_name, tcp=client_name == "sm2erp01") as opened:
        yield opened


@pytest.fixture(scope="session")
def forge(site: Site, client: Client, client_name: str, former: dict[str, dict[str, SigningKey]]) -> Forge:
    """The workshop in the client's name, with a stranger's key that nobody registered."""
    pem = make_key("ecdsa")
    certificate = self_signed(pem, "C00000001 ERP01", now() - timedelta(days=1), now() + timedelta(days=1))
    return make_forge(site, client, load_signing_key(pem, certificate), **former[client_name])
