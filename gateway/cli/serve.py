"""The command `yinqi serve`: the gateway in the foreground."""

import argparse
from collections.abc import Callable

from gateway.cli import CommandError
from gateway.cli.shared import add_site, site_settings, unusable
from gateway.control.lock import SiteBusy
from gateway.settings import SettingsError


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_site(parser)
    parser.add_argument("--workers", type=_count, default=1, metavar="N", help="processes that serve (default 1)")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; every fault that stops the start is told in one line or a list."""
    settings = site_settings(options.config)
    if settings.site.embedded and options.workers > 1:
        raise CommandError("a SQLite site is served by one process: leave --workers out, or use PostgreSQL")
    from gateway.app import serve  # noqa: PLC0415  what serves is slow to load, and settings come first

    return started(lambda: serve(options.config, options.workers))


def started(start: Callable[[], int]) -> int:
    """Start what serves; what keeps it from starting is told as a CommandError."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  as above

    from core_adapter.core import CoreUnavailable  # noqa: PLC0415  as above
    from core_adapter.database import SchemaMismatch  # noqa: PLC0415  as above
    from gateway.administration.clock import ClockMoved  # noqa: PLC0415  as above
    from signer.keys import KeyRefused, SignerUnavailable  # noqa: PLC0415  as above

    try:
        return start()
    except SettingsError as error:
        raise unusable(error) from error
    except (SiteBusy, SchemaMismatch, ClockMoved, KeyRefused, SignerUnavailable, CoreUnavailable, OSError) as error:
        raise CommandError(str(error)) from error
    except DBAPIError as error:
        raise CommandError(f"the database cannot be used: {error.orig}") from error


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError("at least one")
    return count
