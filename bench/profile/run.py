"""Runs the gateway under load with the sampler in each of its processes, and shows where the time went."""

import json
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.load.figures import Figures
from bench.load.run import run
from bench.plan import HEADLINE_CONNECTIONS, HEADLINE_WORKERS, Case, Subject
from bench.profile.sampler import GO
from bench.stock import Stock
from bench.subjects import Subjects

HOOK: Final = Path(__file__).resolve().parent / "hook"
ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("gateway/", "protocol/", "signer/", "core_adapter/", "journal/", "doors/", "services/", "domain/")
ROWS: Final = 25


@dataclass(slots=True)
class Profile:
    """Seconds of processor time, of all processes together."""

    threads: Counter[str]
    own: Counter[tuple[str, str]]
    below: Counter[tuple[str, str]]


def profile(database: str, door: str, subjects: Subjects, stock: Stock, seconds: float) -> tuple[Figures, Profile]:
    """Measure one case, ECDSA replies at 64 connections, with the sampler in the daemon."""
    case = Case(Subject("gateway", database, HEADLINE_WORKERS[database], "ecdsa"), door, HEADLINE_CONNECTIONS)
    supply = stock.supply(subjects.book(case.subject), str(case.subject), seconds + 1)
    with tempfile.TemporaryDirectory(prefix="yinqi-profile-") as folder:
        path = os.pathsep.join([str(HOOK), str(ROOT)])
        with subjects.up(case.subject, {"BENCH_PROFILE": folder, "PYTHONPATH": path}) as up:
            (Path(folder) / GO).touch()
            figures = run(up.load(case, seconds, 1.0), supply)
        return figures, _read(Path(folder))


def _read(folder: Path) -> Profile:
    found = Profile(Counter(), Counter(), Counter())
    for file in folder.glob("*.json"):
        values = json.loads(file.read_text("utf-8"))
        found.threads.update(values["threads"])
        found.own.update({(thread, name): seconds for thread, name, seconds in values["own"]})
        found.below.update({(thread, name): seconds for thread, name, seconds in values["below"]})
    return found


def show(found: Profile, figures: Figures, console: Console) -> None:
    """Print seconds by thread, by function with what it calls, and by function alone, in us per reply."""
    total = sum(found.threads.values())
    console.print(f"{figures.rate:,.0f} replies/s; {total:.2f} s of processor time seen in the daemon, as below")
    table = Table(title="By thread")
    table.add_column("thread")
    table.add_column("share", justify="right")
    for thread, seconds in found.threads.most_common():
        table.add_row(thread, f"{seconds / total:.1%}")
    console.print(table)
    ours: Counter[tuple[str, str]] = Counter(
        {key: seconds for key, seconds in found.below.items() if key[1].startswith(ROOMS)}
    )
    console.print(_functions("Our functions, with all they call", ours, total))
    console.print(_functions("Functions alone, C code they call included", found.own, total))


def _functions(title: str, seconds: Counter[tuple[str, str]], total: float) -> Table:
    table = Table(title=title)
    table.add_column("thread")
    table.add_column("function")
    table.add_column("share", justify="right")
    for (thread, function), spent in seconds.most_common(ROWS):
        table.add_row(thread, function, f"{spent / total:.1%}")
    return table
