"""What is measured of orders, each beside what it is compared with in the same run, on one SQLite site and daemon."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import sites
from bench.messages import Identity
from bench.orders.bank import MODE, WAGES_ACCOUNT, Staff, furnish, next_slot, staff, transfer
from bench.sites import ROOT, ROUTES, Site
from conformance.client import Client
from gateway.administration import approval
from gateway.administration.clock import move_to, read_clock
from gateway.databases import open_journal
from protocol import examples
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending, ListPendingReply
from protocol.messages.batch import (
    BatchState,
    PayrollKind,
    PayrollRow,
    QueryPayroll,
    QueryPayrollReply,
    SubmitPayroll,
    TallyItem,
)
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, TransferState

ROWS = 20_000
DECISIONS = 1_000
SINGLES = 100
PLANNED = 200
POLL_SECONDS = 0.02
"""How often the journal is looked at to see whether a payroll is paid."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, megabytes (10**6 bytes), and milliseconds of the daemon's processor per transfer."""

    payroll_bytes: int
    floor_read_seconds: float
    floor_write_seconds: float
    accepted_seconds: float
    paid_seconds: float
    peak_megabytes: float
    decisions_per_second: float
    single_decisions_per_second: float
    plain_ms: float
    planned_ms: dict[str, float]
    """By step: entry, review, authorization (each with its message), and the bank's act by due work."""

    def ratios(self) -> dict[str, float]:
        """What is promised of them."""
        floor = self.floor_read_seconds + self.floor_write_seconds
        return {
            "accepted_to_floor": self.accepted_seconds / floor,
            "paid_to_floor": self.paid_seconds / floor,
            "many_to_single_decisions": self.decisions_per_second / self.single_decisions_per_second,
            "planned_to_plain": sum(self.planned_ms.values()) / self.plain_ms,
        }


def measure(folder: Path, sender: Identity) -> Figures:
    """Everything, one after the other."""
    site = sites.make_site(folder / "orders", sender, database=None, reply_key="ecdsa")
    furnish(site)
    with sites.running(site, 1) as pid, staff(site) as people:
        plain_ms = _per_transfer(pid, PLANNED, lambda number: _enter(people.enters, number))
        _bind(site)
        planned_ms = _planned(pid, people)
        singles, many = _decisions(people)
        size, accepted, paid, floor = _payroll(site, people, folder)
        peak = _peak_megabytes(pid)
    faults = sites.faults_of(site)
    assert not faults, faults
    return Figures(
        payroll_bytes=size,
        floor_read_seconds=floor["read_seconds"],
        floor_write_seconds=floor["write_seconds"],
        accepted_seconds=accepted,
        paid_seconds=paid,
        peak_megabytes=peak,
        decisions_per_second=many,
        single_decisions_per_second=singles,
        plain_ms=plain_ms,
        planned_ms=planned_ms,
    )


def _bind(site: Site) -> None:
    """From now on transfers need a review and an authorization."""
    journal = open_journal(site.settings)
    try:
        with journal.begin() as tx:
            approval.bind(tx, examples.CUSTOMER, "SubmitTransfer", MODE.mode_id)
    finally:
        journal.dispose()


def _enter(client: Client, number: int) -> str:
    prepared = client.prepare(transfer(number))
    reply = client.deliver(prepared)
    assert reply.accepted, reply.code
    return prepared.request_id


def _per_transfer(pid: int, count: int, act: Callable[[int], object]) -> float:
    """Milliseconds of the daemon's processor time for each of `count` acts."""
    before = _cpu_seconds(pid)
    for number in range(count):
        act(number)
    return (_cpu_seconds(pid) - before) / count * 1000


def _planned(pid: int, people: Staff) -> dict[str, float]:
    ids: list[str] = []
    costs = {"entry": _per_transfer(pid, PLANNED, lambda number: ids.append(_enter(people.enters, number)))}
    for name, client in (("review", people.reviews), ("authorization", people.authorizes)):
        digests = dict(_waiting(client))
        costs[name] = _per_transfer(pid, PLANNED, _decider(client, [(each, digests[each]) for each in ids]))
    before = _cpu_seconds(pid)
    for each in ids:
        while not _is_done(people.enters, each):
            pass
    costs["the bank's act, and asking for it"] = (_cpu_seconds(pid) - before) / PLANNED * 1000
    return costs


