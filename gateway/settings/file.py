"""The settings of one site: one TOML file read into one frozen value, with every fault of the file told at once.

Paths are relative to the file's folder. Secrets (passwords, PINs, private keys) are named by file, never written in the
settings themselves, and never shown by `repr`. Knows no reactor, no database and no key material beyond a PIN's text.
"""

import os
import re
import socket
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.table import OPTIONAL, Address, Source, Table
from protocol.limits import MESSAGE_BYTES_MAX
from protocol.names import bank_code_valid

_SQLITE = "sqlite:///"
_POSTGRESQL = re.compile(r"postgresql://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<rest>[^@]*)")
_DATABASE = '"sqlite:///FILE" or "postgresql://USER@HOST:PORT/NAME"'
_LEVELS = ("debug", "info", "warn", "error", "critical")


class SettingsError(Exception):
    """The settings file cannot be used; `faults` has one line for each thing to put right."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults))
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Site:
    """What this site is called, the bank it speaks for, its database (URL, password included) and this node's name."""

    name: str
    bank_code: str
    bank_name: str
    database: str = field(repr=False)
    node: str

    @property
    def embedded(self) -> bool:
        """Whether the database is SQLite, which one process alone may use."""
        return self.database.startswith(_SQLITE)


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """A key in a PKCS#11 token: the provider's library, the token's and the key's labels, and the user PIN."""

    module: Path
    token: str
    label: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """The key that signs replies, as a PEM file or in a token, and the certificate bundle (the current one first)."""

    certificate: Path
    key: Path | None
    pkcs11: Pkcs11 | None
    sm2_id: str | None


@dataclass(frozen=True, slots=True)
class Tls:
    """A door's TLS: certificate chain, private key, and the CA that clients' certificates must come from, if any."""

    certificate: Path
    key: Path
    client_ca: Path | None


@dataclass(frozen=True, slots=True)
class Door:
    """Where a door listens, and its TLS; port 0 lets the system choose."""

    host: str
    port: int
    tls: Tls | None


@dataclass(frozen=True, slots=True)
class Operations:
    """Where the operations port listens; it carries no TLS and belongs on an inner address."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """The core: a ledger of its own in a database (URL) or a schema of the site's, or a link to a core elsewhere."""

    database: str | None = field(repr=False)
    schema: str | None
    link: Address | None
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What peers may use, for all workers together; each worker takes its share of the caps and rates."""

    message_bytes: int
    connections: int
    connections_per_address: int
    pipelined: int
    message_seconds: float
    idle_seconds: float
    first_message_seconds: float
    write_buffer_bytes: int
    address_rate: float
    address_burst: int
    customer_rate: float
    customer_burst: int
    queue: int


@dataclass(frozen=True, slots=True)
class Work:
    """Time limits of the work itself: leases, the wait for a final reply, clock difference, the drain at the end."""

    lease_seconds: float
    reply_seconds: float
    clock_skew_seconds: float
    drain_seconds: float


@dataclass(frozen=True, slots=True)
class Log:
    """The least level that is logged."""

    level: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that one settings file says, checked; `folder` is where relative paths start."""

    folder: Path
    site: Site
    reply: ReplyKey
    http: Door
    tcp: Door
    operations: Operations
    core: CoreSettings
    limits: Limits
    work: Work
    log: Log


