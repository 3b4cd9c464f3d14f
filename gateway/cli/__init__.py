"""The command line: a contract that scripts rely on. Each command is a module; only the one that is called is imported.

A command module offers `add_options(parser)` and `run(options) -> int`. Statuses: 0 done (or sound, or accepted), 1
refused (or not sound), 2 not possible: wrong usage, settings that cannot be used, nobody who answers.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

IMPOSSIBLE: Final = 2

COMMANDS: Final[dict[str, str]] = {
    "init": "make a site: settings, keys, databases, and with --demo customers to try it with",
    "migrate": "bring the databases of a site to the version of this program",
    "serve": "run the gateway in the foreground",
    "send": "sign a message, send it, verify the reply and print it",
    "admin": "who may do what: customers, operators, certificates, accounts, modes, grants",
    "simulate": "the clearing side of a site for trials: the centre and all other banks",
    "catalogue": "the services of the gateway",
    "check": "verify settings, ledger, limits or log, and say so in one line",
}
"""Every command with one line of help; its module has its name."""

HIDDEN: Final = ("worker",)
"""Commands that only the program itself gives."""


class CommandError(Exception):
    """A command that cannot be carried out: its text is for the person who gave it, `status` for the script."""

    def __init__(self, text: str, status: int = IMPOSSIBLE) -> None:
        super().__init__(text)
        self.status = status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status; the text of what went wrong goes to standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else ""
    if name not in COMMANDS and name not in HIDDEN:
        _parser().parse_args(words or ["--help"])
        return 0  # only --help and --version come back; anything else ends as wrong usage
    module = importlib.import_module(f"gateway.cli.{name}")
    parser = argparse.ArgumentParser(prog=f"yinqi {name}", description=COMMANDS.get(name))
    module.add_options(parser)
    try:
        status: int = module.run(parser.parse_args(words[1:]))
    except CommandError as error:
        print(f"yinqi {name}: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:
        return IMPOSSIBLE  # whoever read our answer went away
    return status


def _parser() -> argparse.ArgumentParser:
    """The parser that knows the names of commands only."""
    parser = argparse.ArgumentParser(prog="yinqi", description="Bank-enterprise direct-connect gateway (银企直连).")
    parser.add_argument("--version", action="version", version=f"yinqi {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text)
    return parser


def _version() -> str:
    try:
        return version("yinqi")
    except PackageNotFoundError:  # run from the source tree, not installed
        return "(not installed)"
