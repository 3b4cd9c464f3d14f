"""A demo site in a folder of its own and the daemon that serves it, driven by the command line alone."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Final, Self

from conformance.client import Client
from protocol.text import Encoding
from tests.support.ports import free_port_base

ROOT: Final = Path(__file__).resolve().parents[1]
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 40.0


class DaemonError(Exception):
    """The site cannot be made or its daemon does not serve; the text ends with what they said."""


def yinqi(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, its output as text."""
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)


def _environment() -> dict[str, str]:
    """The environment of every command: it imports the rooms from here, wherever it is started."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@dataclass(slots=True)
class Site:
    """A demo site; `start` and `stop` its daemon, which ends with the context at the latest."""

    folder: Path
    base: int
    _daemon: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    @classmethod
    def make(cls, folder: Path, database: str | None = None) -> Self:
        """Make a demo site on free ports; `database` is a PostgreSQL URL, without it SQLite serves."""
        base = free_port_base()
        url = ("--database", database) if database else ()
        made = yinqi("init", folder, "--demo", "--port-base", str(base), *url)
        if made.returncode != 0:
            raise DaemonError(f"yinqi init ended with {made.returncode}: {made.stderr}")
        return cls(folder, base)

    @property
    def settings(self) -> Path:
        """The site's settings file."""
        return self.folder / "gateway.toml"

    @property
    def log(self) -> Path:
        """What the daemon says on standard error."""
        return self.folder / "daemon.log"

    @property
    def http(self) -> tuple[str, int]:
        """Where the HTTP door listens."""
        return "127.0.0.1", self.base

    @property
    def tcp(self) -> tuple[str, int]:
        """Where the TCP door listens."""
        return "127.0.0.1", self.base + 1

    def client_file(self, name: str) -> Path:
        """A client file of the site."""
        return self.folder / "clients" / f"{name}.toml"

    def client(self, name: str, *, tcp: bool = False, encoding: Encoding = "UTF-8") -> Client:
        """A client of the site, not yet connected."""
        return Client.open(self.client_file(name), tcp=tcp, encoding=encoding)

    def start(self, *options: str) -> str:
        """Start the daemon and return its ready line; raises DaemonError where none comes."""
        with self.log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve", "-c", str(self.settings), *options],
                cwd=ROOT,
                env=_environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._daemon.stdout is not None
        with ExitStack() as stack:
            watch = Timer(START_SECONDS, self._daemon.kill)
            watch.start()
            stack.callback(watch.cancel)
            line = self._daemon.stdout.readline()
        if not line.startswith("ready"):
            self._end(signal.SIGKILL)
            raise DaemonError(f"the daemon did not get ready: {line!r}\n{self.log.read_text('utf-8')[-2000:]}")
        return line.strip()

    @property
    def pid(self) -> int:
        """The daemon's process id."""
        assert self._daemon is not None, "the daemon was not started"
        return self._daemon.pid

    def stop(self) -> int:
        """Ask the daemon to end, as a service manager does, and return its status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End the daemon at once, whatever it is doing."""
        return self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> int:
        assert self._daemon is not None, "the daemon was not started"
        daemon, self._daemon = self._daemon, None
        daemon.send_signal(sign)
        try:
            status = daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            status = daemon.wait()
        if daemon.stdout is not None:
            daemon.stdout.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._daemon is not None:
            self.kill()
