"""A connection to every worker of a site. The kernel chooses who accepts, so they are opened until each has one."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from conformance.client import Client
from demo.daemon import Site
from protocol.messages.help import SelfTest

CONNECTIONS: Final = 100
"""Opened, at most."""


@contextmanager
def one_each(site: Site, name: str, workers: int = 2) -> Iterator[list[Client]]:
    """A client of that name for each worker, connected to it over TCP."""
    with ExitStack() as stack:
        found: dict[str, Client] = {}
        for _ in range(CONNECTIONS):
            client = stack.enter_context(site.client(name, tcp=True))
            found.setdefault(_worker_of(client), client)
            if len(found) == workers:
                break
        assert len(found) == workers
        yield list(found.values())


def _worker_of(client: Client) -> str:
    """The name of the process that answers on this connection: what its message ids begin with."""
    found = re.search(rb"<MessageId>([0-9a-f]+)-\d+</MessageId>", client.ask(SelfTest()).raw)
    assert found is not None
    return found[1].decode()
