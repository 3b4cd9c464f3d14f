"""How the parts make a floor: each is run alone, at full speed, on as many processes as the gateway has.

The rule: a message needs one part after the other, so the times it takes in each add up. A part done at R messages a
second by the same number of processes, on the same cores that also carry the load generator (echo) and PostgreSQL
(rows), takes 1/R of the machine per message; the floor is 1 / (1/R_echo + 1/R_stages + 1/R_rows). It is a rate that
nobody can beat who does these things on these processes one after the other; who overlaps them with an idle core
might, a little.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from bench.floor.echo import running_echo
from bench.floor.rows import Books, write_rows
from bench.floor.stages import Material, stage_seconds
from bench.floor.together import run_together
from bench.load.figures import Figures
from bench.load.run import Load, Supply, run


@dataclass(frozen=True, slots=True)
class Floor:
    """Microseconds per message of every part, so that one message after the other takes their sum."""

    processes: int
    echo_us: float
    stages_us: Mapping[str, float]
    rows_us: float

    @property
    def total_us(self) -> float:
        """Microseconds per message of all parts."""
        return self.echo_us + sum(self.stages_us.values()) + self.rows_us

    @property
    def rate(self) -> float:
        """Messages a second."""
        return 1e6 / self.total_us

    def parts(self) -> dict[str, float]:
        """Every part by name, in microseconds per message."""
        return {"echo": self.echo_us, **self.stages_us, "rows": self.rows_us}


def echo_figures(kind: str, processes: int, connections: int, supply: Supply, seconds: float) -> Figures:
    """An empty echo of these messages through the door named `kind`."""
    with running_echo(kind, processes) as echo:
        load = Load(
            kind, echo.address, connections, seconds, min(1.0, seconds / 2), echo=True, watch={"server": echo.pids}
        )
        return run(load, Supply(supply.pool))


def stages_us(processes: int, material: Material) -> dict[str, float]:
    """Microseconds per message of every stage, so many processes at once, each on its own messages."""
    found = run_together(processes, stage_seconds, material)
    return {name: fmean(each[name] for each in found) * 1e6 / processes for name in found[0]}


def rows_us(processes: int, books: Books, seconds: float) -> float:
    """Microseconds per message to write its rows, so many processes at once."""
    written = run_together(processes, write_rows, books, seconds)
    return 1e6 / sum(each.messages / each.seconds for each in written)


def compose(processes: int, echo: Figures, stages: Mapping[str, float], rows: float) -> Floor:
    """The floor from its parts."""
    return Floor(processes, 1e6 / echo.rate, stages, rows)
