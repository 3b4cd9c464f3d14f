"""The control socket: commands to a daemon, carried out on its threads, and their answers."""

import json
import os
import socket
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from twisted.internet.threads import deferToThread

from core_adapter.database import transact
from gateway import settings
from gateway.control.ask import ask
from gateway.control.execute import DONE, IMPOSSIBLE, REFUSED, Outcome
from gateway.control.hands import DaemonHands
from gateway.control.lock import SOCKET_FILE, SiteLock, SocketPath
from gateway.control.server import LINE_BYTES_MAX, listen
from gateway.databases import open_core, open_journal
from gateway.settings import Settings
from gateway.site import Plan, make_site
from protocol import examples


class Daemon:
    """What a daemon does for its control socket: it owns the site and lends its threads."""

    def __init__(self, site: Settings) -> None:
        from twisted.internet import reactor  # noqa: PLC0415  pytest_twisted installs it before the first test

        self.site = site
        self.lock = SiteLock(site.folder).take()
        self.journal: Engine = open_journal(site)
        self.core = open_core(site)
        self.thread = ThreadPoolExecutor(1)
        self.jobs = 0
        hands = DaemonHands(
            site,
            journal=self.journal,
            core=self.core,
            run_in_transaction=self._in_transaction,
            run_with_core=self._with_core,
        )
        self.listening = listen(site.folder, hands, reactor)

    def _in_transaction(self, job: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        self._run(lambda: transact(self.journal, job), done)

    def _with_core(self, job: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        self._run(lambda: job(self.core), done)

    def _run(self, job: Callable[[], Any], done: Callable[[Any], None]) -> None:
        def run() -> None:
            self.jobs += 1
            try:
                value = job()
            except Exception as error:  # noqa: BLE001  handed over, as committer and desk do
                value = error
            done(value)

        self.thread.submit(run)

    async def ask(self, command: str, **arguments: Any) -> Outcome:
        """Ask as a command does, from another thread."""
        return await deferToThread(ask, self.site, command, arguments, self.noted, wait_seconds=0)

    def noted(self, fields: dict[str, str]) -> None:
        """Nothing is done here, so nothing is noted here."""
        raise AssertionError(fields)

    async def stop(self) -> None:
        """Stop as a daemon does."""
        await self.listening.stop()
        self.thread.shutdown()
        self.core.close()
        self.journal.dispose()
        self.lock.release()


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    """A demo site on SQLite, in a folder whose path is longer than the address of a Unix socket can be."""
    folder = tmp_path / ("long" * 20) / "site"
    folder.parent.mkdir()
    return settings.read(make_site(Plan(folder, with_demo=True), datetime(2026, 11, 2, tzinfo=UTC)))


@pytest.fixture
def noted() -> list[dict[str, str]]:
    """What a command noted for the log."""
    return []


async def test_a_daemon_carries_out_what_is_asked(site: Settings) -> None:
    """A change goes through the committer's thread, a list is read beside it, a check compares both databases."""
    daemon = Daemon(site)
    try:
        added = await daemon.ask("customer add", customer="C3", name="新客户")
        assert (added.status, added.answer) == (DONE, {"text": "customer C3 added"})
        assert daemon.jobs == 1

        listed = await daemon.ask("customer list")
        assert listed.answer is not None
        assert [row["name"] for row in listed.answer["rows"]][-1] == "新客户"

        for check in ("check ledger", "check audit"):
            outcome = await daemon.ask(check)
            assert outcome.answer is not None
            assert (outcome.status, outcome.answer["sound"]) == (DONE, True)
        assert (await daemon.ask("migrate")).status == DONE
        assert (await daemon.ask("account status", number=examples.PAYER_ACCOUNT, status="lost")).status == DONE
    finally:
        await daemon.stop()


async def test_a_refusal_comes_back_in_words(site: Settings) -> None:
    """Its status is that of a refusal, not of a failure."""
    daemon = Daemon(site)
    try:
        again = await daemon.ask("customer add", customer=examples.CUSTOMER, name="n")
        assert again == Outcome(REFUSED, error=f"customer {examples.CUSTOMER} exists already")
        unknown = await daemon.ask("customer eat", customer="C1")
        assert (unknown.status, unknown.error) == (REFUSED, "there is no command 'customer eat' here")
        wrong = await daemon.ask("customer add", colour="red")
        assert wrong.status == REFUSED
    finally:
        await daemon.stop()


async def test_the_socket_is_for_the_owner_alone(site: Settings) -> None:
    """Its file has mode 0600, and one that a killed daemon left is replaced."""
    (site.folder / SOCKET_FILE).write_text("left over")
    daemon = Daemon(site)
    try:
        mode = (site.folder / SOCKET_FILE).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
    finally:
        await daemon.stop()


@pytest.mark.parametrize(
    "sent", [b"nonsense\n", b"[]\n", b"{}\n", b'{"command": "customer list", "arguments": 1}\n', b"\xff\n"]
)
async def test_what_is_no_command_gets_an_answer(site: Settings, sent: bytes) -> None:
    """Such as that of a program of another version."""
    daemon = Daemon(site)
    try:
        lines = (await deferToThread(_talk, site.folder, sent)).splitlines()
        assert json.loads(lines[-1]) == {"status": IMPOSSIBLE}
        assert "versions" in json.loads(lines[0])["error"]
    finally:
        await daemon.stop()


async def test_an_endless_command_is_cut_off(site: Settings) -> None:
    """The daemon keeps no more than a line may hold."""
    daemon = Daemon(site)
    try:
        assert await deferToThread(_talk, site.folder, b"x" * (LINE_BYTES_MAX + 1)) == b""
    finally:
        await daemon.stop()


def _talk(folder: Path, sent: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link, SocketPath(folder) as path:
        link.connect(path)
        link.sendall(sent)
        with link.makefile("rb") as stream:
            return stream.read()


def test_without_a_daemon_the_command_works_itself(site: Settings, noted: list[dict[str, str]]) -> None:
    """It owns the site while it works; a change is noted with ids alone."""
    arguments = {"customer": examples.CUSTOMER, "operator": "ERP01"}
    outcome = ask(site, "operator freeze", arguments, noted.append)

    assert outcome.status == DONE
    assert noted == [{"command": "operator freeze", **arguments}]
    with SiteLock(site.folder):
        pass


def test_an_owner_that_takes_no_commands_is_named(site: Settings, noted: list[dict[str, str]]) -> None:
    """Another command that works longer than one waits, or a daemon that hangs at its start."""
    with SiteLock(site.folder):
        outcome = ask(site, "customer list", {}, noted.append, wait_seconds=0)

    assert outcome.status == IMPOSSIBLE
    assert outcome.error is not None
    assert f"process {os.getpid()} owns" in outcome.error


def test_databases_of_another_version_are_not_touched(site: Settings, noted: list[dict[str, str]]) -> None:
    """The text names the command that helps."""
    (site.folder / "gateway.db").write_bytes(b"")

    outcome = ask(site, "customer list", {}, noted.append)
    assert outcome.status == IMPOSSIBLE
    assert "yinqi migrate" in str(outcome.error)
    assert ask(site, "migrate", {}, noted.append).status == DONE
    assert ask(site, "customer list", {}, noted.append).status == DONE


def test_accounts_of_a_core_elsewhere_are_its_own_matter(site: Settings, noted: list[dict[str, str]]) -> None:
    """A core behind a link opens no accounts for this program, and one that is away makes no change."""
    text = (site.folder / "gateway.toml").read_text("utf-8")
    linked = text.replace('database = "sqlite:///core.db"', 'link = "127.0.0.1:1"')
    (site.folder / "gateway.toml").write_text(linked, "utf-8")
    elsewhere = settings.read(site.folder / "gateway.toml")

    opened = ask(elsewhere, "account open", {"number": "1234567", "name": "n", "opening": 0}, noted.append)
    assert (opened.status, noted) == (REFUSED, [])
    attached = ask(elsewhere, "account attach", {"customer": "C1", "numbers": ["1234567"]}, noted.append)
    assert (attached.status, noted) == (IMPOSSIBLE, [])


async def test_a_fault_of_the_daemon_itself_is_told_and_logged(site: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gets a status, the log the trace, and the next command is carried out."""
    daemon = Daemon(site)
    logged: list[str] = []
    try:
        with monkeypatch.context() as broken:
            broken.setattr(daemon.listening._port.factory._log, "failure", lambda word, _: logged.append(word))
            broken.setattr(DaemonHands, "reading", lambda _: 1 / 0)
            outcome = await daemon.ask("customer list")
        assert (outcome.status, logged) == (IMPOSSIBLE, ["command-failed"])
        assert (await daemon.ask("customer list")).status == DONE
    finally:
        await daemon.stop()
