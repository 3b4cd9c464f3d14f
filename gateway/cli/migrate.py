"""The command `yinqi migrate`: the databases of a site to the version of this program."""

import argparse

from gateway.cli.shared import add_site, carry_out


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_site(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(options: argparse.Namespace) -> int:
    """Migrate; a daemon that runs on a SQLite site says whether there is anything to do."""
    return carry_out(options, "migrate", {})
