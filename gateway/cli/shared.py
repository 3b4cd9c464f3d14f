"""What the commands on a site share: its settings, asking it, and showing the answer."""

import argparse
import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from gateway.cli import CommandError
from gateway.settings import Settings, SettingsError, read

SETTINGS_FILE: Final = "gateway.toml"
_WIDE: Final = ("W", "F")


def add_site(parser: argparse.ArgumentParser, *, default: object = Path(SETTINGS_FILE)) -> None:
    """The option that names the site."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        default=default,
        metavar="FILE",
        help=f"the settings of the site (default: {SETTINGS_FILE} here)",
    )


def site_settings(path: Path) -> Settings:
    """Read the settings of a site; raises CommandError with every fault, one a line."""
    try:
        return read(path)
    except SettingsError as error:
        raise unusable(error) from error


def unusable(error: SettingsError) -> CommandError:
    """The error of a command for a file of settings that cannot be used: every fault, one a line."""
    told = "".join(f"\n  {fault}" for fault in error.faults)
    return CommandError(f"{error.path} cannot be used:{told}")


def carry_out(options: argparse.Namespace, command: str, arguments: Mapping[str, Any]) -> int:
    """Have the site carry out a command, show its answer and return the status; raises CommandError."""
    settings = site_settings(options.config)
    from gateway.control.ask import ask  # noqa: PLC0415  slow to load, and faults of settings come first

    outcome = ask(settings, command, arguments, _note)
    if outcome.answer is None:
        raise CommandError(str(outcome.error), outcome.status)
    show(outcome.answer, as_json=options.json)
    return outcome.status


def show(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """Show an answer: its one line, or its rows as a table, on standard output; its faults on standard error."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for fault in answer.get("faults", ()):
        print(fault, file=sys.stderr)
    print(_table(answer["rows"]) if answer.get("rows") else answer["text"])


def _note(fields: dict[str, str]) -> None:
    """A change, for whoever keeps standard error as the log of what was done to the site."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")  # noqa: TID251  an edge: the log line of this process
    print(json.dumps({"time": at, "level": "info", "event": "changed-by-command", **fields}), file=sys.stderr)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows under the names of their columns, each as wide as its widest value; wide characters take two places."""
    heads = list(rows[0])
    lines = [heads, *([_cell(row[head]) for head in heads] for row in rows)]
    widths = [max(_width(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join(
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in _WIDE else 1 for character in text)
