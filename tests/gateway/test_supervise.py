"""A parent with real workers: restarted when killed, drained by SIGTERM, never outliving their parent."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.parent import PARENT, ParentGoneError, die_with_parent
from tests.gateway.test_settings import SMALLEST

ROOT = Path(__file__).parents[2]
PORTS = '[http]\nlisten = "127.0.0.1:0"\n[tcp]\nlisten = "127.0.0.1:0"\n[operations]\nlisten = "127.0.0.1:0"\n'
WAIT_SECONDS = 30


@dataclass
class Site:
    """A running parent: its process and the ports it bound."""

    process: subprocess.Popen[str]
    http: int
    operations: int

    def ask(self) -> int:
        """Connect, and learn the process id of the worker that answers."""
        with socket.create_connection(("127.0.0.1", self.http), timeout=WAIT_SECONDS) as peer:
            return int(peer.makefile("rb").read())

    def get(self, path: str) -> tuple[int, str]:
        """Ask the operations port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.operations}{path}", timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def workers(self) -> set[int]:
        """The parent's children now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(pid) for pid in children.split()}


Start = Callable[..., Site]


def launch(folder: Path, workers: int, mode: str, environ: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a parent on this folder."""
    for name in ("gateway.key", "gateway.crt"):
        (folder / name).touch(0o600)
    (folder / "gateway.toml").write_text(SMALLEST + PORTS + "[work]\ndrain_seconds = 0.5\n", "utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gateway.supervised", "parent", str(folder), str(workers), mode],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | (environ or {}),
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a parent and wait until it is ready; it is gone after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(workers: int = 1, mode: str = "plain", environ: dict[str, str] | None = None) -> Site:
        process = launch(tmp_path, workers, mode, environ)
        started.append(process)
        assert process.stdout is not None
        http, _, operations = json.loads(process.stdout.readline())
        return Site(process, http, operations)

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def gone(pid: int) -> bool:
    """Wait until this process, a child of anybody's, has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], WAIT_SECONDS)[0])
    finally:
        os.close(descriptor)


def test_every_worker_serves_the_same_door(start: Start) -> None:
    """Ready is said once all are; each is a process of its own."""
    site = start(workers=2)

    assert len(site.workers()) == 2
    assert site.ask() in site.workers()


def test_a_killed_worker_is_replaced(start: Start) -> None:
    """The doors stay bound: who connects meanwhile waits for the new one."""
    site = start()
    first = site.ask()

    os.kill(first, signal.SIGKILL)
    assert gone(first)
    second = site.ask()

    assert second != first
    assert site.workers() == {second}


def test_sigterm_ends_all_with_0(start: Start) -> None:
    """The workers are asked to end, and the parent waits for them."""
    site = start(workers=2)
    workers = site.workers()

    site.process.send_signal(signal.SIGTERM)

    assert site.process.wait(WAIT_SECONDS) == 0
    assert all(map(gone, workers))


def test_a_worker_that_does_not_drain_is_killed(start: Start) -> None:
    """After `drain_seconds` patience ends, and the stop is still a clean one."""
    site = start(mode="deaf")
    workers = site.workers()

    site.process.send_signal(signal.SIGTERM)

    assert site.process.wait(WAIT_SECONDS) == 0
    assert all(map(gone, workers))


def test_workers_die_with_their_parent(start: Start) -> None:
    """An orphan would hold the doors against the next parent."""
    site = start(workers=2, mode="deaf")
    workers = site.workers()

    site.process.kill()

    assert len(workers) == 2
    assert all(map(gone, workers))


def test_a_worker_whose_parent_is_gone_already_does_not_start() -> None:
    """Between fork and prctl the parent may have died."""
    with pytest.raises(ParentGoneError):
        die_with_parent({PARENT: "1"} if os.getppid() != 1 else {PARENT: "2"})


def test_a_worker_that_never_gets_ready_ends_the_start(tmp_path: Path) -> None:
    """The exit code is 1 and no ready line is said."""
    process = launch(tmp_path, 2, "broken")

    said, _ = process.communicate(timeout=WAIT_SECONDS)

    assert (process.returncode, said) == (1, "")


def test_ready_is_what_holds_in_every_worker(start: Start) -> None:
    """Each check by its name; one worker's no is the site's no."""
    site = start(workers=2)

    status, body = site.get("/readyz")

    assert status == 503
    assert json.loads(body)["checks"] == {"workers": True, "database": True, "signer": False}


def test_metrics_are_summed_over_workers(start: Start) -> None:
    """Two workers that each count one are two."""
    site = start(workers=2)

    assert "yinqi_workers 2.0" in site.get("/metrics")[1].splitlines()


def test_the_gauges_of_a_dead_worker_go(start: Start) -> None:
    """The sum is of those that live."""
    site = start()
    first = site.ask()
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    site.ask()

    assert "yinqi_workers 1.0" in site.get("/metrics")[1].splitlines()


def test_sighup_reaches_the_workers(start: Start) -> None:
    """They reload; the parent goes on. The worker answers the signal before the next connection."""
    site = start()

    site.process.send_signal(signal.SIGHUP)
    found: dict[str, Any] = {}
    while "reloaded" not in found:
        found = json.loads(site.get("/readyz")[1])["checks"]

    assert found["reloaded"]
    assert site.process.poll() is None


def test_systemd_is_told(start: Start, tmp_path: Path) -> None:
    """READY once the doors serve, WATCHDOG while the parent lives, STOPPING when the drain begins."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(WAIT_SECONDS)
        site = start(environ={"NOTIFY_SOCKET": str(tmp_path / "notify")})
        early = {systemd.recv(64) for _ in range(2)}
        site.process.send_signal(signal.SIGTERM)
        words = iter(lambda: systemd.recv(64), b"STOPPING=1")
        late = set(words)

    assert early == {b"READY=1", b"WATCHDOG=1"}
    assert late <= {b"WATCHDOG=1"}
