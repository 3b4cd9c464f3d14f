"""How events are posted to customers that have asked for it: the table [push]."""

from dataclasses import dataclass

from gateway.settings.table import Table


@dataclass(frozen=True, slots=True)
class Push:
    """How long a receiver may take, and when events that it does not take are put aside."""

    answer_seconds: float
    attempts: int
    hours: float


def read_push(table: Table) -> Push:
    """Read [push]."""
    push = Push(
        answer_seconds=table.number("answer_seconds", 10.0, 0.1, 60.0),
        attempts=table.integer("attempts", 20, 1, 1000),
        hours=table.number("hours", 24.0, 0.001, 720.0),
    )
    table.end()
    return push
