"""The rows of a transfer, written by the bare driver: as many rows, of the same content, in as many commits.

In steady state the gateway commits twice for a group: once in its own database, where the outcomes of the group before
and the claims of the next are written together, and once in the core's book. Here a group has 100 messages. The rows
stand ready before the clock starts; only what the book itself decides (numbers, sequences, balances) is worked out
under its locks. Nothing is checked, chained or looked up.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bench.floor.drivers import Driver, Row, open_driver
from bench.messages import Route

GROUP: Final = 100
DIGEST: Final = bytes(range(32))
MESSAGE_LOG: Final = ("chain", "seq", "way", "customer_id", "operator_id", "request_id", "at_ms", "message", "hash")
REQUEST: Final = (
    *("customer_id", "request_id", "kind", "operator_id", "service", "body_digest", "encoding", "language"),
    *("received_ms", "business_date", "owner", "epoch", "attempts", "due_ms"),
)
TRANSFER: Final = (
    *("customer_id", "request_id", "payer_account", "payee_account", "payee_name", "amount", "currency", "purpose"),
    *("end_to_end_id", "remark", "business_date", "state", "reasons", "row", "owner", "save_payee", "takes", "basis"),
)
MOVE: Final = (
    *("number", "instruction", "step", "outcome", "reasons", "booked_at", "asked", "kind", "payer", "payee"),
    *("payee_name", "amount", "currency", "business_date", "purpose", "request_id"),
)
POSTING: Final = (
    *("number", "debit_account", "debit_sequence", "debit_balance"),
    *("credit_account", "credit_sequence", "credit_balance", "amount"),
)


@dataclass(frozen=True, slots=True)
class Books:
    """What to write into: the URLs (a database of PostgreSQL holds both), the parties, and messages as long as real."""

    journal: str
    core: str
    customer: str
    operator: str
    routes: Sequence[Route]
    request: bytes
    reply: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What one process wrote: messages, and seconds from the common start to its last commit."""

    messages: int
    seconds: float


def write_rows(number: int, start: Callable[[], object], books: Books, seconds: float) -> Written:
    """Write groups for so many seconds; `number` names the process among others that write into the same books."""
    with open_driver(books.journal, books.core) as driver:
        writer = _Writer(driver, books, chain=f"floor{number}{time.time_ns():x}"[-24:])
        groups = [writer.prepare(index) for index in range(8)]
        writer.write(groups[0], groups[0])
        start()
        begun = time.perf_counter()
        previous, written = groups[0], 0
        for index in itertools.count(1):
            if time.perf_counter() - begun >= seconds:
                break
            group = groups[index] if index < len(groups) else writer.prepare(index)
            writer.write(previous, group)
            previous, written = group, written + GROUP
        return Written(written, time.perf_counter() - begun)


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one group that do not depend on the book."""

    ids: Sequence[str]
    routes: Sequence[Route]
    requests: Sequence[Row]
    transfers: Sequence[Row]


class _Writer:
    """Writes groups; see the module."""

    def __init__(self, driver: Driver, books: Books, chain: str) -> None:
        self._driver = driver
        self._books = books
        self._chain = chain
        self._seq = 0
        self._now = int(time.time() * 1000)
        self._today = date.fromtimestamp(time.time())  # noqa: DTZ012  (a date to store, whatever the zone)
        driver.journal_add("log_head", ("chain", "seq", "hash", "sealed_seq"), [(chain, 0, DIGEST, 0)])
        driver.commit_journal()

    def prepare(self, index: int) -> _Group:
        """Make the rows of the group of that number."""
        books = self._books
        ids = [f"{self._chain[-12:]}{index * GROUP + n:010d}" for n in range(GROUP)]
        routes = [books.routes[n % len(books.routes)] for n in range(GROUP)]
        day = self._today.isoformat()
        requests: list[Row] = [
            (
                *(books.customer, each, "order", books.operator, "SubmitTransfer", DIGEST, "UTF-8", "zh"),
                *(self._now, day, "bench-floor-0123456789abcdef", 1, 0, self._now + 15_000),
            )
            for each in ids
        ]
        transfers: list[Row] = [
            (
                *(books.customer, each, route.payer, route.payee, route.payee_name, 1, "CNY", "货款"),
                *(f"E{each}", "合同编号2026-0017第3期结算款", day, "processing", ""),
                *(0, books.customer, False, "outgoing", "immediate"),
            )
            for each, route in zip(ids, routes, strict=True)
        ]
        return _Group(ids, routes, requests, transfers)

    def write(self, previous: _Group, group: _Group) -> None:
        """Close the group before and enter this one in one commit; book this one in another."""
        if previous is not group:
            self._close(previous)
        driver = self._driver
        driver.journal_claim("request", REQUEST, group.requests)
        driver.journal_add("transfer", TRANSFER, group.transfers)
        log = self._log("in", group.ids, self._books.request)
        if previous is not group:
            log += self._log("out", previous.ids, self._books.reply)
        driver.journal_add("message_log", MESSAGE_LOG, log)
        driver.journal_set("log_head", ("seq", "hash"), ("chain",), [(self._seq, DIGEST, self._chain)])
        driver.commit_journal()
        self._book(group)

    def _close(self, group: _Group) -> None:
        customer, chain = self._books.customer, self._chain
        self._driver.journal_set(
            "request",
            ("due_ms", "reply_chain", "reply_seq"),
            ("customer_id", "request_id", "epoch"),
            [(None, chain, self._seq + n, customer, each, 1) for n, each in enumerate(group.ids, 1)],
        )
        self._driver.journal_set(
            "transfer",
            ("state", "reasons", "reference", "booked_ms"),
            ("customer_id", "request_id"),
            [("succeeded", "", f"R{each}", self._now, customer, each) for each in group.ids],
        )

    def _log(self, way: str, ids: Iterable[str], message: bytes) -> list[Row]:
        books, chain, now = self._books, self._chain, self._now
        rows: list[Row] = []
        for each in ids:
            self._seq += 1
            rows.append((chain, self._seq, way, books.customer, books.operator, each, now, message, DIGEST))
        return rows

    def _book(self, group: _Group) -> None:
        """Book a group: lock the accounts, take numbers, write moves, postings and balances."""
        numbers = sorted({number for route in group.routes for number in (route.payer, route.payee)})
        accounts, last = self._driver.core_lock(numbers, len(group.ids))
        moves: list[Row] = []
        postings: list[Row] = []
        for number, (each, route) in enumerate(zip(group.ids, group.routes, strict=True), last - len(group.ids) + 1):
            payer, payee = accounts[route.payer], accounts[route.payee]
            payer.take(-1)
            payee.take(1)
            moves.append(self._move(number, each, route))
            postings.append(
                (number, route.payer, payer.sequence, payer.balance, route.payee, payee.sequence, payee.balance, 1)
            )
        self._driver.core_add("move", MOVE, moves)
        self._driver.core_add("posting", POSTING, postings)
        self._driver.core_set(
            "account",
            ("balance", "sequence"),
            ("number",),
            [(accounts[each].balance, accounts[each].sequence, each) for each in numbers],
        )
        self._driver.commit_core()

    def _move(self, number: int, request_id: str, route: Route) -> Row:
        instruction: Any = f"{self._books.customer}/{request_id}"
        return (
            *(number, instruction, 1, "done", "", self._now, 0, "transfer", route.payer, route.payee),
            *(route.payee_name, 1, "CNY", self._today, "货款", request_id),
        )
