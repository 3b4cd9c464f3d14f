"""Commands on the bank directory (联行号)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from gateway.administration import banks
from gateway.control.commands.command import Answer, Command
from gateway.control.hands import Hands
from gateway.journal.banks import difference


def _load(hands: Hands, *, content: str) -> Answer:
    given = banks.read(content)
    with hands.reading() as tx:
        made = difference(tx, given)
    hands.write(lambda tx: banks.replace(tx, made))
    counts = {"added": len(made.added), "changed": len(made.changed), "removed": len(made.removed)}
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    return {"text": f"directory of {len(given)} banks loaded: {told}", "banks": len(given)} | counts


def _show(hands: Hands, *, code: str) -> Answer:
    with hands.reading() as tx:
        found = banks.bank(tx, code)
    ways = [name for name, part in (("BEPS", found.beps), ("HVPS", found.hvps)) if part]
    ways += [f"IBPS through {found.ibps}"] if found.ibps else []
    return {
        "text": f"{found.code} {found.name}, region {found.region}: {', '.join(ways) or 'takes part in no channel'}"
    } | asdict(found)


COMMANDS: Final[Mapping[str, Command]] = {
    "bank-code load": Command(_load),
    "bank-code show": Command(_show, changes=False),
}
"""By their words."""
