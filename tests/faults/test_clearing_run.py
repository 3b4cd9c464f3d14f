"""Payments to other banks through faults and kills, as `make faults` runs them: every book agrees afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_book_breaks_while_the_clearing_side_fails_and_both_processes_are_killed() -> None:
    """A quick run: 600 payments, and three kills of the gateway and of the clearing simulator."""
    command = [sys.executable, "-m", "faults", "--quick"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["transfers"], told["kills"], told["breaks"]) == (600, 6, 0)
