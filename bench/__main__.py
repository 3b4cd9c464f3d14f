"""`python -m bench`: the benchmark. Tables for people, and as the last line JSON for programs.

Ends 0 when no reply was wrong or missing and every book was sound, whatever the rates are; else 1.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench import interbank, report, sites
from bench.orders.measure import measure as measure_orders
from bench.orders.show import show as show_orders
from bench.orders.show import summary
from bench.plan import DATABASES, Plan, full_plan, quick_plan
from bench.profile import run as profile
from bench.runner import Found, Runner
from bench.stock import Stock
from bench.subjects import Subjects
from tests.support.postgres import running_postgres


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark, or what the options leave of it."""
    wanted = _parse(arguments)
    databases = tuple(name for name in DATABASES if name in (wanted.database or DATABASES))
    plan = _chosen(wanted, databases)
    console = Console(width=150 if not sys.stdout.isatty() else None)
    if wanted.profile:
        return _profile(databases, wanted.profile, console)
    if wanted.orders:
        return _orders(console)
    if wanted.interbank:
        rates = interbank.measure()
        interbank.show(rates, console)
        print(interbank.summary(rates), flush=True)
        return 0
    with _subjects(databases) as (subjects, stock):
        runner = Runner(plan, subjects, stock, lambda text: console.print(f"[dim]{text}[/dim]", highlight=False))
        found = runner.run(with_floor=not wanted.no_floor)
    report.show(found, console)
    with tempfile.TemporaryDirectory(prefix="yinqi-bench-") as folder:
        orders = measure_orders(Path(folder), sites.make_sender())
    show_orders(orders, console)
    print(json.dumps({**report.summary(found), "orders": summary(orders)}, ensure_ascii=False), flush=True)
    return _status(found)


def _orders(console: Console) -> int:
    """Measure orders that wait or have many rows, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="yinqi-bench-") as folder:
        orders = measure_orders(Path(folder), sites.make_sender())
    show_orders(orders, console)
    print(json.dumps(summary(orders)), flush=True)
    return 0


def _profile(databases: Sequence[str], door: str, console: Console) -> int:
    """Show where the daemon's time goes."""
    with _subjects(databases) as (subjects, stock):
        for database in databases:
            console.rule(f"{database}, {door}")
            figures, found = profile.profile(database, door, subjects, stock)
            profile.show(found, figures, console)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the gateway.")
    parser.add_argument("--quick", action="store_true", help="only 64 connections and ECDSA replies, one round, short")
    parser.add_argument("--database", action="append", choices=DATABASES, help="only this one")
    parser.add_argument("--who", choices=("gateway", "straightforward"), help="only this subject")
    parser.add_argument("--no-floor", action="store_true", help="leave out the floor")
    parser.add_argument("--profile", choices=("http", "tcp"), help="show where the daemon's time goes behind this door")
    parser.add_argument("--orders", action="store_true", help="only payrolls, decisions and plans")
    parser.add_argument("--interbank", action="store_true", help="only payments to other banks beside those within")
    parser.add_argument("--rounds", type=int, help="how often the figures of the ratios are taken")
    return parser.parse_args(arguments)


def _chosen(wanted: argparse.Namespace, databases: tuple[str, ...]) -> Plan:
    plan = (quick_plan if wanted.quick else full_plan)(databases)
    cases = tuple(case for case in plan.cases if wanted.who in (None, case.subject.who))
    return replace(plan, cases=cases, rounds=wanted.rounds or plan.rounds)


@contextmanager
def _subjects(databases: Sequence[str]) -> Iterator[tuple[Subjects, Stock]]:
    """A folder that is deleted afterwards, a cluster of PostgreSQL if one is needed, and a sender of our own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yinqi-bench-")))
        postgres = stack.enter_context(running_postgres()) if "postgresql" in databases else None
        sender = sites.make_sender()
        yield Subjects(folder, sender, postgres), Stock(folder / "pool", sender, sites.ROUTES)


def _status(found: Found) -> int:
    return 1 if found.total("wrong") or found.total("dropped") or found.unsound or found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
