"""Starts the load generator's process and hands back its figures; what a caller of the benchmark uses of it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.load.figures import Figures
from bench.messages import Pool

PATIENCE_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]


class LoadError(Exception):
    """The load generator itself failed; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement to make: which door of which server, how many connections, how long."""

    door: str
    address: str
    connections: int
    seconds: float
    warm_up_seconds: float = 1.0
    certificate: Path | None = None
    echo: bool = False
    keep_every: int = 10
    watch: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Supply:
    """A pool of which each message is sent once to one server: `used` counts from the start."""

    pool: Pool
    used: int = 0

    @property
    def left(self) -> int:
        """How many messages have not been sent."""
        return self.pool.count - self.used


def run(load: Load, supply: Supply, count: int | None = None) -> Figures:
    """Measure, with at most `count` messages of the supply; raises LoadError when the generator cannot run."""
    allowed = min(supply.left, count if count is not None else supply.left)
    command = [
        *(sys.executable, "-m", "bench.load", "--door", load.door, "--address", load.address),
        *("--pool", str(supply.pool.path), "--prefix", supply.pool.prefix),
        *("--first", str(supply.used), "--count", str(allowed), "--connections", str(load.connections)),
        *("--warm-up", str(load.warm_up_seconds), "--seconds", str(load.seconds)),
        *("--keep-every", str(load.keep_every)),
    ]
    if load.certificate:
        command += ["--certificate", str(load.certificate)]
    if load.echo:
        command.append("--echo")
    for name, pids in load.watch.items():
        command += ["--watch", f"{name}={','.join(str(pid) for pid in pids)}"]
    patience = PATIENCE_SECONDS + load.warm_up_seconds + load.seconds
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False)
    if done.returncode != 0:
        raise LoadError(done.stderr.strip())
    figures = Figures.from_json(done.stdout.splitlines()[-1])
    supply.used += figures.sent
    return figures
