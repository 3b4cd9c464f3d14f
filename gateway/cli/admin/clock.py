"""The words for the business clock of a sandbox."""

import argparse
import re
from datetime import datetime, timedelta
from typing import Final

from gateway.cli.admin.words import Things, also

_SPAN: Final = re.compile(r"(?:(?P<days>\d{1,4})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,6})m)?", re.ASCII)


def fill(things: Things) -> None:
    """Add the command: without an argument it shows the clock."""
    shown = things.act("clock", "show the business clock of a sandbox, or move it: forward, or back to the real clock")
    shown.set_defaults(command=lambda arguments: "clock move" if arguments else "clock")
    ways = shown.add_mutually_exclusive_group()
    told = "such as 2026-12-01T09:30, on the clock in Shanghai"
    also(shown, "--to", among=ways, type=_moment, metavar="TIME", help=told)
    also(shown, "--by", among=ways, dest="by_ms", type=_span, metavar="SPAN", help="such as 2h, 30m or 1d12h")
    told = "back to the real clock, while nothing bears a later date"
    also(shown, "--reset", among=ways, action="store_true", help=told)


def _moment(text: str) -> str:
    """A moment in ISO 8601 as the command takes it, with its offset; without one it is Shanghai's."""
    from gateway.domain.calendar import SHANGHAI  # noqa: PLC0415  only this argument needs it

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date and time such as 2026-12-01T09:30") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()


def _span(text: str) -> int:
    """A span such as 1d12h in milliseconds."""
    found = _SPAN.fullmatch(text)
    if found is None or not text:
        raise argparse.ArgumentTypeError(f"{text!r} is no span such as 2h, 30m or 1d12h")
    span = timedelta(**{unit: int(count) for unit, count in found.groupdict(default="0").items()})
    return span // timedelta(milliseconds=1)
