"""What a site is called, the bank that it speaks for, and its databases: the tables [site] and [core]."""

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.settings.table import OPTIONAL, Address, Table
from protocol.names import bank_code_valid

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = re.compile(r"postgresql://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<rest>[^@]*)")
_DATABASE: Final = '"sqlite:///FILE" or "postgresql://USER@HOST:PORT/NAME"'


@dataclass(frozen=True, slots=True)
class Site:
    """What this site is called, the bank it speaks for, its database (URL, password included) and this node's name.

    In a sandbox the business clock may be moved; a site where money is real is none.
    """

    name: str
    bank_code: str
    bank_name: str
    database: str = field(repr=False)
    node: str
    sandbox: bool

    @property
    def embedded(self) -> bool:
        """Whether the database is SQLite, which one process alone may use."""
        return self.database.startswith(_SQLITE)


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """The core: a ledger of its own in a database (URL) or a schema of the site's, or a link to a core elsewhere."""

    database: str | None = field(repr=False)
    schema: str | None
    link: Address | None
    timeout_seconds: float


def read_site(table: Table, folder: Path) -> Site:
    """Read [site]; a SQLite path starts at the folder."""
    site = Site(
        name=table.text("name", pattern=r"[A-Za-z0-9_-]{1,32}", allowed="1 to 32 letters, digits, _ and -"),
        bank_code=table.text("bank_code", pattern=r"[0-9]{12}", allowed="a bank code of 12 digits"),
        bank_name=table.text("bank_name"),
        database=_database(table, folder),
        node=table.text("node", socket.gethostname(), pattern=r"[A-Za-z0-9._-]{1,64}", allowed="a host name"),
        sandbox=table.flag("sandbox", default=False),
    )
    if site.bank_code and not bank_code_valid(site.bank_code):
        table.fault("bank_code", f"{site.bank_code!r} has a wrong check digit (ISO 7064 MOD 11,10)")
    table.end()
    return site


def read_core(table: Table, site: Site, folder: Path) -> CoreSettings:
    """Read [core]."""
    ways = [key for key in ("database", "schema", "link") if key in table]
    if len(ways) != 1:
        table.fault("", f"needs exactly one of database, schema and link; it has {' and '.join(ways) or 'none'}")
    schema = table.text("schema", OPTIONAL, pattern=r"[a-z_][a-z0-9_]{0,62}", allowed="a schema name") or None
    if schema is not None and site.embedded:
        table.fault("schema", "a SQLite site has no schemas; name a database file of the core's own")
    core = CoreSettings(
        database=_database(table, folder) if "database" in table else None,
        schema=schema,
        link=table.address("link") if "link" in table else None,
        timeout_seconds=table.number("timeout_seconds", 10.0, 0.1, 300.0),
    )
    table.end()
    return core


def _database(table: Table, folder: Path) -> str:
    """The database's URL: a SQLite path made absolute, a PostgreSQL password taken from `password_file`."""
    url = table.text("database", pattern=r"sqlite:///.+|postgresql://.+", allowed=_DATABASE)
    password = table.secret("password_file") if "password_file" in table else ""
    if url.startswith(_SQLITE):
        if password:
            table.fault("password_file", "a SQLite database takes no password")
        return _SQLITE + str(folder / url.removeprefix(_SQLITE))
    match = _POSTGRESQL.fullmatch(url)
    if match is None:
        if url:
            table.fault("database", f"is not {_DATABASE}")
        return ""
    if match["password"] is not None:
        table.fault("database", "holds a password; name a file with it as password_file instead")
    if not password:
        return url
    if not match["user"]:
        table.fault("password_file", "the database URL names no user that this password could be of")
    return f"postgresql://{match['user']}:{quote(password, safe='')}@{match['rest']}"
