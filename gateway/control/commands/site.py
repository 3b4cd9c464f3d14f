"""Commands on the site as a whole: the bank's caps, the checks, the versions of the databases."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from gateway.administration import caps
from gateway.control.checks import check_audit, check_clearing, check_ledger, check_limits
from gateway.control.commands.command import Answer, Command
from gateway.control.hands import Hands
from protocol.money import format_amount


def _caps(hands: Hands) -> Answer:
    with hands.reading() as tx:
        return _told(caps.read_caps(tx))


def _caps_set(hands: Hands, *, caps_given: Mapping[str, int]) -> Answer:
    return _told(hands.write(lambda tx: caps.set_caps(tx, caps_given)))


def _told(now: caps.Caps) -> Answer:
    amounts = {name: format_amount(amount) for name, amount in asdict(now).items()}
    return {"text": "caps of the bank: " + ", ".join(f"{name} {amount}" for name, amount in amounts.items())} | amounts


def _migrate(hands: Hands) -> Answer:
    done = hands.migrate()
    return {"text": "databases are at the version of this program" + ("" if done else ", and in use by a daemon")}


COMMANDS: Final[Mapping[str, Command]] = {
    "caps show": Command(_caps, changes=False),
    "caps set": Command(_caps_set),
    "check ledger": Command(check_ledger, changes=False),
    "check clearing": Command(check_clearing, changes=False),
    "check limits": Command(check_limits, changes=False),
    "check audit": Command(check_audit, changes=False),
    "migrate": Command(_migrate),
}
"""By their words."""
