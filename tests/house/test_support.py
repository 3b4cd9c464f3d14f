"""The shared test machinery does what the other tests trust it to do."""

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.support.need import need
from tests.support.postgres import Postgres, running_postgres
from tests.support.shares import UNDIVIDED, share
from tests.support.source import ROOT


async def test_an_async_test_runs_on_the_real_reactor() -> None:
    """An `async def` test needs no decorator and may await what the reactor does later."""
    assert await deferLater(reactor, 0, lambda: "later") == "later"


@given(number=st.integers(0, 9))
async def test_an_async_test_can_be_fed_by_hypothesis(number: int) -> None:
    """Each example is awaited on the reactor."""
    assert await deferLater(reactor, 0, lambda: number) == number


def test_what_shares_a_daemon_goes_to_one_process_and_the_rest_is_divided() -> None:
    """A folder or a file by its place, which exists; any other test by itself."""
    assert [each for each in UNDIVIDED if not (ROOT / each).exists()] == []
    assert share("tests/attacks/test_doors.py::a") == share("tests/attacks/test_bad_input.py::b[c]")
    assert share("tests/acceptance/test_demo.py::a") != share("tests/acceptance/test_tls.py::a")
    assert share("tests/journal/test_due.py::a") != share("tests/journal/test_due.py::b")


def test_a_process_with_a_share_of_the_run_ends_with_the_run() -> None:
    """Killed, the run has no time to tell it so."""
    share = "import os, signal, tests.support.shares as s; s.end_with_parent(); print(os.getpid(), flush=True); "
    run = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {share + 'signal.pause()'!r}])"
    with subprocess.Popen([sys.executable, "-c", run], cwd=ROOT, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        process = os.pidfd_open(int(killed.stdout.readline()))
        killed.kill()

    assert select.select([process], [], [], 30)[0]
    os.close(process)


def test_a_fresh_database_is_empty(database_url: str) -> None:
    """Each engine gives an empty database at a URL that SQLAlchemy opens with the drivers we ship."""
    url = make_url(database_url)
    engine = create_engine(url.set(drivername=url.drivername.replace("postgresql", "postgresql+psycopg")))
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE fresh (number INTEGER PRIMARY KEY)"))
    finally:
        engine.dispose()


def durability(cluster: Postgres) -> dict[str, str]:
    """What a cluster promises about commits."""
    with psycopg.connect(cluster.url("postgres")) as connection:
        names = ("synchronous_commit", "fsync", "full_page_writes")
        return {name: connection.execute(f"SHOW {name}".encode()).fetchall()[0][0] for name in names}


def test_a_commit_in_the_cluster_of_tests_outlives_every_process(postgres: Postgres) -> None:
    """It has reached the system when it returns; only for the disk nobody waits."""
    assert durability(postgres) == {"synchronous_commit": "on", "fsync": "off", "full_page_writes": "off"}


@pytest.mark.slow
def test_figures_are_taken_with_every_promise_about_durability() -> None:
    """With fsync and synchronous commits, as in production."""
    with running_postgres() as cluster:
        assert durability(cluster) == {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}


def test_the_databases_of_a_test_go_with_it_whoever_is_connected(postgres: Postgres) -> None:
    """So a run needs no more room than its largest test."""
    url = postgres.fresh()
    forgotten = psycopg.connect(url)
    postgres.clear()
    forgotten.close()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_the_cluster_never_runs_as_root(postgres: Postgres) -> None:
    """Started by root, the server runs as an unprivileged account."""
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


@pytest.mark.slow
def test_a_cluster_that_was_killed_still_leaves_nothing_behind(postgres: Postgres) -> None:
    """Stopping is by process id, bears a server that is gone already, and removes the folder."""
    with running_postgres({"shared_buffers": "1MB"}) as cluster:
        os.kill(cluster.pid, signal.SIGQUIT)
        cluster.process.wait(30)

    assert not cluster.folder.exists()
    assert postgres.process.poll() is None


def test_the_script_of_needs_knows_every_command_that_a_test_needs() -> None:
    """What a fresh machine lacks is installed before the tests; bash runs the script itself."""
    known = set(re.findall(r"^have (\S+)", (ROOT / "scripts" / "need.sh").read_text("utf-8"), re.MULTILINE))
    needed = {
        command
        for file in ROOT.glob("tests/**/*.py")
        for command in re.findall(r"\bneed\(\"([^\"]+)\"\)", file.read_text("utf-8"))
    }

    assert {"openssl", "pkcs11-tool"} <= needed
    assert needed - {"bash", "no-such-command"} <= known


def test_a_missing_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside CI the test is skipped with the name of what is missing."""
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-command"):
        need("no-such-command")


def test_a_missing_command_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI nothing is skipped in silence."""
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no-such-command"):
        need("no-such-command")
