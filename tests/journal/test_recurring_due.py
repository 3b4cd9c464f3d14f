"""Runs as due work: made once by whichever node, whoever died over it; the key of the table is the last guard."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from core_adapter.core import CoreUnavailable, Move
from core_adapter.ledger import Ledger
from gateway.journal.tables import MATTER
from gateway.journal.task import Result
from protocol.messages.recurring import CancelRecurring
from tests.journal.bank import CUSTOMER_ID, PAYEE, Bank, Node, command
from tests.journal.company import new_id, until, word
from tests.journal.plans import assert_counted, order, payments, ran, recurring, runs, set_up
from tests.journal.scheduling import EVERY, MONDAY, TUESDAY, WEDNESDAY, at, of
from tests.journal.test_recovery import Faulty

EIGHT, NINE = f"{MONDAY} 08:00", f"{MONDAY} 09:00"


def millis(moment: str) -> int:
    """A moment on the clock in Shanghai, in milliseconds since 1970 UTC."""
    return round(at(moment).timestamp() * 1000)


def test_R4_18_two_nodes_make_each_run_once(bank: Bank) -> None:
    """Both look for due work at every moment; each run is paid once and counted once."""
    moved: list[str] = []

    def count(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        moved.extend(move.instruction for move in moves)
        return ledger.move(moves)

    cores = [Faulty(bank.ledger()), Faulty(bank.ledger())]
    for core in cores:
        core.fault = count
    nodes = [bank.node(core) for core in cores]
    bank.set_clock(EIGHT)
    names = [f"R{number}" for number in range(20)]
    for number, name in enumerate(names):
        set_up(nodes[number % 2], name, recurring(100, end=TUESDAY))

    for number, day in enumerate((MONDAY, TUESDAY), 1):
        bank.set_clock(f"{day} 09:00")
        for name in names:
            ran(bank, nodes[0], name, number)

    assert sorted(moved) == sorted(f"{CUSTOMER_ID}/{name}/{number}" for name in names for number in (1, 2))
    assert bank.balance(PAYEE) == 2 * 100 * len(names)
    assert bank.used(MONDAY) == bank.used(TUESDAY) == of(100 * len(names), *EVERY)
    assert_counted(bank)


def test_a_run_is_never_made_twice_though_an_order_waits_for_it_again(bank: Bank) -> None:
    """Its number is its row: where everything else went wrong, the database refuses the second payment."""
    node = bank.node()
    bank.set_clock(EIGHT)
    set_up(node, "R1", recurring(100, end=WEDNESDAY))
    set_up(node, "R2", recurring(100, end=WEDNESDAY, first=f"{MONDAY} 10:00"))
    bank.set_clock(NINE)
    ran(bank, node, "R1", 1)
    with bank.journal().begin() as tx:
        back = {"run_ms": millis(NINE), "wake_ms": millis(NINE)}
        tx.execute(update(MATTER).where(MATTER.c.request_id == "R1").values(back))

    bank.set_clock(f"{MONDAY} 09:30")
    for _ in range(50):
        set_up(node, new_id(), recurring(end="2031-11-02"))
    bank.set_clock(f"{MONDAY} 10:00")
    ran(bank, node, "R2", 1)

    assert (set(payments(bank, "R1")), bank.balance(PAYEE)) == ({1}, 200)
    assert bank.used(MONDAY) == of(200, *EVERY)
    assert_counted(bank)


def test_died_after_the_run_was_made_before_anybody_took_it_up(bank: Bank) -> None:
    """The claim of the hour is the payment itself: another node takes it to the core, and no second one is made."""
    died = bank.node(start=False)
    died.died = True
    woken = threading.Event()
    died.committer._take_over = lambda engine: woken.set()  # type: ignore[method-assign]  # a death
    died.desk.start()
    died.committer.start(died.desk)
    bank.set_clock(EIGHT)
    set_up(died, "R1", recurring(100, end=TUESDAY))
    woken.clear()
    bank.set_clock(NINE)
    while 1 not in payments(bank, "R1"):
        assert woken.wait(20)
    died.stop()
    assert (payments(bank, "R1")[1].state, bank.balance(PAYEE)) == ("released", 0)

    node = bank.node()
    ran(bank, node, "R1", 1)

    assert (bank.balance(PAYEE), bank.used(MONDAY)) == (100, of(100, *EVERY))
    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)
    assert bank.balance(PAYEE) == 200


def test_died_before_the_wake_was_durable(bank: Bank) -> None:
    """Neither the run nor the next hour was written: the order still waits for it, and another node makes it."""
    died = bank.node(start=False)
    died.died = True
    tried = threading.Event()

    died.committer._woken = lambda engine: tried.set()  # type: ignore[method-assign]  # a death in the transaction
    died.desk.start()
    died.committer.start(died.desk)
    bank.set_clock(EIGHT)
    set_up(died, "R1", recurring(100, end=MONDAY))
    tried.clear()
    bank.set_clock(NINE)
    assert tried.wait(20)
    died.stop()
    assert payments(bank, "R1") == {}

    ran(bank, bank.node(), "R1", 1)

    assert bank.balance(PAYEE) == 100


def test_died_after_the_core_before_it_was_noted(bank: Bank) -> None:
    """The core did it and nobody noted it: another node finds the booking; nothing is sent again."""
    died = bank.node(lease_seconds=0.2, start=False)
    died.died = True
    done = threading.Event()

    def lost(results: list[Result]) -> None:
        done.set()

    died.desk._bring = lost
    died.desk.start()
    died.committer.start(died.desk)
    bank.set_clock(EIGHT)
    set_up(died, "R1", recurring(100, end=MONDAY))
    bank.set_clock(NINE)
    assert done.wait(20)
    assert bank.balance(PAYEE) == 100
    asked = Faulty(bank.ledger())
    asked.fault = lambda _ledger, _moves: pytest.fail("sent again without need")

    ran(bank, bank.node(asked), "R1", 1)

    assert (bank.balance(PAYEE), bank.used(MONDAY)) == (100, of(100, *EVERY))


def test_the_next_run_does_not_wait_for_one_whose_outcome_is_unknown(bank: Bank) -> None:
    """Silence is neither yes nor no: the log says so, and both come to their end once the core answers."""
    core = Faulty(bank.ledger())
    node = bank.node(core)
    bank.set_clock(EIGHT)
    set_up(node, "R1", recurring(100, end=TUESDAY))

    def silent(_ledger: Ledger, _moves: Sequence[Move]) -> list[Any]:
        raise CoreUnavailable

    core.fault = silent
    bank.set_clock(NINE)
    until(node, lambda: runs(node, "R1").get(1) in ("processing", "unknown"))
    bank.set_clock(f"{TUESDAY} 09:00")
    until(node, lambda: runs(node, "R1").get(2) in ("processing", "unknown"))
    told = order(node, "R1")
    assert (told.state, told.final) == ("completed", False)

    core.fault = None
    ran(bank, node, "R1", 1)
    ran(bank, node, "R1", 2)

    assert (bank.balance(PAYEE), order(node, "R1").final) == (200, True)
    assert_counted(bank)


def _cancelled(node: Node, request_id: str) -> Any:
    return node.ask(command(CancelRecurring(request_id=request_id), new_id()))


def test_O5_a_withdrawal_and_the_hour_at_the_same_moment_have_one_winner(bank: Bank) -> None:
    """A run that was made goes on; of an order that was withdrawn before, none is made."""
    nodes = [bank.node(), bank.node()]
    bank.set_clock(EIGHT)
    names = [f"R{number}" for number in range(30)]
    for name in names:
        set_up(nodes[0], name, recurring(100, end=TUESDAY))

    waiting = []
    for number, name in enumerate(names):
        if number == 15:
            bank.set_clock(NINE)
        waiting.append(_cancelled(nodes[number % 2], name))
    replies = [future.result(20).decode() for future in waiting]

    assert {word(reply, "State") for reply in replies} == {"withdrawn"}
    made = [name for name in names if payments(bank, name)]
    for name in made:
        ran(bank, nodes[0], name, 1)
    assert (bank.balance(PAYEE), bank.used(MONDAY).get("account", 0)) == (100 * len(made), 100 * len(made))
    bank.set_clock(f"{TUESDAY} 09:00")
    assert all(order(nodes[0], name).next_run is None for name in names)
    assert_counted(bank)
