"""A private PostgreSQL cluster on a Unix socket of its own, for tests, benchmark and demo.

Unless told otherwise it keeps its durability settings at PostgreSQL's safe defaults, so that what is measured is what
production does. The server never runs as root and dies with the process that started it. Knows nothing of pytest.
"""

import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psycopg

FORGETS_WITH_THE_MACHINE: Final = MappingProxyType(
    {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_wal_size": "128MB"}
)
"""Settings of a cluster with a database for each test. A commit outlives every process, as with fsync, but not a loss
of power, which no test can bring about; what lives for a second waits for no disk and need not be vacuumed."""
DISK: Final = "/tmp"
MEMORY: Final = "/dev/shm"
MEMORY_BYTES_MIN: Final = 4 << 30
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.02
SERVER_ACCOUNTS = ("postgres", "nobody")  # tried in this order when started by root, which PostgreSQL refuses


class PostgresMissingError(Exception):
    """No usable PostgreSQL server is installed, or it did not start; the text says which."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster; folder holds its data, its socket and its log."""

    folder: Path
    process: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    made: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self.process.pid

    def url(self, database: str) -> str:
        """Return the URL of a database in this cluster, as libpq and the settings file take it."""
        return f"postgresql://yinqi@/{database}?host={self.folder}"

    def fresh(self) -> str:
        """Create an empty database and return its URL."""
        name = f"fresh{next(self.numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        self.made.append(name)
        return self.url(name)

    def clear(self) -> None:
        """Drop the databases that `fresh` made, whoever is still connected to them."""
        if self.made:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                while self.made:
                    connection.execute(f"DROP DATABASE {self.made.pop()} WITH (FORCE)".encode())

    def log(self) -> str:
        """Return what the server has written to its log."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


def memory_or_disk() -> str:
    """A folder in memory where there is plenty, else one on the disk."""
    plenty = os.path.ismount(MEMORY) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if plenty else DISK


@contextmanager
def running_postgres(settings: Mapping[str, str] | None = None, within: str = DISK) -> Iterator[Postgres]:
    """Make a cluster, run it with extra settings while the context lasts, then stop and delete it."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="yinqi-pg-", dir=within))  # a socket path has 107 bytes at most
    try:
        account = _give_away(folder)
        _run_initdb(programs / "initdb", folder, account)
        process = _start_server(programs / "postgres", folder, account, settings or {})
        try:
            cluster = Postgres(folder, process)
            _await_ready(cluster)
            yield cluster
        finally:
            _stop_server(process)
    finally:
        shutil.rmtree(folder)


def server_programs() -> Path:
    """Return the folder of the newest installed PostgreSQL server; PostgresMissingError when there is none."""
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    found = shutil.which("initdb")
    if found is None:
        raise PostgresMissingError("no PostgreSQL server is installed (Debian: postgresql)")
    return Path(found).resolve().parent


def _give_away(folder: Path) -> list[str]:
    """Hand the folder to an unprivileged account if this is root, and return the command prefix that becomes it."""
    die_with_us = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return die_with_us
    for name in SERVER_ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return [*die_with_us, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    raise PostgresMissingError("PostgreSQL refuses to run as root, and there is no account to run it")


def _run_initdb(initdb: Path, folder: Path, account: list[str]) -> None:
    """Make the data folder; only the private socket may connect, and it trusts whoever may open it."""
    arguments = ["-D", str(folder / "data"), "-U", "yinqi", "-E", "UTF8", "--no-locale", "--no-sync"]
    trust = ["--auth-local=trust", "--auth-host=reject"]
    made = subprocess.run(
        [*account, str(initdb), *arguments, *trust], cwd=folder, capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise PostgresMissingError(f"initdb failed: {made.stderr.strip()}")


def _start_server(
    postgres: Path, folder: Path, account: list[str], settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the server with its log in a file of the folder."""
    own = {
        "unix_socket_directories": str(folder),
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "60",
        "timezone": "UTC",
    }
    options = [part for name, value in {**own, **settings}.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*account, str(postgres), "-D", str(folder / "data"), *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt typed at the terminal reaches the tests, which stop the server
        )


def _await_ready(cluster: Postgres) -> None:
    """Return once the server answers; PostgresMissingError with its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            psycopg.connect(cluster.url("postgres")).close()
        except psycopg.OperationalError:
            try:
                cluster.process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
        return
    raise PostgresMissingError(f"PostgreSQL did not start:\n{cluster.log()}")


def _stop_server(process: subprocess.Popen[bytes]) -> None:
    """End the server and wait for it: fast first, then at once."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            continue
