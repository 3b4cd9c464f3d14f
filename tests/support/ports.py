"""Ports for the servers of tests, benchmark and demo: each run of them is given to one process at a time."""

import random
import socket
from typing import Final

PORTS: Final = 4
"""HTTP, TCP, operations, clearing: what a site takes from its base up."""
RANGE: Final = range(20_000, 32_000, PORTS)
"""Below the ports that outgoing connections take by themselves."""


def free_port_base() -> int:
    """A port that is free with the three above it, and that nobody else is given while this process lives."""
    for base in random.sample(RANGE, len(RANGE)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0yinqi-ports-{base}")
        except OSError:
            claim.close()
            continue
        if all(_is_free(base + offset) for offset in range(PORTS)):
            claim.detach()  # open, and with it claimed, until the process ends
            return base
        claim.close()
    raise OSError("no four free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
