"""How a new site is made: a folder with settings, keys and databases that `yinqi serve` can be started on at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core_adapter.core import CoreUnavailable
from core_adapter.database import SchemaMismatch, database_now, migrate
from core_adapter.ledger import MIGRATIONS as LEDGER_MIGRATIONS
from core_adapter.ledger import AccountRefused, Ledger
from gateway import demo, registering
from gateway.administration import banks
from gateway.clearing_demo import clearing_files
from gateway.databases import JOURNAL_MIGRATIONS, open_embedded, open_journal
from gateway.demo_banks import demo_banks
from gateway.domain.calendar import business_date
from gateway.journal.banks import difference
from gateway.journal.tables import CUSTOMER, LOG_HEAD
from gateway.settings import Settings, SettingsError, read
from gateway.template import Choices, settings_text
from protocol import examples
from protocol.names import bank_code_valid
from signer.issue import make_key, self_signed

SETTINGS_FILE: Final = "gateway.toml"
BANKS_FILE: Final = "bank-codes.csv"
"""The bank directory of a demo site, as `yinqi admin bank-code load` takes it."""
PORT_BASE: Final = 8600
PORT_BASE_MAX: Final = 65_532
"""HTTP, TCP, operations and clearing take the base and the three ports above it."""
CERTIFICATE_VALIDITY: Final = timedelta(days=3 * 365)
"""Validity of certificates made here: long enough not to end in a trial, short enough to be replaced."""
CLOCKS_DIFFER: Final = timedelta(days=1)
"""A new certificate is valid from this long ago, for the sake of clients whose clock is behind."""

_DRAFT: Final = ".gateway.toml.new"
_DATABASE: Final = "sqlite:///gateway.db"


class SiteRefused(Exception):
    """A site cannot be made as asked; nothing was left behind in the folder. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make: `database` is a URL without a password, which `password_file` holds if there is one."""

    folder: Path
    with_demo: bool = False
    port_base: int = PORT_BASE
    database: str = _DATABASE
    password_file: Path | None = None
    bank_code: str = examples.BANK_CODE
    bank_name: str = demo.BANK_NAME


def make_site(plan: Plan, now: datetime) -> Path:
    """Make a site and return the path of its settings; raises SiteRefused, with the folder as it was before.

    The settings get their name last, so that a folder with settings is always a whole site.
    """
    _check(plan)
    with _undone_on_failure(plan.folder) as made:
        for name, content in _files(plan, now):
            _write(plan.folder / name, content, made)
        draft = plan.folder / _DRAFT
        try:
            settings = read(draft)
            _make_files(settings, made)
            _fill(settings, plan, now)
        except (SettingsError, SchemaMismatch, AccountRefused, ArgumentError) as error:
            raise SiteRefused(str(error)) from error
        except (DBAPIError, CoreUnavailable) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise SiteRefused(f"the database cannot be used: {cause}") from error
        draft.rename(plan.folder / SETTINGS_FILE)
    return plan.folder / SETTINGS_FILE


def _check(plan: Plan) -> None:
    """Refuse what cannot become a site, before anything is written."""
    if (plan.folder / SETTINGS_FILE).exists():
        raise SiteRefused(f"{plan.folder} is a site already; nothing was changed")
    if plan.folder.exists() and not plan.folder.is_dir():
        raise SiteRefused(f"{plan.folder} is not a folder")
    if not 1 <= plan.port_base <= PORT_BASE_MAX:
        raise SiteRefused(f"port base {plan.port_base}: it is a number from 1 to {PORT_BASE_MAX}")
    if not bank_code_valid(plan.bank_code):
        raise SiteRefused(
            f"bank code {plan.bank_code!r}: 12 digits, the last one the check digit of ISO 7064 MOD 11,10"
        )
    try:
        password = make_url(plan.database).password
    except ArgumentError as error:
        raise SiteRefused(f"database: {error}") from error
    if password is not None:
        raise SiteRefused("a database URL with a password would be seen by others: put it into a file, --password-file")


def _files(plan: Plan, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Every file of the site but its databases, by its path in the folder."""
    not_before, not_after = now - CLOCKS_DIFFER, now + CERTIFICATE_VALIDITY
    key = make_key("ecdsa")
    yield "gateway.key", key
    yield "gateway.crt", self_signed(key, "Yinqi gateway reply key", not_before, not_after)
    if plan.password_file is not None:
        yield "database.password", plan.password_file.read_bytes()
    if plan.with_demo:
        for name, content in demo.client_files(plan.port_base, not_before, not_after):
            yield f"clients/{name}", content
        for name, content in demo.example_files(now):
            yield f"examples/{name}", content
        yield BANKS_FILE, banks.written(demo_banks()).encode()
        yield from clearing_files(plan.port_base, plan.bank_code, not_before, not_after)
    choices = Choices(
        name="demo" if plan.with_demo else "yinqi",
        bank_code=plan.bank_code,
        bank_name=plan.bank_name,
        database=plan.database,
        password=plan.password_file is not None,
        port_base=plan.port_base,
        sandbox=plan.with_demo,
    )
    yield _DRAFT, settings_text(choices).encode()


