"""Commands on the business clock of a sandbox."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.administration import clock
from gateway.administration.change import AdminError
from gateway.control.commands.command import Answer, Command
from gateway.control.hands import Hands


def _show(hands: Hands) -> Answer:
    _in_sandbox(hands)
    with hands.reading() as tx:
        return _shown(clock.read_clock(tx))


def _move(hands: Hands, *, to: str | None = None, by_ms: int | None = None, reset: bool = False) -> Answer:
    _in_sandbox(hands)

    def move(tx: Connection) -> clock.Clock:
        if reset:
            return clock.reset(tx)
        if by_ms is not None:
            return clock.move_by(tx, timedelta(milliseconds=by_ms))
        if to is None:
            raise AdminError("say where the clock is to be moved: to, by_ms or reset")
        return clock.move_to(tx, datetime.fromisoformat(to))

    return _shown(hands.write(move))


def _in_sandbox(hands: Hands) -> None:
    if not hands.settings.site.sandbox:
        raise AdminError(
            "this site is no sandbox: its business clock is the real clock, and stays so; "
            "a site for trials has `sandbox = true` in [site] of its settings"
        )


def _shown(now: clock.Clock) -> Answer:
    ahead = timedelta(seconds=now.offset_ms // 1000)
    told = f"ahead of the real clock by {ahead}" if ahead else "as the real clock does"
    return {
        "text": f"the business clock shows {now.business:%Y-%m-%d %H:%M:%S}, {told}",
        "business_time": now.business.isoformat(timespec="milliseconds"),
        "real_time": now.real.isoformat(timespec="milliseconds"),
        "offset_ms": now.offset_ms,
    }


COMMANDS: Final[Mapping[str, Command]] = {
    "clock": Command(_show, changes=False),
    "clock move": Command(_move),
}
"""By their words."""
