"""What every fault is done with: a site's settings changed, its operations port read, processes and conditions awaited.

Nothing here sleeps for a time: it waits for a condition, and says which one did not come.
"""

import http.client
import json
import os
import re
import select
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from demo.daemon import Site

SECONDS: Final = 60.0
"""How long a condition may take on a busy machine."""
LOOK_SECONDS: Final = 0.05
"""How often a condition that gives no sign is looked at."""


def until(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until the condition holds; the test fails when it does not in time."""
    assert within(seconds, condition), f"{what}: not within {seconds:g} s"


def within(seconds: float, condition: Callable[[], object]) -> bool:
    """Whether the condition holds before the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        Event().wait(LOOK_SECONDS)
    return True


def configure(site: Site, table: str, **values: float | str | None) -> None:
    """Set keys of one table of the settings, or take away those that are None; the daemon reads it when it starts."""
    lines = site.settings.read_text("utf-8").splitlines()
    heads = [number for number, line in enumerate(lines) if line.partition("#")[0].strip() == f"[{table}]"]
    head = heads[0] if heads else len(lines)
    end = next((number for number in range(head + 1, len(lines)) if lines[number].startswith("[")), len(lines))
    kept = [line for line in lines[head + 1 : end] if line.partition(" = ")[0] not in values]
    new = [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
    changed = [*lines[:head], f"[{table}]", *new, *kept, *lines[end:]]
    site.settings.write_text("\n".join(changed) + "\n", "utf-8")


def get(site: Site, path: str) -> tuple[int, str]:
    """Status and text of a page of the operations port."""
    connection = http.client.HTTPConnection("127.0.0.1", site.base + 2, timeout=SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def checks(site: Site) -> dict[str, bool]:
    """What /readyz says of each part, which must agree with its status."""
    status, text = get(site, "/readyz")
    found: dict[str, bool] = json.loads(text)["checks"]
    assert (status == 200) == all(found.values()), (status, found)
    return found


def await_ready(site: Site, **parts: bool) -> None:
    """Wait until /readyz says so of these parts; without any, until it says 200."""

    def so() -> bool:
        found = checks(site)
        return {name: found.get(name) for name in parts} == parts if parts else all(found.values())

    until(so, f"/readyz says {parts or 'ready'}")


def metric(site: Site, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", get(site, "/metrics")[1], re.MULTILINE)
    return sum(map(float, lines))


def children(pid: int) -> list[int]:
    """The processes that this one started and that live, or wait to be buried."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in text.split()]


def gone(pid: int) -> bool:
    """Wait until a process, a child of anybody's, has ended; false when it does not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], SECONDS)[0])
    finally:
        os.close(descriptor)


def log(site: Site) -> str:
    """Everything the daemon has logged."""
    return site.log.read_text("utf-8", errors="replace")
