"""The shared test machinery does what the other tests trust it to do."""

import os
import re
import signal
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
from tests.support.source import ROOT


async def test_an_async_test_runs_on_the_real_reactor() -> None:
    """An `async def` test needs no decorator and may await what the reactor does later."""
    assert await deferLater(reactor, 0, lambda: "later") == "later"


@given(number=st.integers(0, 9))
async def test_an_async_test_can_be_fed_by_hypothesis(number: int) -> None:
    """Each example is awaited on the reactor."""
    assert await deferLater(reactor, 0, lambda: number) == number


def test_a_fresh_database_is_empty(database_url: str) -> None:
    """Each engine gives an empty database at a URL that SQLAlchemy opens with the drivers we ship."""
    url = make_url(database_url)
    engine = create_engine(url.set(drivername=url.drivername.replace("postgresql", "postgresql+psycopg")))
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE fresh (number INTEGER PRIMARY KEY)"))
    finally:
        engine.dispose()


def test_the_cluster_keeps_its_promises_about_durability(postgres: Postgres) -> None:
    """Tests and figures are taken with fsync and synchronous commits, as in production."""
    with psycopg.connect(postgres.fresh()) as connection:
        found = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        ]

    assert found == [("on",), ("on",), ("on",)]


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
