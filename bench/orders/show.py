"""The figures of orders as a table for people and as values for programs."""

from typing import Any

from rich.console import Console
from rich.table import Table

from bench.orders.measure import DECISIONS, PLANNED, ROWS, Figures

TARGETS = {
    "accepted_to_floor": "at most 5",
    "paid_to_floor": "at most 10",
    "many_to_single_decisions": "at least 10",
    "planned_to_plain": "",
}


def show(figures: Figures, console: Console) -> None:
    """Print the table."""
    table = Table(title="Orders: SQLite, one process, ECDSA replies, one connection each")
    for column in ("what", "figure", "beside", "ratio", "to reach"):
        table.add_column(column)
    ratios = figures.ratios()
    floor = f"{figures.floor_read_seconds:.2f} + {figures.floor_write_seconds:.2f} s parse, validate, insert"
    megabytes = figures.payroll_bytes / 1_000_000
    rows = (
        (f"payroll of {ROWS:,} rows ({megabytes:.1f} MB) accepted", f"{figures.accepted_seconds:.2f} s", floor),
        ("paid, from its slot on", f"{figures.paid_seconds:.2f} s", floor),
        (
            f"decisions, {DECISIONS:,} in one message",
            f"{figures.decisions_per_second:,.0f}/s",
            f"{figures.single_decisions_per_second:,.0f}/s one by one",
        ),
        (
            f"a transfer with a plan of two, {PLANNED} of them",
            f"{sum(figures.planned_ms.values()):.2f} ms CPU",
            f"{figures.plain_ms:.2f} ms without a plan",
        ),
    )
    for (what, figure, beside), (name, ratio) in zip(rows, ratios.items(), strict=True):
        table.add_row(what, figure, beside, f"{ratio:.2f}", TARGETS[name])
    table.add_row("peak memory of the daemon", f"{figures.peak_megabytes:.0f} MB", "", "", "under 200 MB")
    for step, cost in figures.planned_ms.items():
        table.add_row(f"  of a planned transfer: {step}", f"{cost:.2f} ms CPU", "", "", "")
    console.print(table)


def summary(figures: Figures) -> dict[str, Any]:
    """The values for the JSON line."""
    return {
        **{name: round(ratio, 2) for name, ratio in figures.ratios().items()},
        "payroll_accepted_seconds": round(figures.accepted_seconds, 2),
        "payroll_paid_seconds": round(figures.paid_seconds, 2),
        "payroll_peak_megabytes": round(figures.peak_megabytes),
    }
