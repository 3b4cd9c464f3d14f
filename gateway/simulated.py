"""The clearing simulator that a trial site runs beside itself: a process of its own, which ends with the daemon."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.parent import die_with_parent

END_SECONDS: Final = 10.0
"""How long the simulator may take to end."""


@contextmanager
def beside(path: Path | None) -> Iterator[None]:
    """Run the simulator of that settings file meanwhile; None runs none.

    Where one listens already, this one ends by itself, and the other is spoken to.
    """
    if path is None:
        yield
        return
    command = [sys.executable, "-m", "gateway", "simulate", "clearing", "-c", str(path)]
    # It is started before there is any thread, and its standard output is not that of the daemon.
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)  # noqa: PLW1509
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
