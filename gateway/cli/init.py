"""The command `yinqi init`: a new site that works at once."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli import CommandError
from gateway.site import PORT_BASE, Plan, SiteRefused, make_site


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("folder", metavar="DIR", type=Path, help="the site's folder; it must not be a site yet")
    add("--demo", action="store_true", help="with two customers, their operators' keys, accounts and examples")
    add(
        "--port-base",
        type=int,
        default=PORT_BASE,
        metavar="N",
        help=f"HTTP at N, TCP at N+1, ... (default {PORT_BASE})",
    )
    add("--database", metavar="URL", help="postgresql://USER@HOST:PORT/NAME (default: SQLite files in DIR)")
    add("--password-file", type=Path, metavar="FILE", help="a file with the password of the database's user")
    add("--bank-code", metavar="CODE", help="the 12 digits of the bank")
    add("--bank-name", metavar="NAME", help="the name of the bank")


def run(options: argparse.Namespace) -> int:
    """Make the site; what to do next goes to standard output."""
    named = ("database", "password_file", "bank_code", "bank_name")
    given = {name: value for name in named if (value := getattr(options, name)) is not None}
    plan = Plan(folder=options.folder, with_demo=options.demo, port_base=options.port_base, **given)
    try:
        settings = make_site(plan, datetime.now(UTC))  # noqa: TID251  the command is the edge where the clock is read
    except SiteRefused as error:
        raise CommandError(str(error), 1) from error
    except OSError as error:
        raise CommandError(str(error)) from error
    sys.stdout.write(f"site made: {settings}\nstart it with: yinqi serve -c {settings}\n")
    if options.demo:
        clients, examples = options.folder / "clients", options.folder / "examples"
        sys.stdout.write(f"then try: yinqi send -c {clients / 'erp01.toml'} {examples / 'SelfTest.xml'}\n")
    return 0
