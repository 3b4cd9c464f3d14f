"""The feed under two nodes and many writers at once: who follows it misses nothing, and sees nothing twice or early."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event as Flag
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from core_adapter.database import reading, transact
from gateway.domain import event
from gateway.domain.event import Event
from gateway.journal import events
from gateway.journal.events import Feeds, Sight
from protocol.codes import Code
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank, Node, transfer
from tests.journal.company import until
from tests.journal.feeding import page

CUSTOMERS: Final = (CUSTOMER_ID, "C2", "C3")
PAYMENTS: Final = 150
"""Of each node, beside what the writers write."""
WRITERS: Final = 4
ROUNDS: Final = 60
"""Transactions of each writer, with one to four events for each of some customers."""

Append = Callable[[Connection, Iterable[Event], Feeds], object]


def credit(customer: str, number: int) -> Event:
    """A credit that says which it is."""
    return event.credited(
        customer, PAYER, amount=number, reference=f"R{number}", payer_account="99", payer_name="丙公司", at_ms=number
    )


class Reader:
    """Follows a customer's feed by its own connection, as fast as it can, and notes every number that it is told."""

    def __init__(self, engine: Engine, customer: str) -> None:
        self._engine = engine
        self._sight = Sight(customer, "ERP1", [PAYER], administers=True)
        self.numbers: list[int] = []

    def follow(self, over: Flag) -> None:
        """Read on from the last number, until all is over and nothing is left."""
        last = 0
        while True:
            ending = over.is_set()
            with reading(self._engine) as connection:
                found = events.read(connection, self._sight, after=last, most=7)
            self.numbers += [number for number, _ in found.events]
            if ending and found.last == last:
                return
            last = found.last


def write(engine: Engine, seed: int, append: Append) -> int:
    """Many transactions that tell some customers something, in any order; how many events that was."""
    random, feeds, written = Random(seed), Feeds(), 0
    for _ in range(ROUNDS):
        told = [
            credit(customer, random.randrange(1, 1000))
            for customer in random.sample(CUSTOMERS, random.randrange(1, 4))
            for _ in range(random.randrange(1, 5))
        ]
        random.shuffle(told)
        more = random.randrange(3)

        def work(tx: Connection, told: list[Event] = told, more: int = more) -> None:
            append(tx, told, feeds)
            for _ in range(more):  # some transactions go on for a while
                tx.execute(text("SELECT count(*) FROM message_log"))

        transact(engine, work)
        written += len(told)
    return written


def stress(bank: Bank, append: Append) -> tuple[list[Reader], int]:
    """Nodes that pay, writers, two readers of each customer: the readers at the end, and how many events there were."""
    embedded = bank.journal_url.startswith("sqlite")
    nodes = [bank.node() for _ in range(1 if embedded else 2)]
    over = Flag()
    readers = [Reader(bank.journal(), customer) for customer in CUSTOMERS for _ in range(2)]
    with ThreadPoolExecutor(len(readers) + WRITERS) as threads:
        following = [threads.submit(reader.follow, over) for reader in readers]
        writing: list[Future[int]] = [
            threads.submit(write, bank.journal(), seed, append) for seed in range(0 if embedded else WRITERS)
        ]
        paying = [
            node.ask(transfer(f"N{place}T{number}", 1))
            for number in range(PAYMENTS)
            for place, node in enumerate(nodes)
        ]
        replies = [future.result(60) for future in paying]
        written = sum(future.result(60) for future in writing)
        over.set()
        for future in following:
            future.result(60)
    assert not any(isinstance(reply, Code) for reply in replies)
    return readers, written + len(paying)


def test_who_follows_a_feed_misses_nothing_while_two_nodes_write(bank: Bank) -> None:
    """Every reader of a customer is told 1, 2, 3 and so on to the last, each once."""
    readers, written = stress(bank, events.append)

    assert [reader.numbers for reader in readers] == [list(range(1, len(each.numbers) + 1)) for each in readers]
    assert sum(len(reader.numbers) for reader in readers[::2]) == written
    assert [len(reader.numbers) for reader in readers[::2]] == [len(reader.numbers) for reader in readers[1::2]]


def test_readers_of_the_service_miss_nothing_while_the_other_node_pays(bank: Bank) -> None:
    """A cursor goes from node to node."""
    embedded = bank.journal_url.startswith("sqlite")
    payer = bank.node()
    readers = [payer] if embedded else [bank.node(), payer]
    paying = [payer.ask(transfer(f"T{number}", 1)) for number in range(PAYMENTS)]
    seen: list[int] = []
    after: str | None = None

    def follow(node: Node) -> None:
        nonlocal after
        got = page(node, after, limit=10)
        seen.extend(each.number for each in got.event)
        after = got.next_cursor

    while not all(future.done() for future in paying):
        for node in readers:
            follow(node)
    until(payer, lambda: follow(readers[0]) or len(seen) >= PAYMENTS)  # type: ignore[func-returns-value]  # it follows, and says nothing

    assert seen == list(range(1, PAYMENTS + 1))


def test_who_appends_waits_for_who_appended_before(bank: Bank) -> None:
    """On two nodes: no number is given while one before it may still be lost."""
    if bank.journal_url.startswith("sqlite"):  # its one writer waits for the whole transaction of another
        assert transact(bank.journal(), lambda tx: events.append(tx, [credit("C2", 1)])) == {"C2": 1}
        return
    transact(bank.journal(), lambda tx: events.append(tx, [credit("C2", 1)]))
    with bank.journal().begin() as first:
        assert events.append(first, [credit("C2", 2)]) == {"C2": 2}
        with pytest.raises(OperationalError, match="lock timeout"), bank.journal().begin() as second:
            _append_at_once(second)
    assert transact(bank.journal(), lambda tx: events.append(tx, [credit("C2", 3)])) == {"C2": 3}


def _append_at_once(tx: Connection) -> None:
    tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
    events.append(tx, [credit("C2", 3)])
