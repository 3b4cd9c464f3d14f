"""Waiting until nothing is open: no transfer, no leg, no incoming credit here, nothing to be done at the centre."""

import threading
import time
from contextlib import closing
from typing import Final

from sqlalchemy import Connection, Engine, Select, func, select

from core_adapter.clearing.tables import ACTION, CREDIT, DELIVERY
from demo.daemon import Site
from faults.site import Centre, to_next_look
from gateway.databases import open_journal
from gateway.journal.tables import INCOMING, LEG, TRANSFER
from gateway.settings import read

EXAMPLES: Final = "EXAMPLE-"
"""How the request ids begin of what a fresh demo site holds, which waits for people."""
SECONDS_MAX: Final = 180.0
POLL_SECONDS: Final = 0.5
POLLS: Final = 8
"""After so many the clock is moved, for the sake of payments that found their channel closed."""
_JOURNAL: Final = {
    "transfers without an end": select(func.count())
    .select_from(TRANSFER)
    .where(TRANSFER.c.state.not_in(("succeeded", "failed")), TRANSFER.c.request_id.not_like(f"{EXAMPLES}%")),
    "legs without an end": select(func.count()).select_from(LEG).where(LEG.c.state.not_in(("posted", "voided"))),
    "credits that are not booked": select(func.count()).select_from(INCOMING).where(INCOMING.c.state == "new"),
}
_CENTRE: Final = {
    "things the centre has to do": select(func.count()).select_from(ACTION),
    "credits the centre has to deliver": select(func.count()).select_from(DELIVERY),
    "credits the centre has not decided": select(func.count())
    .select_from(CREDIT)
    .where(CREDIT.c.status.not_in(("PR04", "PR09", "PR32"))),
}


def wait(site: Site, centre: Centre) -> list[str]:
    """Wait until nothing is open, moving the clock on; what still is after `SECONDS_MAX`, one sentence each."""
    journal = open_journal(read(site.settings))
    until, tick = time.monotonic() + SECONDS_MAX, threading.Event()
    try:
        with closing(centre.book()) as book:
            polls = 0
            while (left := _open(journal, book.engine)) and time.monotonic() < until:
                polls += 1
                if polls % POLLS == 0:
                    to_next_look(site)
                tick.wait(POLL_SECONDS)
    finally:
        journal.dispose()
    return [f"after {SECONDS_MAX:g} s there are {what}: {count}" for what, count in left.items()]


def _open(journal: Engine, book: Engine) -> dict[str, int]:
    with journal.connect() as here, book.connect() as there:
        return _counted(here, _JOURNAL) | _counted(there, _CENTRE)


def _counted(tx: Connection, questions: dict[str, Select[int]]) -> dict[str, int]:
    counts = {what: tx.execute(question).scalar_one() for what, question in questions.items()}
    return {what: count for what, count in counts.items() if count}
