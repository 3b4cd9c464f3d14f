"""The command `yinqi admin`: the register of who may do what, and a sandbox's clock.

A running daemon on SQLite does what is asked itself; other processes notice a change of the register within seconds.
Each module beside this one holds the words of one subject; what is slow to load is loaded by what needs it.
"""

import argparse
from typing import Any, Final

from gateway.cli.admin import (
    accounts,
    approval,
    banks,
    cases,
    certificates,
    clock,
    customers,
    grants,
    operators,
    push,
    site,
)
from gateway.cli.admin.words import Things
from gateway.cli.shared import add_site, carry_out

_SUBJECTS: Final = (customers, operators, certificates, accounts, approval, grants, banks, cases, push, site, clock)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command below this one."""
    add_site(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    things = Things(parser.add_subparsers(metavar="WHAT", required=True))
    for subject in _SUBJECTS:
        subject.fill(things)


def run(options: argparse.Namespace) -> int:
    """Carry out the command, with those of its arguments that were given."""
    arguments: dict[str, Any] = {name: getattr(options, name) for name in options.arguments if hasattr(options, name)}
    if options.prepare is not None:
        arguments = options.prepare(arguments)
    command = options.command(arguments) if callable(options.command) else options.command
    return carry_out(options, command, arguments)
