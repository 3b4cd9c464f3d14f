"""Asking a site: in this process when nobody else owns the site's databases, through its daemon when one runs."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.control.execute import IMPOSSIBLE, Outcome, execute
from gateway.control.hands import OwnHands
from gateway.control.lock import SiteBusy, SiteLock, SocketPath
from gateway.settings import Settings

OWNER_SECONDS: Final = 10.0
"""Longest wait for an owner of the site that does not listen: another command at work, or a daemon that starts."""
PAUSE_SECONDS: Final = 0.05
ANSWER_SECONDS: Final = 3600.0
"""Longest wait for a daemon's answer; a check of a long log takes its time."""


def ask(
    settings: Settings,
    command: str,
    arguments: Mapping[str, Any],
    note: Callable[[dict[str, str]], None],
    *,
    wait_seconds: float = OWNER_SECONDS,
) -> Outcome:
    """Have a command carried out and return what became of it; `note` as in `execute`, unless a daemon does it.

    On PostgreSQL the databases are shared and always used from here.
    """
    if not settings.site.embedded:
        return _here(settings, command, arguments, note)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            with SiteLock(settings.folder):
                return _here(settings, command, arguments, note)
        except SiteBusy as busy:
            owner = str(busy)
        try:
            return _there(settings.folder, command, arguments)
        except (ConnectionRefusedError, FileNotFoundError):
            if time.monotonic() > deadline:
                return Outcome(IMPOSSIBLE, error=f"{owner}, and takes no commands")
        except (OSError, ValueError) as error:
            return Outcome(IMPOSSIBLE, error=f"{owner}, and gave no answer ({error}); look before doing it again")
        time.sleep(PAUSE_SECONDS)  # noqa: TID251  the owner gives no sign when it is ready or gone


def _here(
    settings: Settings, command: str, arguments: Mapping[str, Any], note: Callable[[dict[str, str]], None]
) -> Outcome:
    with OwnHands(settings) as hands:
        return execute(hands, command, arguments, note)


def _there(folder: Path, command: str, arguments: Mapping[str, Any]) -> Outcome:
    """Send the command to the daemon; raises OSError, and ValueError when it broke off before the whole answer."""
    with _connected(folder) as link, link.makefile("rwb") as stream:
        stream.write(
            json.dumps({"command": command, "arguments": dict(arguments)}, ensure_ascii=False).encode() + b"\n"
        )
        stream.flush()
        told: dict[str, Any] = {}
        for line in stream:
            told |= json.loads(line)
    if "status" not in told:
        raise ValueError("the daemon ended the connection")
    return Outcome(told["status"], told.get("answer"), told.get("error"))


@contextmanager
def _connected(folder: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_SECONDS)
        with SocketPath(folder) as path:
            link.connect(path)
        yield link
