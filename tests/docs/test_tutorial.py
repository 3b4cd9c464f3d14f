"""Tutorial and README, typed as they stand: commands run, and the promised output appears, in both languages."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from demo.daemon import ROOT, Site
from tests.docs.blocks import Step, steps
from tests.support.need import need
from tests.support.ports import free_port_base

TUTORIALS = ("docs/tutorial.md", "docs/tutorial.zh-CN.md")
READMES = ("README.md", "README.zh-CN.md")
PORTS = {"8600": 0, "8601": 1}


def environment(folder: Path) -> dict[str, str]:
    """A PATH on which `yinqi` is this source tree's, as `.venv/bin` would have it."""
    shim = folder / "yinqi"
    shim.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m gateway "$@"\n'
    )
    shim.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def on_ports(commands: str, base: int) -> str:
    """The commands with the ports of this run, and the site made on them."""
    for port, offset in PORTS.items():
        commands = commands.replace(port, str(base + offset))
    return commands.replace("yinqi init site --demo", f"yinqi init site --demo --port-base {base}")


def run(step: Step, base: int, folder: Path, variables: dict[str, str]) -> str:
    """Run one block as a shell would; everything it says, or a failure with it."""
    command = [need("bash"), "-euo", "pipefail", "-c", on_ports(step.commands, base)]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{step.commands}\nended with {done.returncode}:\n{said}"
    return said


@pytest.mark.parametrize("path", [*READMES, *TUTORIALS])
def test_every_command_does_what_the_page_says(path: str, tmp_path: Path) -> None:
    """Block after block in one folder; the gateway serves from the block that starts it to the end."""
    for command in ("xmlsec1", "curl", "nc", "iconv"):
        need(command)
    (tmp_path / "bin").mkdir()
    base, variables = free_port_base(), environment(tmp_path / "bin")
    with Site(tmp_path / "site", base) as site:
        for step in steps(path):
            if step.mark == "daemon":
                assert step.commands.strip() == "yinqi serve -c site/gateway.toml"
                site.start()
            elif not step.mark:
                said = run(step, base, tmp_path, variables)
                assert [line for line in step.promised if line not in said] == [], said
        assert site.stop() == 0


@pytest.mark.parametrize(("english", "chinese"), [READMES, TUTORIALS])
def test_both_languages_give_the_same_commands(english: str, chinese: str) -> None:
    """A correction of one page reaches the other."""
    assert steps(english) == steps(chinese)
