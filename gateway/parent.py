"""A worker's side of the bargain with its parent: die with it, say when ready, say what is ready. See `supervise`.

The parent reads these lines on the worker's standard output; nothing else may be written there.
"""

import ctypes
import json
import os
import signal
from collections.abc import Mapping
from typing import Final, TextIO

PARENT: Final = "YINQI_PARENT"
"""Environment variable with the process id of the parent."""

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the folder of the workers' counters; set before prometheus_client is first imported."""

READY: Final = "ready"
CHECKS: Final = "checks"

_PR_SET_PDEATHSIG: Final = 1


class ParentGoneError(Exception):
    """The parent ended before its worker could ask to end with it."""


def die_with_parent(environ: Mapping[str, str] = os.environ) -> None:
    """Have the kernel kill this process when its parent ends, so that no orphan holds the doors.

    Raises ParentGoneError when that has happened already.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if environ.get(PARENT, str(os.getppid())) != str(os.getppid()):
        raise ParentGoneError


def say_ready(stream: TextIO) -> None:
    """Every door of this worker takes connections."""
    _say(stream, READY)


def say_checks(stream: TextIO, checks: Mapping[str, bool]) -> None:
    """What is ready in this worker, by name; to be said every few seconds, for it is also the sign of life."""
    _say(stream, f"{CHECKS} {json.dumps(dict(checks))}")


def _say(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")
    stream.flush()
