"""A plan as JSON text, as it is stored with its matter: written in one form, read back equal."""

import json
from functools import lru_cache
from typing import Any, Final

from gateway.domain.matter import Plan, Step, StepKind

READ_MAX: Final = 4_096
"""Plans read lately: what waits at a bank follows a few plans, read thousands of times."""


def plan_json(plan: Plan) -> str:
    """The text of a plan: keys in one order, what has its usual value left out, operators sorted."""
    row: dict[str, Any] = {"customer": plan.customer_id, "mode": plan.mode}
    if not plan.ordered:
        row["ordered"] = False
    if plan.collected:
        row["collected"] = True
    row["steps"] = [_step_row(step) for step in plan.steps]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=READ_MAX)
def read_plan(text: str) -> Plan:
    """The plan in a text that `plan_json` wrote."""
    row = json.loads(text)
    return Plan(
        customer_id=row["customer"],
        steps=tuple(_read_step(step) for step in row["steps"]),
        ordered=row.get("ordered", True),
        mode=row["mode"],
        collected=row.get("collected", False),
    )


def _step_row(step: Step) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": step.kind.value}
    if step.count != 1:
        row["count"] = step.count
    if step.level is not None:
        row["level"] = step.level
    if step.operators is not None:
        row["operators"] = sorted(step.operators)
    if step.named is not None:
        row["named"] = step.named
    if step.about is not None:
        row["about"] = step.about
    return row


def _read_step(row: dict[str, Any]) -> Step:
    operators = row.get("operators")
    return Step(
        kind=StepKind(row["kind"]),
        count=row.get("count", 1),
        level=row.get("level"),
        operators=None if operators is None else frozenset(operators),
        named=row.get("named"),
        about=row.get("about"),
    )
