"""Which tests go to one process together when several share the run, in which order they go, and how a share ends."""

import ctypes
import signal
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

_PR_SET_PDEATHSIG: Final = 1
UNDIVIDED: Final = (
    "tests/acceptance/test_demo.py",
    "tests/acceptance/",
    "tests/attacks/",
    "tests/conformance/test_client.py",
    "tests/doors/test_tls.py",
    "tests/house/",
    "tests/interop/",
)
"""What these make once, a daemon or a parsed source tree, serves all of their tests; the first that fits counts."""


def share(nodeid: str) -> str:
    """The tests that go together with this one, by a name of theirs: its folder's, its file's, or none but itself."""
    return next((each for each in UNDIVIDED if nodeid.startswith(each)), nodeid)


def end_with_parent() -> None:
    """Let this process be killed when the one that started it ends, however that ended.

    Its reactor and threads would outlive it, and with them its servers.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives whoever is free the next share, in the order of the whole run.

    The marks of `--dist loadgroup` would say the same, but pytest 9.2 leaves them without effect (pytest-xdist#1386).
    """

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)
