"""Runs the gateway under load with each of its functions counted, and shows where the processor time went."""

import json
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.load.figures import Figures
from bench.load.processor import tree_pids
from bench.load.run import run
from bench.plan import HEADLINE_CONNECTIONS, HEADLINE_WORKERS, Case, Subject
from bench.profile.counted import Key
from bench.stock import Stock
from bench.subjects import Subjects

HOOK: Final = Path(__file__).resolve().parent / "hook"
ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("gateway/", "protocol/", "signer/", "core_adapter/", "journal/", "doors/", "services/", "ledger/")
ROWS: Final = 30
PROFILE_SECONDS: Final = 4.0


@dataclass(slots=True)
class Spent:
    """What a function cost: calls, seconds without and with what it called; all processes together."""

    calls: int = 0
    own: float = 0.0
    whole: float = 0.0


def profile(database: str, door: str, subjects: Subjects, stock: Stock) -> tuple[Figures, dict[Key, Spent]]:
    """Measure one case, ECDSA replies at 64 connections, with the daemon's functions counted."""
    case = Case(Subject("gateway", database, HEADLINE_WORKERS[database], "ecdsa"), door, HEADLINE_CONNECTIONS)
    supply = stock.supply(subjects.book(case.subject), str(case.subject), PROFILE_SECONDS + 1)
    with tempfile.TemporaryDirectory(prefix="yinqi-profile-") as name:
        path = os.pathsep.join([str(HOOK), str(ROOT)])
        with subjects.up(case.subject, {"BENCH_PROFILE": name, "PYTHONPATH": path}) as up:
            for pid in tree_pids(up.pid):
                os.kill(pid, signal.SIGUSR1)  # starting up was of no interest
            figures = run(up.load(case, PROFILE_SECONDS, 0.0), supply)
        return figures, _read(Path(name))


def _read(folder: Path) -> dict[Key, Spent]:
    found: dict[Key, Spent] = {}
    for file in folder.glob("*.json"):
        for thread, function, calls, own, whole in json.loads(file.read_text("utf-8")):
            spent = found.setdefault((thread.rstrip("-0123456789"), function), Spent())
            spent.calls += calls
            spent.own += own
            spent.whole += whole
    return found


def show(found: dict[Key, Spent], figures: Figures, console: Console) -> None:
    """Print microseconds per message by thread, by function of ours with all it calls, and by function alone."""
    messages = max(1, figures.sent)
    threads: dict[str, float] = {}
    for (thread, _), spent in found.items():
        threads[thread] = threads.get(thread, 0.0) + spent.own
    console.print(f"{figures.rate:,.0f} replies/s while counted; microseconds of processor time per message:")
    table = Table(title="By thread")
    table.add_column("thread")
    table.add_column("us", justify="right")
    for thread, seconds in sorted(threads.items(), key=lambda row: -row[1]):
        table.add_row(thread, f"{seconds / messages * 1e6:.1f}")
    console.print(table)
    ours = {key: spent for key, spent in found.items() if key[1].startswith(ROOMS)}
    console.print(_functions("Our functions, with all they call", ours, messages, lambda spent: spent.whole))
    console.print(_functions("Every function alone", found, messages, lambda spent: spent.own))


def _functions(title: str, found: dict[Key, Spent], messages: int, cost: Callable[[Spent], float]) -> Table:
    table = Table(title=title)
    table.add_column("thread")
    table.add_column("function", overflow="fold")
    table.add_column("calls", justify="right")
    table.add_column("us", justify="right")
    for (thread, function), spent in sorted(found.items(), key=lambda row: -cost(row[1]))[:ROWS]:
        table.add_row(thread, function, f"{spent.calls / messages:.2f}", f"{cost(spent) / messages * 1e6:.1f}")
    return table
