"""What a test needs from the machine: named when absent, and never silently skipped in CI."""

import os
import shutil
from typing import NoReturn

import pytest


def need(command: str) -> str:
    """Return the path of an installed command; without it the test fails in CI and is skipped elsewhere."""
    path = shutil.which(command)
    return path if path is not None else absent(f"the command {command}")


def need_file(path: str, what: str) -> str:
    """Return path if it exists; what names it to a person. Without it as in need()."""
    return path if os.path.exists(path) else absent(f"{what} at {path}")  # noqa: PTH110  (a plain string in and out)


def absent(what: str) -> NoReturn:
    """Say that a needed part is missing and how to get it: a failure in CI, a skip elsewhere."""
    reason = f"needs {what}; scripts/need.sh installs what the tests need"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
