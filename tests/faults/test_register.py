"""The register changes under a running daemon, by `yinqi admin`: every process of it knows within five seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.client import Client
from conformance.request import Gaps, from_message, new_request_id
from demo.daemon import Site, yinqi
from protocol.messages.account import QueryAccounts
from signer.certificates import fingerprint, from_pem
from signer.issue import make_key, self_signed
from signer.keys import SigningKey
from signer.software import load_signing_key
from tests.faults.rig import configure, within
from tests.faults.workers import one_each
from tests.support.authority import Authority

EFFECT_SECONDS = 5.0
CUSTOMER, OPERATOR = "C00000001", "ERP01"


@dataclass(frozen=True, slots=True)
class Sender:
    """The operator with another of its keys."""

    key: SigningKey
    customer: str = CUSTOMER
    operator: str = OPERATOR


def admin(site: Site, *words: str | Path) -> None:
    """Give a command about the register, and see it done."""
    done = yinqi("admin", *words, "-c", site.settings)
    assert done.returncode == 0, done.stderr


def add_key(site: Site, folder: Path) -> SigningKey:
    """Register a second certificate of the operator; give the key that belongs to it."""
    now = datetime.now(UTC)
    pem = make_key("ecdsa")
    certificate = self_signed(pem, "second key", now - timedelta(hours=1), now + timedelta(days=1))
    key = load_signing_key(pem, certificate)
    file = folder / "second.crt"
    file.write_bytes(certificate)
    admin(site, "certificate", "add", CUSTOMER, OPERATOR, file, "--confirm", fingerprint(key.certificate).hex())
    return key


def code(client: Client, key: SigningKey) -> str:
    """The code of the answer to a question that this key signed."""
    now = datetime.now(UTC)
    return str(client.send_once(from_message(QueryAccounts(), Sender(key), Gaps(new_request_id(now), now))).code)


def soon(clients: Sequence[Client], key: SigningKey, wanted: str) -> bool:
    """Whether every process gives that answer to this key within the time in which a change must count."""
    return within(EFFECT_SECONDS, lambda: all(code(client, key) == wanted for client in clients))


@pytest.mark.slow
def test_a_key_is_rotated_without_a_gap(either_site: Site, workers: int, tmp_path: Path) -> None:
    """The new one counts beside the old one; the old one, revoked, counts no more, and the new one still does."""
    site = either_site
    site.start("--workers", str(workers))
    with one_each(site, "erp01", workers) as clients:
        old = clients[0].file.key
        new = add_key(site, tmp_path)
        assert soon(clients, new, "DONE")
        assert {code(client, old) for client in clients} == {"DONE"}
        admin(site, "certificate", "revoke", fingerprint(old.certificate).hex())
        assert soon(clients, old, "NOT_AUTHENTIC")
        assert {code(client, new) for client in clients} == {"DONE"}

    assert site.stop() == 0


@pytest.mark.slow
def test_who_may_do_nothing_is_told_so_at_once(either_site: Site, workers: int) -> None:
    """A suspended customer and a frozen operator are refused, signed, and served again afterwards."""
    site = either_site
    site.start("--workers", str(workers))
    with one_each(site, "erp01", workers) as clients:
        key = clients[0].file.key
        admin(site, "customer", "suspend", CUSTOMER)
        assert soon(clients, key, "CUSTOMER_SUSPENDED")
        admin(site, "customer", "resume", CUSTOMER)
        assert soon(clients, key, "DONE")
        admin(site, "operator", "freeze", CUSTOMER, OPERATOR)
        assert soon(clients, key, "OPERATOR_FROZEN")
        admin(site, "operator", "unfreeze", CUSTOMER, OPERATOR)
        assert soon(clients, key, "DONE")

    assert site.stop() == 0


@pytest.mark.slow
def test_a_revoked_tls_certificate_carries_no_more_messages(sqlite_site: Site, tmp_path: Path) -> None:
    """Also on a connection that was opened while it counted, and though its authority still vouches for it."""
    site, authority = sqlite_site, Authority.make(tmp_path)
    server, own = authority.issue("gateway"), authority.issue("erp")
    tls = {"certificate": str(server.certificate), "key": str(server.key), "client_ca": str(authority.certificate)}
    configure(site, "tcp.tls", **tls)
    name = fingerprint(from_pem(own.certificate.read_bytes())[0]).hex()
    admin(site, "certificate", "add", CUSTOMER, OPERATOR, own.certificate, "--purpose", "tls", "--confirm", name)
    with site.client_file("erp01").open("a", encoding="utf-8") as file:
        file.write(f'\n[tls]\nca = "{authority.certificate}"\ncertificate = "{own.certificate}"\nkey = "{own.key}"\n')
    site.start()
    with site.client("erp01", tcp=True) as client:
        key = client.file.key
        assert code(client, key) == "DONE"
        admin(site, "certificate", "revoke", name)
        assert soon([client], key, "NOT_AUTHENTIC")

    assert site.stop() == 0
