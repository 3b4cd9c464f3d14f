"""The demonstration ends as it promises, in a process of its own."""

import json
import subprocess
import sys

import pytest

from demo.daemon import ROOT

BAD_MESSAGES_MIN = 100


@pytest.mark.slow
def test_the_demonstration_ends_well() -> None:
    """Status 0, and a last line that a program can read: every reply verified, the books sound."""
    command = [sys.executable, "demo/run.py"]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    told = json.loads(done.stdout.splitlines()[-1])

    assert told["requests"] == told["replies_verified"] > BAD_MESSAGES_MIN
    assert told["faults"] > 0
    assert told["transfers"] > 0
    assert (told["ledger_balanced"], told["audit_sound"]) == (True, True)
