"""What systemd hears, on a real socket, by path and in the abstract namespace."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.notify import Notify


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens as systemd does, and its name in $NOTIFY_SOCKET."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@yinqi-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1))
        listening.settimeout(5)
        yield listening, name


def test_systemd_hears_each_word(systemd: tuple[socket.socket, str]) -> None:
    """One datagram a word."""
    listening, name = systemd
    notify = Notify({"NOTIFY_SOCKET": name})

    notify.ready()
    notify.watchdog()
    notify.stopping()

    assert [listening.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_systemd_nothing_happens(environ: dict[str, str]) -> None:
    """Speaking to nobody is no fault."""
    Notify(environ).ready()


def test_the_watchdog_is_meant_for_one_process() -> None:
    """$WATCHDOG_USEC counts for the process that $WATCHDOG_PID names, or for all when it names none."""
    mine = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}

    found = [Notify(environ).watchdog_seconds for environ in (mine, mine | {"WATCHDOG_PID": "1"}, {})]

    assert found == [30.0, 0.0, 0.0]
