"""Payments to other banks end to end through the clearing simulator, beside payments within the bank: one SQLite site.

Both are sent alike, by several connections with messages signed beforehand; the clock stops when the last of them has
come to its end in the journal. The simulator has its share of the machine, so the ratio counts it too.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import sites
from bench.orders.bank import furnish, staff, transfer
from bench.sites import Site
from conformance.client import Client
from conformance.request import SignedRequest
from protocol.messages.transfer import SubmitTransfer

TRANSFERS: Final = 2_000
CONNECTIONS: Final = 16
POLL_SECONDS: Final = 0.01
END_SECONDS: Final = 120.0
"""No round takes longer."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Transfers a second from the first message to the last end."""

    in_bank: float
    interbank: float

    @property
    def ratio(self) -> float:
        """To reach: at least half."""
        return self.interbank / self.in_bank


def measure() -> Rates:
    """Make a site, run both, and have every book judged."""
    with tempfile.TemporaryDirectory(prefix="yinqi-bench-") as folder:
        site = sites.make_site(Path(folder) / "site", sites.make_sender(), database=None, reply_key="ecdsa")
        furnish(site)
        bank = (site.folder / "bank-codes.csv").read_text("utf-8").splitlines()[4].partition(",")[0]
        with sites.running(site, 1), staff(site) as people:
            _round(site, people.enters, transfer, 200)  # warm
            in_bank = _round(site, people.enters, transfer, TRANSFERS)
            outward = _outward(bank)
            _round(site, people.enters, outward, 200)
            interbank = _round(site, people.enters, outward, TRANSFERS)
        faults = sites.faults_of(site)
    assert not faults, faults
    return Rates(in_bank, interbank)


def _outward(bank: str) -> Callable[[int], SubmitTransfer]:
    def made(number: int) -> SubmitTransfer:
        return replace(transfer(number), payee_account=f"62220{number:014d}", payee_bank_code=bank)

    return made


def _round(site: Site, client: Client, make: Callable[[int], SubmitTransfer], count: int) -> float:
    """Transfers a second."""
    prepared = [client.prepare(make(number)) for number in range(count)]
    with closing(sqlite3.connect(f"file:{site.folder / 'gateway.db'}?mode=ro", uri=True)) as journal:
        before = _ended(journal)
        clients = [Client.open(client.file.path) for _ in range(CONNECTIONS)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for done in [pool.submit(_send, each, prepared[n::CONNECTIONS]) for n, each in enumerate(clients)]:
                done.result()
        while _ended(journal) < before + count:
            assert time.perf_counter() < begun + END_SECONDS, "some never ended"
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - begun
    for each in clients:
        each.close()
    return count / seconds


def _send(client: Client, prepared: Sequence[SignedRequest]) -> None:
    for each in prepared:
        reply = client.deliver(each)
        assert reply.accepted, reply.code


def _ended(journal: sqlite3.Connection) -> int:
    count: int = journal.execute("SELECT count(*) FROM transfer WHERE state = 'succeeded'").fetchone()[0]
    return count


def show(rates: Rates, console: Console) -> None:
    """The table for people."""
    table = Table(title=f"To another bank and within the bank, {TRANSFERS} each over {CONNECTIONS} connections, SQLite")
    for name in ("way", "transfers/s, end to end"):
        table.add_column(name, justify="left" if name == "way" else "right")
    table.add_row("within the bank", f"{rates.in_bank:.0f}")
    table.add_row("to another bank", f"{rates.interbank:.0f}")
    table.add_row("ratio", f"{rates.ratio:.2f}")
    console.print(table)


def summary(rates: Rates) -> str:
    """The line for programs."""
    told = {"in_bank": round(rates.in_bank), "interbank": round(rates.interbank), "ratio": round(rates.ratio, 2)}
    return json.dumps({"interbank": told})
