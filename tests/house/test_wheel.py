"""The wheel holds what a bank installs: every room with its data files, the command, settings and the unit."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.source import ROOT, source_files

PACKAGES = ("gateway/", "protocol/", "schemas/", "core_adapter/", "signer/", "conformance/")
SHARED = ("conf/", "systemd/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The project's wheel, built as `make dist` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("yinqi-*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_every_file_of_every_room(wheel: zipfile.ZipFile) -> None:
    """Schemas and migrations are of no use in the repository alone."""
    wanted = {path for path in source_files() if path.startswith(PACKAGES) and not path.endswith(".md")}

    assert wanted - set(wheel.namelist()) == set()


def test_the_wheel_holds_settings_and_unit(wheel: zipfile.ZipFile) -> None:
    """Files for /etc and for systemd land under share/yinqi."""
    shared = {Path(name).name for name in wheel.namelist() if "/share/yinqi/" in name}

    assert {Path(path).name for path in source_files() if path.startswith(SHARED)} - shared == set()


def test_the_wheel_holds_no_tests_and_no_tools(wheel: zipfile.ZipFile) -> None:
    """What is for work on the project stays in the repository."""
    tops = {name.partition("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.startswith("yinqi-")} <= {room.rstrip("/") for room in PACKAGES}


def test_the_command_is_yinqi(wheel: zipfile.ZipFile) -> None:
    """One command, and it is the command line's own main."""
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    assert "yinqi = gateway.cli:main" in wheel.read(entry).decode()
