"""What a run found: tables for people, one line of JSON for programs; docs/performance.md says how to read them."""

from collections.abc import Iterable
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.load.figures import Figures
from bench.plan import DATABASES, Case
from bench.runner import Found

TARGET_STRAIGHTFORWARD: Final = {"sqlite": 3.0, "postgresql": 4.0}
TARGET_FLOOR: Final = 0.3


def show(found: Found, console: Console) -> None:
    """Print every table."""
    console.print(_rates(found))
    for database in found.floors:
        console.print(_floor(found, database))
    console.print(_ratios(found))
    for fault in [*found.faults, *found.unsound][:20]:
        console.print(f"[red]fault[/red] {fault[:2000]}", highlight=False)


def _rates(found: Found) -> Table:
    """Replies a second and latencies of every case."""
    table = Table(title="SubmitTransfer, durable; replies a second, latency in ms, processor time per reply in us")
    for name in ("subject", "database", "processes", "reply key", "door"):
        table.add_column(name)
    for name in ("connections", "replies/s", "p50", "p99", "server", "postgresql", "load"):
        table.add_column(name, justify="right")
    for case in sorted(found.figures):
        subject, figures = case.subject, found.figures[case]
        cells = [subject.who, subject.database, str(subject.workers), subject.reply_key, case.door]
        cells += [str(case.connections), f"{found.rate(case):,.0f}{_mark(figures)}"]
        cells += [f"{median(each.p50_ms for each in figures):.1f}", f"{median(each.p99_ms for each in figures):.1f}"]
        cells += [_cpu(figures, name) for name in ("server", "postgresql", "load")]
        table.add_row(*cells, end_section=case.connections == max(c.connections for c in found.figures))
    return table


def _mark(figures: Iterable[Figures]) -> str:
    """A star where messages ran out before the window ended, so that the window is shorter."""
    return "*" if any(each.exhausted for each in figures) else ""


def _cpu(figures: Iterable[Figures], name: str) -> str:
    spent = [each.cpu_us[name] for each in figures if name in each.cpu_us]
    return f"{median(spent):.0f}" if spent else ""


def _floor(found: Found, database: str) -> Table:
    """The parts of a floor; they add up."""
    floors = found.floors[database]
    table = Table(title=f"Floor of {database} on {floors[0].processes} processes, HTTP, ECDSA replies")
    table.add_column("part, done alone at full speed")
    table.add_column("us per message", justify="right")
    for name in floors[0].parts():
        table.add_row(name, f"{median(each.parts()[name] for each in floors):.1f}")
    table.add_section()
    table.add_row("sum", f"{median(each.total_us for each in floors):.1f}")
    table.add_row("messages a second", f"{found.floor_rate(database):,.0f}")
    return table


def _ratios(found: Found) -> Table:
    table = Table(title="At 64 connections, HTTP, ECDSA replies")
    for name in ("database", "gateway/s", "straightforward/s", "ratio", "wanted", "floor/s", "ratio", "wanted"):
        table.add_column(name, justify="right")
    for database in DATABASES:
        gateway, neighbour = found.case("gateway", database), found.case("straightforward", database)
        if gateway is None:
            continue
        table.add_row(
            database,
            f"{found.rate(gateway):,.0f}",
            f"{found.rate(neighbour):,.0f}" if neighbour else "",
            _text(_to_straightforward(found, database)),
            f"{TARGET_STRAIGHTFORWARD[database]:g}",
            f"{found.floor_rate(database):,.0f}" if database in found.floors else "",
            _text(_to_floor(found, database)),
            f"{TARGET_FLOOR:g}",
        )
    return table


def _text(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _to_straightforward(found: Found, database: str) -> float | None:
    gateway, neighbour = found.case("gateway", database), found.case("straightforward", database)
    return found.rate(gateway) / found.rate(neighbour) if gateway and neighbour and found.rate(neighbour) else None


def _to_floor(found: Found, database: str) -> float | None:
    gateway = found.case("gateway", database)
    return found.rate(gateway) / found.floor_rate(database) if gateway and database in found.floors else None


def summary(found: Found) -> dict[str, Any]:
    """The values of the JSON line."""
    return {
        "ratio_to_straightforward": {name: _rounded(_to_straightforward(found, name)) for name in DATABASES},
        "ratio_to_floor": {name: _rounded(_to_floor(found, name)) for name in DATABASES},
        "wrong_replies": found.total("wrong"),
        "dropped_replies": found.total("dropped"),
        "replies": found.total("replies"),
        "signatures_verified": found.total("verified"),
        "books_sound": not found.unsound,
        "per_second": {_case_name(case): round(found.rate(case)) for case in sorted(found.figures)},
        "floor_us": {
            name: {part: round(median(each.parts()[part] for each in floors), 1) for part in floors[0].parts()}
            for name, floors in found.floors.items()
        },
    }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 3)


def _case_name(case: Case) -> str:
    subject = case.subject
    return f"{subject.who}-{subject.database}-{subject.workers}-{subject.reply_key}-{case.door}-{case.connections}"
