"""The reply key in a token that goes away: never an unsigned reply, and what was done is signed once it is back."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.client import Client
from demo.daemon import Site
from protocol.messages.help import SelfTest
from signer.hsm import certify, generate
from tests.faults.books import check, judge, openings
from tests.faults.load import UNREACHABLE, Load, answer, insist, settle, transfer
from tests.faults.rig import await_ready, checks, configure, log
from tests.signer.conftest import PIN, SoftToken

LABEL = "reply-2027a"
GONE = "unsigned SIGNER_UNAVAILABLE"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    """A fresh token that this process and every daemon it starts can see."""
    folder = tmp_path / "softhsm"
    folder.mkdir()
    token = SoftToken(folder)
    token.initialise()
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    yield token
    token.close()


@pytest.fixture
def site(sqlite_site: Site, token: SoftToken) -> Site:
    """A site whose replies are signed in the token, and checked by the certificate made there."""
    now = datetime.now(UTC)
    generate(token.module, token.label, PIN, LABEL, kind="ecdsa")
    certificate = certify(
        token.module,
        token.label,
        PIN,
        LABEL,
        common_name="示范银行",
        not_before=now - timedelta(hours=1),
        not_after=now + timedelta(days=1),
    )
    (sqlite_site.folder / "gateway.crt").write_bytes(certificate)
    (sqlite_site.folder / "gateway.key").unlink()
    configure(sqlite_site, "reply", key=None)
    configure(sqlite_site, "reply.pkcs11", module=token.module, token=token.label, label=LABEL, pin_file="token.pin")
    give_pin(sqlite_site, PIN)
    return sqlite_site


def give_pin(site: Site, pin: str) -> None:
    """Write the file with the PIN, for its owner alone."""
    file = site.folder / "token.pin"
    file.touch(0o600)
    file.write_text(pin + "\n", "utf-8")


@pytest.mark.slow
def test_a_token_that_goes_under_load_and_comes_back(site: Site, token: SoftToken) -> None:
    """Meanwhile nothing but Faults, 503; afterwards every transfer that was taken gets its one signed reply."""
    before = openings(site)
    site.start()
    with Load(site, seed=51, connections=8) as load:
        load.reach(30)
        token.take_away()
        load.reach(20, GONE)
        await_ready(site, signer=False)
        token.bring_back()
        await_ready(site)
        load.reach(30)
    settle(site, load.sent)

    assert set(load.answers) <= {"DONE", "PENDING", "BUSY", GONE}
    assert UNREACHABLE not in load.answers
    judge(site, load.sent, before)


def asked(client: Client) -> tuple[int | None, bool]:
    """Status of the answer to a question, and whether it is the Fault that no signer is there."""
    received = client.transport.exchange(client.prepare(SelfTest()).raw)
    return received.http, b"<Code>SIGNER_UNAVAILABLE</Code>" in received.data and b"Signature" not in received.data


@pytest.mark.slow
def test_money_done_without_a_signature_is_answered_after_the_token_is_back(site: Site, token: SoftToken) -> None:
    """The transfer is in the book though nobody could say so; /readyz comes back with nobody sending anything."""
    before = openings(site)
    site.start()
    with site.client("erp01") as client:
        assert client.ask(SelfTest()).accepted
        token.take_away()
        sent = transfer(client, "erp01", "DONE-UNSIGNED", amount=100)
        assert answer(client, sent) == GONE
        assert asked(client) == (503, True)
        assert checks(site) == {"database": True, "core": True, "signer": False}
        assert check(site, "ledger")["transfers"] == 1
        token.bring_back()
        await_ready(site)
        insist(client, sent)

    judge(site, [sent], before)


@pytest.mark.slow
def test_a_wrong_pin_is_tried_once_and_told(site: Site) -> None:
    """The daemon stands, not ready, and says why in its log; it answers Faults, and spends no further try."""
    give_pin(site, "not the PIN")
    site.start()
    await_ready(site, signer=False, database=True)
    with site.client("erp01") as client:
        for _ in range(5):
            assert asked(client) == (503, True)
    assert len(re.findall('"reply-key-unavailable".*the token refused the PIN', log(site))) == 1
    assert site.stop() == 0

    give_pin(site, PIN)
    site.start()
    await_ready(site)
    with site.client("erp01") as client:
        assert client.ask(SelfTest()).accepted
