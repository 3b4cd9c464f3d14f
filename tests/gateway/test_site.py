"""Making a site: what is in its folder, what is refused, and that nothing is left behind when it fails."""

import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core_adapter.core import AccountStatus
from core_adapter.database import check_version
from core_adapter.ledger import MIGRATIONS as LEDGER_MIGRATIONS
from gateway import clearing_demo, demo, settings, simulator
from gateway.administration.certificates import list_certificates
from gateway.administration.operators import list_operators
from gateway.databases import JOURNAL_MIGRATIONS, open_embedded, open_journal
from gateway.journal.tables import ATTACHED_ACCOUNT
from gateway.settings.clearing_simulator import read_clearing
from gateway.site import Plan, SiteRefused, make_site
from protocol import examples
from protocol.catalogue import OFFERED
from protocol.entries import recurring
from signer.software import load_signing_key

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def plan(database_url: str, tmp_path: Path) -> Plan:
    """A demo site to be made in a new folder, on either database."""
    folder = tmp_path / "site"
    if database_url.startswith("sqlite"):
        return Plan(folder, with_demo=True)
    return Plan(folder, with_demo=True, database=database_url)


def test_a_demo_site_is_whole(plan: Plan) -> None:
    """Settings that read without a fault, databases of the right version, sound books, every operator with its key."""
    read = settings.read(make_site(plan, NOW))

    journal, ledger = open_journal(read), open_embedded(read)
    assert ledger is not None
    check_version(journal, JOURNAL_MIGRATIONS)
    check_version(ledger.engine, LEDGER_MIGRATIONS)
    assert ledger.check() == []
    with journal.connect() as tx:
        sign = {(row.customer, row.operator): row.certificates for row in list_operators(tx) if row.certificates}
        assert sign == {(each.customer, each.operator): 1 for each in demo.OPERATORS}
        algorithms = {row.operator: row.algorithm for row in list_certificates(tx, examples.CUSTOMER)}
        attached = set(tx.execute(select(ATTACHED_ACCOUNT.c.account)).scalars())
    assert algorithms == {
        "ERP01": "rsa-sha256",
        "MGR01": "ecdsa-p256-sha256",
        "MGR02": "ecdsa-p256-sha256",
        "SM2ERP01": "sm2-sm3",
        "REV01": "ecdsa-p256-sha256",
        "AUT01": "ecdsa-p256-sha256",
        "SND01": "sm2-sm3",
    }
    opened = ledger.accounts([account.number for account in demo.all_accounts()])
    assert attached < opened.keys()
    assert {account.status for account in opened.values()} == set(AccountStatus)
    ledger.close()
    journal.dispose()


def test_the_clients_of_a_demo_hold_pairs_of_keys(plan: Plan) -> None:
    """Each client file has the private key of the certificate that was registered."""
    folder = make_site(plan, NOW).parent / "clients"

    assert {path.stem for path in folder.glob("*.toml")} == {each.client for each in demo.OPERATORS}
    for each in demo.OPERATORS:
        key, certificate = (folder / f"{each.client}{end}" for end in (".key", ".crt"))
        load_signing_key(key.read_bytes(), certificate.read_bytes())


def test_there_is_an_example_of_every_service(tmp_path: Path) -> None:
    """The examples leave to `send` what differs from message to message: ids, times, signatures."""
    folder = make_site(Plan(tmp_path / "site", with_demo=True), NOW).parent / "examples"

    assert {path.stem for path in folder.iterdir()} == {service.name for service in OFFERED}
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        assert "<RequestId></RequestId><SentAt></SentAt>" in text
        assert "Signature" not in text


@pytest.mark.parametrize("day", [examples.DAY, date(2031, 3, 30)])
def test_the_dates_of_an_example_are_those_of_the_day_of_the_site(day: date) -> None:
    """A period stays as long ago, and what is to come stays as far ahead, at its hour."""
    now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    written = {name.removesuffix(".xml"): content.decode() for name, content in demo.example_files(now)}

    first = date(2026, 10, 1) + (day - examples.DAY)
    assert f"<From>{first}</From><To>{first + timedelta(days=30)}</To>" in written["QueryTransactions"]
    moved: Any = demo._moved(recurring.ENTRIES[0].example, day - examples.DAY)
    assert moved.first_run - now == datetime(2026, 12, 31, 1, tzinfo=UTC) - datetime(2026, 11, 2, 1, tzinfo=UTC)
    assert moved.end_date - day == date(2027, 12, 31) - examples.DAY


