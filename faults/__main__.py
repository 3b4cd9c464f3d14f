"""`python -m faults`: a table for people, and as the last line JSON for programs; status 1 when a book breaks."""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from faults import judge, rest, site
from faults.course import Sent, play
from faults.plan import draw
from tests.support.postgres import running_postgres

QUICK = (600, 3)
"""Transfers and kills of a quick run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once and say what came of it."""
    wanted = _parse(arguments)
    transfers, kills = QUICK if wanted.quick else (wanted.transfers, wanted.kills)
    seed = random.SystemRandom().randrange(10**6) if wanted.seed is None else wanted.seed
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(f"seed {seed}: {transfers} transfers, {kills} kills of each process, {wanted.database}")
    with ExitStack() as stack:
        folder = _folder(stack, wanted.keep)
        postgres = stack.enter_context(running_postgres()) if wanted.database == "postgresql" else None
        made, centre = site.make(folder / "site", postgres.fresh() if postgres else None, seed)
        stack.enter_context(made)
        stack.enter_context(centre)
        centre.start()
        made.start()
        site.to_working_hours(made)
        before_fen = judge.customers_fen(made)
        begun = time.monotonic()
        sent = play(draw(seed, transfers, kills), made, centre)
        seconds = {"sending": time.monotonic() - begun}
        console.print(f"all sent after {seconds['sending']:.0f} s; the faults stop")
        centre.kill()
        centre.rates(0.0, seed)
        centre.start()
        left = rest.wait(made, centre)
        seconds["coming to rest"] = time.monotonic() - begun - seconds["sending"]
        found = judge.judge(made, centre, sent, before_fen)
        found.faults[:0] = left
    _show(console, sent, found, seconds)
    figures = {"runs": 1, "transfers": transfers, "kills": 2 * kills, "breaks": len(found.faults), "seeds": [seed]}
    print(json.dumps(figures), flush=True)
    return 1 if found.faults else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description="Break everything, and judge every book.")
    parser.add_argument("--transfers", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20, help="of the gateway, and as many of the simulator")
    parser.add_argument("--seed", type=int, help="of an earlier run")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[0]} transfers and {QUICK[1]} kills")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the site there, and leave it")
    return parser.parse_args(arguments)


def _folder(stack: ExitStack, keep: Path | None) -> Path:
    return keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yinqi-faults-")))


def _show(console: Console, sent: Sent, found: judge.Found, seconds: dict[str, float]) -> None:
    table = Table("what", "how much", title="What happened")
    rows = {
        **{f"replies {code}": count for code, count in sorted(sent.codes.items())},
        "sent again for want of a reply": sent.repeats,
        **found.told,
        **{f"seconds of {name}": f"{value:.1f}" for name, value in seconds.items()},
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    console.print(table)
    for fault in found.faults[:40]:
        console.print(f"BREAK: {fault}", highlight=False, style="red")


if __name__ == "__main__":
    sys.exit(main())
