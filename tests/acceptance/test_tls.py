"""Both doors with TLS and client certificates, from the client file's settings, judged end to end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.client import Client, Patience
from conformance.errors import UnreachableError
from demo.daemon import Site, yinqi
from protocol.messages.help import SelfTest
from signer.certificates import fingerprint, from_pem
from tests.support.authority import Authority, Pair

ONCE = Patience(attempts=1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that both sides trust."""
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def clients(authority: Authority) -> dict[str, Pair]:
    """A client certificate for each of the two customers."""
    return {customer: authority.issue(customer) for customer in ("C00000001", "C00000002")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, authority: Authority, clients: dict[str, Pair]) -> Iterator[Site]:
    """A demo site whose doors speak TLS alone and ask for client certificates."""
    with Site.make(tmp_path_factory.mktemp("tls") / "site") as made:
        server = authority.issue("gateway")
        for customer, pair in clients.items():
            name = fingerprint(from_pem(pair.certificate.read_bytes())[0]).hex()
            command = ("admin", "certificate", "add", "-c", made.settings, "--purpose", "tls", "--confirm", name)
            added = yinqi(*command, customer, "ERP01", pair.certificate)
            assert added.returncode == 0, added.stderr
        with made.settings.open("a", encoding="utf-8") as settings:
            for door in ("http", "tcp"):
                settings.write(
                    f'\n[{door}.tls]\ncertificate = "{server.certificate}"\nkey = "{server.key}"\n'
                    f'client_ca = "{authority.certificate}"\n'
                )
        made.start()
        yield made
        assert made.stop() == 0


def open_client(site: Site, authority: Authority, pair: Pair | None, *, tcp: bool) -> Client:
    """The demo's ERP client with a [tls] table of its own."""
    source = site.client_file("erp01")
    shown = f'certificate = "{pair.certificate}"\nkey = "{pair.key}"\n' if pair is not None else ""
    text = source.read_text("utf-8").replace("http://", "https://")
    file = source.with_name("tls.toml")
    file.write_text(f'{text}\n[tls]\nca = "{authority.certificate}"\n{shown}', "utf-8")
    return Client.open(file, tcp=tcp, timeout_seconds=10, patience=ONCE)


@pytest.mark.parametrize("door", ["http", "tcp"])
def test_the_customers_own_certificate_opens_the_door(
    site: Site, authority: Authority, clients: dict[str, Pair], door: str
) -> None:
    """Server and client know each other by the authority; the message is judged by its own signature."""
    with open_client(site, authority, clients["C00000001"], tcp=door == "tcp") as client:
        assert client.ask(SelfTest()).accepted


@pytest.mark.parametrize("door", ["http", "tcp"])
def test_another_customers_certificate_carries_no_message_of_ours(
    site: Site, authority: Authority, clients: dict[str, Pair], door: str
) -> None:
    """Who opens the connection must be the customer who signed."""
    with open_client(site, authority, clients["C00000002"], tcp=door == "tcp") as client:
        assert client.ask(SelfTest()).code == "NOT_AUTHENTIC"


@pytest.mark.parametrize("door", ["http", "tcp"])
def test_without_a_certificate_nobody_is_heard(site: Site, authority: Authority, door: str) -> None:
    """The handshake fails before a byte of a message is read."""
    with open_client(site, authority, None, tcp=door == "tcp") as client, pytest.raises(UnreachableError):
        client.ask(SelfTest())


@pytest.mark.parametrize("door", ["http", "tcp"])
def test_a_gateway_of_another_authority_hears_nothing(
    site: Site, clients: dict[str, Pair], tmp_path: Path, door: str
) -> None:
    """The client sends nothing to a server that its authority does not vouch for."""
    stranger = Authority.make(tmp_path)
    with (
        open_client(site, stranger, clients["C00000001"], tcp=door == "tcp") as client,
        pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.ask(SelfTest())
