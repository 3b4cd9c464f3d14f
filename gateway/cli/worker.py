"""The command that the parent starts each worker by; nobody else gives it."""

import argparse

from gateway.cli.serve import started
from gateway.cli.shared import add_site


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_site(parser)
    for name in ("--index", "--workers", "--http-fd", "--tcp-fd"):
        parser.add_argument(name, type=int, required=True)


def run(options: argparse.Namespace) -> int:
    """Serve as one worker of several."""
    from gateway.app import worker  # noqa: PLC0415  what serves is slow to load
    from gateway.supervise import Place  # noqa: PLC0415  as above

    place = Place(index=options.index, workers=options.workers, http_fd=options.http_fd, tcp_fd=options.tcp_fd)
    return started(lambda: worker(options.config, place))