def test_ports_follow_the_port_base(tmp_path: Path) -> None:
    """HTTP at the base, TCP and operations above it."""
    read = settings.read(make_site(Plan(tmp_path / "site", port_base=18600), NOW))

    assert (read.http.port, read.tcp.port, read.operations.port) == (18600, 18601, 18602)


def test_a_demo_has_a_clearing_centre_that_knows_its_gateway_and_others_have_none(tmp_path: Path) -> None:
    """At the fourth port; the keys of both sides are pairs with their certificates, and the centre takes the bank's."""
    make_site(Plan(tmp_path / "demo", with_demo=True, port_base=9000), NOW)
    make_site(Plan(tmp_path / "plain"), NOW)
    file = read_clearing(tmp_path / "demo" / clearing_demo.SETTINGS_FILE)
    sign, verify = simulator.keys(file)
    channel = tmp_path / "demo" / clearing_demo.CHANNEL_KEY
    gateway = load_signing_key(channel.read_bytes(), file.bank_certificate.read_bytes())

    assert (file.clearing.port, file.clearing.bank) == (9003, examples.BANK_CODE)
    assert file.bank_certificate == tmp_path / "demo" / clearing_demo.CHANNEL_CERTIFICATE
    assert file.certificate == tmp_path / "demo" / clearing_demo.CENTRE_CERTIFICATE
    assert verify(examples.BANK_CODE, b"credits", gateway.sign(b"credits"))
    assert not verify(examples.FOREIGN_BANK_CODE, b"credits", gateway.sign(b"credits"))
    assert not verify(examples.BANK_CODE, b"credits", sign(b"credits"))
    assert not (tmp_path / "plain" / clearing_demo.SETTINGS_FILE).exists()


def test_only_the_owner_may_read_what_is_secret(tmp_path: Path) -> None:
    """Private keys, settings and databases are 0600, also in a folder that was there and is open to all."""
    folder = tmp_path / "site"
    folder.mkdir(mode=0o755)
    make_site(Plan(folder, with_demo=True), NOW)

    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".crt", ".xml"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_site_is_not_made_twice(plan: Plan) -> None:
    """A folder that is a site stays as it is."""
    before = make_site(plan, NOW).read_bytes()

    with pytest.raises(SiteRefused, match="is a site already"):
        make_site(plan, NOW)
    assert (plan.folder / "gateway.toml").read_bytes() == before


def test_a_database_in_use_is_not_taken(postgres_url: str, tmp_path: Path) -> None:
    """Another folder on the database of a site would have other keys for the same log."""
    make_site(Plan(tmp_path / "one", with_demo=True, database=postgres_url), NOW)

    with pytest.raises(SiteRefused, match="in use by a site"):
        make_site(Plan(tmp_path / "two", database=postgres_url), NOW)
    assert not (tmp_path / "two").exists()


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """An empty PostgreSQL database."""
    url: str = request.getfixturevalue("postgres").fresh()
    return url


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        ("postgresql://yinqi:secret@127.0.0.1/x", "password"),
        ("postgresql://yinqi@127.0.0.1:1/x", "cannot be used"),
        ("mysql://127.0.0.1/x", "database"),
    ],
)
def test_a_failure_leaves_the_folder_as_it_was(tmp_path: Path, database: str, reason: str) -> None:
    """What was written before a fault showed is taken away again, and other files stay."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "notes").write_text("mine")

    with pytest.raises(SiteRefused, match=reason):
        make_site(Plan(folder, with_demo=True, database=database), NOW)
    assert [path.name for path in folder.rglob("*")] == ["notes"]


def test_files_of_others_are_not_overwritten(tmp_path: Path) -> None:
    """A key that lies in the folder already is worth more than a new site."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "gateway.key").write_text("mine")

    with pytest.raises(SiteRefused, match="exists already"):
        make_site(Plan(folder), NOW)
    assert os.listdir(folder) == ["gateway.key"]  # noqa: PTH208  names alone are compared
    assert (folder / "gateway.key").read_text() == "mine"


@pytest.mark.parametrize(
    "wrong", [{"port_base": 0}, {"port_base": 65_533}, {"bank_code": "313100099990"}, {"bank_name": ""}]
)
def test_what_cannot_be_settings_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """Faults of the plan are found before or by reading the settings back, as the daemon will read them."""
    with pytest.raises(SiteRefused):
        make_site(Plan(tmp_path / "site", **wrong), NOW)
    assert not (tmp_path / "site").exists()


def test_names_may_hold_any_character(tmp_path: Path) -> None:
    """Quotes, backslashes and Chinese names come back from the settings as they were given."""
    name = '银行 "A\\B" \t'.strip()
    read = settings.read(make_site(Plan(tmp_path / "site", bank_name=name), NOW))

    assert read.site.bank_name == name
