"""Commands on the cases that bank staff must look at."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from gateway.administration import cases
from gateway.administration.change import AdminError
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _show(hands: Hands, *, closed: bool = False) -> Answer:
    with hands.reading() as tx:
        return listed("case", cases.list_cases(tx, closed=closed))


def _close(
    hands: Hands, *, number: int, by: str, evidence: str, outcome: str | None = None, settled_on: str | None = None
) -> Answer:
    try:
        day = date.fromisoformat(settled_on) if settled_on is not None else None
    except ValueError as error:
        raise AdminError(f"{settled_on!r} is no date such as 2026-12-02") from error
    hands.write(lambda tx: cases.close_case(tx, number, by=by, evidence=evidence, outcome=outcome, settled_on=day))
    ends = f", and its payment has {outcome}" if outcome else ""
    return {"text": f"case {number} is closed{ends}"}


COMMANDS: Final[Mapping[str, Command]] = {
    "cases show": Command(_show, changes=False),
    "cases close": Command(_close),
}
"""By their words."""
