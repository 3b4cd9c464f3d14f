"""The database goes away under load and comes back, or is not the right one: clear answers, recovery by itself."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from demo.daemon import Site, yinqi
from gateway.settings import read
from tests.faults.books import judge, openings
from tests.faults.conftest import made
from tests.faults.load import UNREACHABLE, Load, settle
from tests.faults.rig import SECONDS, await_ready, children
from tests.support import postgres as support
from tests.support.need import absent
from tests.support.postgres import Postgres

ANSWERS = {"DONE", "PENDING", "BUSY", "DATABASE_UNAVAILABLE", "CORE_UNAVAILABLE"}
"""What a sender may hear, signed, while the database is away."""


@dataclass
class Server:
    """A PostgreSQL server that can be taken away and brought back, with what it holds."""

    cluster: Postgres
    process: "subprocess.Popen[bytes]"

    def crash(self) -> None:
        """End it at once, as immediate shutdown does: every connection breaks, recovery runs at the next start."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(SECONDS)

    def start(self) -> None:
        """Start it again on the same data."""
        folder = self.cluster.folder
        account = support._give_away(folder)
        self.process = support._start_server(support.server_programs() / "postgres", folder, account, {})


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    try:
        support.server_programs()
    except support.PostgresMissingError as missing:
        absent(str(missing))
    with support.running_postgres() as cluster:
        made = Server(cluster, cluster.process)
        yield made
        support._stop_server(made.process)


@pytest.mark.slow
def test_a_database_that_goes_and_comes_back(server: Server, tmp_path: Path) -> None:
    """Meanwhile signed answers say to come again and /readyz says no; afterwards all goes on in the same processes."""
    with made(tmp_path, server.cluster.fresh()) as site:
        before = openings(site)
        site.start("--workers", "2")
        workers = children(site.pid)
        with Load(site, seed=31) as load:
            load.reach(50)
            server.crash()
            load.reach(20, "DATABASE_UNAVAILABLE")
            await_ready(site, database=False, signer=True)
            server.start()
            await_ready(site)
            load.reach(50)
        settle(site, load.sent)

        assert children(site.pid) == workers
        assert set(load.answers) <= ANSWERS
        assert UNREACHABLE not in load.answers
        judge(site, load.sent, before)


def test_without_its_database_the_daemon_does_not_start(server: Server, tmp_path: Path) -> None:
    """It says why, in words, and ends: the service manager tries again."""
    with made(tmp_path, server.cluster.fresh()) as site:
        server.crash()
        served = yinqi("serve", "-c", site.settings)

        assert (served.returncode, served.stdout) == (2, "")
        assert served.stderr.startswith("yinqi serve: the database cannot be used: ")
        assert "Traceback" not in served.stderr


FORGOTTEN = {
    "journal": ("gateway.db", "DELETE FROM journal_version"),
    "ledger": ("core.db", "DELETE FROM ledger_version"),
}
"""What makes the tables those of a program before the first version; and in which file."""


@pytest.mark.parametrize("tables", FORGOTTEN)
def test_a_database_of_another_version_stops_the_start(sqlite_site: Site, tables: str) -> None:
    """One line names the command that helps; nothing is changed on the way."""
    name, statement = FORGOTTEN[tables]
    with closing(sqlite3.connect(sqlite_site.folder / name)) as file, file:
        assert file.execute(statement).rowcount == 1
    served = yinqi("serve", "-c", sqlite_site.settings)

    assert (served.returncode, served.stdout) == (2, "")
    (line,) = served.stderr.splitlines()
    assert "run `yinqi migrate`" in line


def test_a_database_of_a_later_program_stops_every_worker(postgresql_site: Site) -> None:
    """The parent ends with them, and the reason stands in what they said."""
    with psycopg.connect(read(postgresql_site.settings).site.database) as connection:
        connection.execute("UPDATE gateway.journal_version SET version_num = '9999'")
    served = yinqi("serve", "-c", postgresql_site.settings, "--workers", "2")

    assert (served.returncode, served.stdout) == (1, "")
    assert "at version 9999, of a later program" in served.stderr