def _decider(client: Client, shown: list[tuple[str, str]]) -> Callable[[int], object]:
    def decide(number: int) -> None:
        request_id, digest = shown[number]
        _decide(client, DecideItem(request_id=request_id, digest=digest))

    return decide


def _is_done(client: Client, request_id: str) -> bool:
    found = client.ask(QueryTransfer(request_id=request_id)).body_as(QueryTransferReply)
    return found.state is TransferState.SUCCEEDED


def _waiting(client: Client) -> Iterator[tuple[str, str]]:
    """Request ids and digests of everything that waits for the client's operator."""
    cursor = None
    while True:
        page = client.ask(ListPending(page_size=200, cursor=cursor)).body_as(ListPendingReply)
        yield from ((item.content.request_id, item.digest) for item in page.item)
        if (cursor := page.next_cursor) is None:
            return


def _decide(client: Client, *items: DecideItem) -> None:
    reply = client.ask(DecideInstructions(decision=Decision.APPROVE, item=items))
    assert reply.code == "DONE", reply.code


def _decisions(people: Staff) -> tuple[float, float]:
    """Decisions a second: one a message, and a thousand in one message."""
    for number in range(DECISIONS + SINGLES):
        _enter(people.enters, number)
    items = [DecideItem(request_id=each, digest=digest) for each, digest in _waiting(people.reviews)]
    many, single = items[:DECISIONS], items[DECISIONS : DECISIONS + SINGLES]
    begun = time.perf_counter()
    for item in single:
        _decide(people.reviews, item)
    between = time.perf_counter()
    _decide(people.reviews, *many)
    ended = time.perf_counter()
    return len(single) / (between - begun), len(many) / (ended - between)


def _payroll(site: Site, people: Staff, folder: Path) -> tuple[int, float, float, dict[str, float]]:
    """Bytes; seconds until it was accepted, and from its slot until every row was paid; the floor's seconds."""
    rows = tuple(
        PayrollRow(
            row_id=f"R{number:05d}",
            employee_id=f"E{number:05d}",
            account=ROUTES[number % len(ROUTES)].payee,
            name=ROUTES[number % len(ROUTES)].payee_name,
            amount=100,
            remark="2026年11月工资",
        )
        for number in range(ROWS)
    )
    message = SubmitPayroll(
        payer_account=WAGES_ACCOUNT,
        kind=PayrollKind.PAYROLL,
        currency="CNY",
        count=ROWS,
        total=ROWS * 100,
        row=rows,
    )
    prepared = people.enters.prepare(message)
    file = folder / "payroll.xml"
    file.write_bytes(prepared.raw)
    done = subprocess.run(
        [sys.executable, "-m", "bench.orders.floor", str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    begun = time.perf_counter()
    reply = people.enters.deliver(prepared)
    accepted = time.perf_counter() - begun
    assert reply.accepted, reply.code
    _move_clock(site)
    begun = time.perf_counter()
    with closing(sqlite3.connect(f"file:{site.folder / 'gateway.db'}?mode=ro", uri=True)) as journal:
        while journal.execute(_LAST_ROW, [prepared.request_id]).fetchone() != (TransferState.SUCCEEDED,):
            time.sleep(POLL_SECONDS)
    paid = time.perf_counter() - begun
    _check_paid(people.enters, prepared.request_id)
    return len(prepared.raw), accepted, paid, json.loads(done.stdout)


_LAST_ROW = "SELECT state FROM transfer WHERE request_id = ? ORDER BY customer_id, request_id, row DESC LIMIT 1"
"""Rows are paid in their order, so the last one tells; the gateway is not asked, for each answer counts 20,000 rows."""


def _check_paid(client: Client, request_id: str) -> None:
    query = QueryPayroll(request_id=request_id, page_size=1)
    found = client.ask(query).body_as(QueryPayrollReply)
    paid: tuple[TallyItem, ...] = found.tally
    assert found.state is BatchState.SUCCEEDED, found.state
    assert [item.count for item in paid] == [ROWS]


def _move_clock(site: Site) -> None:
    """To the next moment at which payrolls are handed to the core."""
    journal = open_journal(site.settings)
    try:
        with journal.begin() as tx:
            move_to(tx, next_slot(read_clock(tx).business))
    finally:
        journal.dispose()


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak_megabytes(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1_000_000
