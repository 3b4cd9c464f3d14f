"""The lock of a site on SQLite, whose databases one process owns: the daemon, or a command while no daemon runs."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

LOCK_FILE: Final = "lock"
SOCKET_FILE: Final = "control.sock"
"""Where the daemon listens for commands, beside the lock in the site's folder."""


class SiteBusy(Exception):
    """Another process owns the site."""


class SiteLock:
    """The lock of one site's folder, held from `take` until `release` or the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK_FILE
        self._file: int | None = None

    def take(self) -> Self:
        """Become the owner without waiting; raises SiteBusy when another process is, naming it where it can."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise SiteBusy(f"process {owner} owns {self.path.parent}") from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return self

    def release(self) -> None:
        """Give the site free; does nothing when it is not held."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __enter__(self) -> Self:
        """Hold the lock, taken now if it was not."""
        return self if self._file is not None else self.take()

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self.release()


class SocketPath:
    """A short path to the socket of a folder, valid while it is open: the folder's own may be too long.

    The address of a Unix socket holds 107 bytes (unix(7)); through an open folder any path fits.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened = -1

    def open(self) -> str:
        """Open the folder and return the path; raises OSError."""
        self._opened = os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._opened}/{SOCKET_FILE}"

    def close(self) -> None:
        """Close the folder; the path leads nowhere from here on."""
        os.close(self._opened)

    def __enter__(self) -> str:
        """Open it."""
        return self.open()

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