def _make_files(settings: Settings, made: list[Path]) -> None:
    """The empty files of SQLite databases, readable by their owner alone."""
    for url in (settings.site.database, settings.core.database or ""):
        if url.startswith("sqlite:///"):
            path = Path(url.removeprefix("sqlite:///"))
            _write(path, b"", made)
            made += [path.with_name(path.name + end) for end in ("-wal", "-shm")]


def _fill(settings: Settings, plan: Plan, now: datetime) -> None:
    """Bring both databases to their newest version, refuse those of another site, and enter what a demo holds."""
    journal, ledger = open_journal(settings), open_embedded(settings)
    assert ledger is not None, "the template names no link"
    try:
        migrate(journal, JOURNAL_MIGRATIONS)
        migrate(ledger.engine, LEDGER_MIGRATIONS)
        with journal.begin() as tx:
            _refuse_used(tx)
            if plan.with_demo:
                clients = plan.folder / "clients"
                registering.register(
                    tx, {each.client: (clients / f"{each.client}.crt").read_bytes() for each in demo.OPERATORS}
                )
                given = banks.read(banks.decoded((plan.folder / BANKS_FILE).read_bytes()))
                banks.replace(tx, difference(tx, given))
                ledger.open_accounts(demo.all_accounts(), business_date(database_now(tx), 0))
        if plan.with_demo:
            _sow(settings, journal, ledger, now)
    finally:
        ledger.close()
        journal.dispose()


def _sow(settings: Settings, journal: Engine, ledger: Ledger, now: datetime) -> None:
    """Have the demo's clients send what its examples act on."""
    from gateway import seeding, seeds  # noqa: PLC0415  (only a demo site pays for the whole road)

    senders = {
        each.client: seeding.Sender(each.customer, each.operator, demo.client_key(settings.folder / "clients", each))
        for each in demo.OPERATORS
    }
    try:
        with seeding.Seeding(settings, journal, ledger, senders=senders, now=now) as sending:
            seeds.sow(sending)
    except seeding.SeedRefused as error:
        raise SiteRefused(f"the demo's own orders were not taken: {error}") from error


def _refuse_used(tx: Connection) -> None:
    for table in (CUSTOMER, LOG_HEAD):
        if tx.execute(select(table).limit(1)).first() is not None:
            raise SiteRefused("the database is in use by a site; for a further node of it, copy that site's folder")


def _write(path: Path, content: bytes, made: list[Path]) -> None:
    """Write a file that was not there, readable by its owner alone unless it is public."""
    if not path.parent.exists():
        path.parent.mkdir()
        made.append(path.parent)
    public = path.suffix in (".crt", ".xml")
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644 if public else 0o600)
    except FileExistsError:
        raise SiteRefused(f"{path} exists already; nothing was changed") from None
    made.append(path)
    with os.fdopen(file, "wb") as stream:
        stream.write(content)


@contextmanager
def _undone_on_failure(folder: Path) -> Iterator[list[Path]]:
    """Make the folder if need be; when what follows fails, take away what is listed as made."""
    made: list[Path] = []
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        made.append(folder)
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        raise