def read(path: Path) -> Settings:
    """Read a settings file; raises SettingsError with every fault of it."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(path, (str(error),)) from error
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    source = Source(path.absolute().parent, Path(credentials) if credentials else None, [])
    settings = _settings(values, source)
    if source.faults:
        raise SettingsError(path, tuple(source.faults))
    return settings


def _settings(values: dict[str, Any], source: Source) -> Settings:
    top = Table(values, "", source)
    site = _site(top.table("site"), source.folder)
    settings = Settings(
        folder=source.folder,
        site=site,
        reply=_reply(top.table("reply")),
        http=_door(top.table("http"), "127.0.0.1:8600"),
        tcp=_door(top.table("tcp"), "127.0.0.1:8601"),
        operations=_operations(top.table("operations")),
        core=_core(top.table("core"), site, source.folder),
        limits=_limits(top.table("limits")),
        work=_work(top.table("work")),
        log=_log(top.table("log")),
    )
    _check_ports(top, settings)
    top.end()
    return settings


def _site(table: Table, folder: Path) -> Site:
    site = Site(
        name=table.text("name", pattern=r"[A-Za-z0-9_-]{1,32}", allowed="1 to 32 letters, digits, _ and -"),
        bank_code=table.text("bank_code", pattern=r"[0-9]{12}", allowed="a bank code of 12 digits"),
        bank_name=table.text("bank_name"),
        database=_database(table, folder),
        node=table.text("node", socket.gethostname(), pattern=r"[A-Za-z0-9._-]{1,64}", allowed="a host name"),
    )
    if site.bank_code and not bank_code_valid(site.bank_code):
        table.fault("bank_code", f"{site.bank_code!r} has a wrong check digit (ISO 7064 MOD 11,10)")
    table.end()
    return site


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


def _reply(table: Table) -> ReplyKey:
    pkcs11 = _pkcs11(table.table("pkcs11")) if "pkcs11" in table else None
    if pkcs11 is not None and "key" in table:
        table.fault("key", "stands beside [reply.pkcs11]; the reply key is in one place only")
    reply = ReplyKey(
        certificate=table.file("certificate"),
        key=table.private_file("key") if pkcs11 is None or "key" in table else None,
        pkcs11=pkcs11,
        sm2_id=table.text("sm2_id", OPTIONAL, pattern=r"[!-~]{1,64}", allowed="1 to 64 ASCII characters") or None,
    )
    table.end()
    return reply


def _pkcs11(table: Table) -> Pkcs11:
    token = Pkcs11(
        module=table.file("module"), token=table.text("token"), label=table.text("label"), pin=table.secret("pin_file")
    )
    table.end()
    return token


def _door(table: Table, listen: str) -> Door:
    address = table.address("listen", listen)
    tls = _tls(table.table("tls")) if "tls" in table else None
    table.end()
    return Door(address.host, address.port, tls)


def _tls(table: Table) -> Tls:
    tls = Tls(
        certificate=table.file("certificate"),
        key=table.private_file("key"),
        client_ca=table.file("client_ca") if "client_ca" in table else None,
    )
    table.end()
    return tls


def _operations(table: Table) -> Operations:
    address = table.address("listen", "127.0.0.1:8602")
    table.end()
    return Operations(address.host, address.port)


def _core(table: Table, site: Site, folder: Path) -> CoreSettings:
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


def _limits(table: Table) -> Limits:
    limits = Limits(
        message_bytes=table.integer("message_bytes", MESSAGE_BYTES_MAX, 1024, MESSAGE_BYTES_MAX),
        connections=table.integer("connections", 2000, 1, 100_000),
        connections_per_address=table.integer("connections_per_address", 200, 1, 100_000),
        pipelined=table.integer("pipelined", 32, 1, 1024),
        message_seconds=table.number("message_seconds", 30.0, 0.1, 3600.0),
        idle_seconds=table.number("idle_seconds", 300.0, 0.1, 86_400.0),
        first_message_seconds=table.number("first_message_seconds", 10.0, 0.1, 3600.0),
        write_buffer_bytes=table.integer("write_buffer_bytes", 1024 * 1024, 4096, 256 * 1024 * 1024),
        address_rate=table.number("address_rate", 2000.0, 0.001, 1_000_000.0),
        address_burst=table.integer("address_burst", 4000, 1, 10_000_000),
        customer_rate=table.number("customer_rate", 1000.0, 0.001, 1_000_000.0),
        customer_burst=table.integer("customer_burst", 2000, 1, 10_000_000),
        queue=table.integer("queue", 2000, 1, 1_000_000),
    )
    if limits.connections_per_address > limits.connections:
        table.fault("connections_per_address", f"is above connections ({limits.connections})")
    table.end()
    return limits


def _work(table: Table) -> Work:
    work = Work(
        lease_seconds=table.number("lease_seconds", 15.0, 1.0, 3600.0),
        reply_seconds=table.number("reply_seconds", 2.0, 0.05, 60.0),
        clock_skew_seconds=table.number("clock_skew_seconds", 300.0, 1.0, 86_400.0),
        drain_seconds=table.number("drain_seconds", 30.0, 0.1, 3600.0),
    )
    if work.reply_seconds >= work.lease_seconds:
        table.fault("reply_seconds", f"is not below lease_seconds ({work.lease_seconds:g})")
    table.end()
    return work


def _log(table: Table) -> Log:
    log = Log(table.choice("level", "info", _LEVELS))
    table.end()
    return log


def _check_ports(top: Table, settings: Settings) -> None:
    """No two doors may listen at one place."""
    seen: dict[Address, str] = {}
    for name in ("http", "tcp", "operations"):
        door = getattr(settings, name)
        address = Address(door.host, door.port)
        if address.port and address in seen:
            top.fault(name, f"listens at {address.host}:{address.port}, and so does {seen[address]}")
        seen.setdefault(address, name)
