"""The benchmark as it is started: tables, one line of JSON, and a status that says whether replies were right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load.figures import Figures
from bench.plan import HEADLINE_CONNECTIONS, Case, Plan, Subject, full_plan, quick_plan
from bench.report import summary
from bench.runner import Found

ROOT = Path(__file__).resolve().parents[2]


def figures(rate: float, *, wrong: int = 0) -> Figures:
    """Figures of one second."""
    return Figures(
        replies=int(rate),
        seconds=1.0,
        p50_ms=1.0,
        p99_ms=2.0,
        dropped=0,
        wrong=wrong,
        verified=1,
        exhausted=False,
        sent=int(rate),
    )


def headline(who: str, database: str, workers: int) -> Case:
    """The case of a subject that makes the ratios."""
    return Case(Subject(who, database, workers, "ecdsa"), "http", HEADLINE_CONNECTIONS)


@pytest.mark.parametrize("plan", [full_plan(("sqlite", "postgresql")), quick_plan(("sqlite", "postgresql"))])
def test_every_plan_has_what_the_ratios_need(plan: Plan) -> None:
    """In each round: gateway and neighbour on both databases, over HTTP at 64 connections, with ECDSA replies."""
    wanted = {
        headline("gateway", "sqlite", 1),
        headline("gateway", "postgresql", 2),
        headline("straightforward", "sqlite", 2),
        headline("straightforward", "postgresql", 2),
    }

    assert all(wanted <= set(plan.in_round(number)) for number in range(plan.rounds))
    assert {case for case in plan.cases if case.is_headline} == wanted


def test_ratios_are_of_the_medians_of_the_rounds() -> None:
    """One slow round does not decide."""
    found = Found(
        figures={
            headline("gateway", "sqlite", 1): [figures(3000), figures(100), figures(3200)],
            headline("straightforward", "sqlite", 2): [figures(600), figures(500), figures(500)],
        }
    )

    assert summary(found)["ratio_to_straightforward"] == {"sqlite": 6.0, "postgresql": None}


def test_wrong_replies_are_counted_over_all_rounds() -> None:
    """Also those of rounds that are not the median."""
    found = Found(figures={headline("gateway", "sqlite", 1): [figures(10, wrong=1), figures(10), figures(10, wrong=2)]})

    assert summary(found)["wrong_replies"] == 3


@pytest.mark.slow
def test_a_quick_run_ends_with_its_line_and_without_a_wrong_reply() -> None:
    """The gateway itself on SQLite, measured for two seconds a door; books are checked afterwards."""
    command = [sys.executable, "-m", "bench", "--quick", "--database", "sqlite", "--who", "gateway", "--no-floor"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    values = json.loads(done.stdout.splitlines()[-1])
    assert values["wrong_replies"] == values["dropped_replies"] == 0
    assert values["books_sound"]
    assert values["per_second"]["gateway-sqlite-1-ecdsa-http-64"] > 0
