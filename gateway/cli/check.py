"""The command `yinqi check`: settings, ledger, limits or log; the verdict in one line, faults on standard error."""

import argparse
from pathlib import Path
from typing import Final

from gateway.cli import CommandError
from gateway.cli.shared import add_site, carry_out, show, site_settings

NOT_SOUND: Final = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "what",
        choices=("config", "ledger", "clearing", "limits", "audit"),
        help="config: settings, keys and certificates; ledger: the journal against the core's book; "
        "clearing: the journal against the clearing centre's file of a day; "
        "limits: the counters of limits against the orders; "
        "audit: the message log against its chains and seals",
    )
    add_site(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("--day-file", metavar="FILE", help="clearing: the file of the day")
    parser.add_argument("--seals", metavar="FILE", help="audit: a copy of seals.log that was kept elsewhere")


def run(options: argparse.Namespace) -> int:
    """Check; 1 when something is not sound, 2 when it could not be looked at."""
    if options.seals is not None and options.what != "audit":
        raise CommandError("--seals is for `yinqi check audit`")
    if (options.day_file is not None) is not (options.what == "clearing"):
        raise CommandError("--day-file is for `yinqi check clearing`, which needs it")
    if options.what == "config":
        return _config(options)
    if options.what == "clearing":
        return carry_out(options, "check clearing", {"day_file": str(Path(options.day_file).absolute())})
    arguments = {"seals": options.seals} if options.seals is not None else {}
    return carry_out(options, f"check {options.what}", arguments)


def _config(options: argparse.Namespace) -> int:
    from gateway.control.config import config_faults  # noqa: PLC0415  loads what reads keys

    try:
        faults = config_faults(site_settings(options.config))
    except CommandError as error:
        raise CommandError(str(error), NOT_SOUND) from error
    text = f"config: NOT SOUND: {'; '.join(faults)}" if faults else "config: sound"
    show({"text": text, "sound": not faults, "faults": faults}, as_json=options.json)
    return NOT_SOUND if faults else 0
