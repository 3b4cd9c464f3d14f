"""Due work: what time brings is taken up once, by whichever node, whoever died over it; one fault stops no other."""

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from typing_extensions import override

from core_adapter.core import Move
from core_adapter.ledger import Ledger
from gateway.domain.command import Woken
from gateway.domain.hours import ScheduleRules
from gateway.domain.matter import Matter, MatterKey, Plan
from gateway.domain.usage import Scope, UsageKey
from gateway.journal import due, matters, usage
from gateway.journal.tables import REQUEST, TRANSFER
from gateway.journal.task import Result
from gateway.services.table import Services
from protocol.messages.orders import CancelTransfer
from protocol.messages.transfer import Arrival, TransferState
from tests.journal.bank import CUSTOMER_ID, OPERATOR_ID, PAYEE, PAYER, Bank, Node, command, query, transfer
from tests.journal.company import finished, new_id, until, word
from tests.journal.scheduling import EVERY, MONDAY, at, of, state_of
from tests.journal.test_recovery import Faulty
from tests.support.orders import request_row, transfer_row

NINE = f"{MONDAY} 09:00"


def schedule(node: Node, *request_ids: str, amount: int = 100) -> None:
    """Transfers that run at nine."""
    for request_id in request_ids:
        assert word(node.answer(transfer(request_id, amount, scheduled_for=at(NINE))), "State") == "scheduled"


def text_of(reply: Any) -> str:
    """The text of a reply; a code in its place fails the test."""
    assert isinstance(reply, bytes), reply
    return reply.decode()


# -- two nodes


def test_two_nodes_wake_each_matter_once(bank: Bank) -> None:
    """Both look for due work at every moment; each transfer runs once and each counter is counted once."""
    moved: list[str] = []

    def count(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        moved.extend(move.instruction for move in moves)
        return ledger.move(moves)

    cores = [Faulty(bank.ledger()), Faulty(bank.ledger())]
    for core in cores:
        core.fault = count
    nodes = [bank.node(core) for core in cores]
    bank.set_clock(f"{MONDAY} 08:00")
    names = [f"T{number}" for number in range(60)]
    schedule(nodes[0], *names[:30])
    schedule(nodes[1], *names[30:])

    bank.set_clock(NINE)

    for name in names:
        finished(bank, nodes[0], name)
    assert sorted(moved) == sorted(f"{CUSTOMER_ID}/{name}" for name in names)
    assert bank.balance(PAYEE) == 100 * len(names)
    assert bank.used(MONDAY) == of(100 * len(names), *EVERY)


def test_a_withdrawal_and_the_hour_at_the_same_moment_have_one_winner(bank: Bank) -> None:
    """Either it is withdrawn and nothing moves, or it has left and cannot be withdrawn (O5)."""
    nodes = [bank.node(), bank.node()]
    bank.set_clock(f"{MONDAY} 08:00")
    names = [f"T{number}" for number in range(40)]
    schedule(nodes[0], *names)

    waiting = {}
    for number, name in enumerate(names):
        if number == 20:
            bank.set_clock(NINE)
        waiting[name] = nodes[number % 2].ask(command(CancelTransfer(request_id=name), new_id()))

    replies = {name: future.result(20) for name, future in waiting.items()}
    withdrawn = {name for name, reply in replies.items() if word(text_of(reply), "State") == "withdrawn"}
    for name in set(names) - withdrawn:
        finished(bank, nodes[0], name)
    assert withdrawn
    assert bank.balance(PAYEE) == 100 * (len(names) - len(withdrawn))
    assert bank.used(MONDAY).get("operator", 0) == 100 * (len(names) - len(withdrawn))


# -- nodes that die


def test_died_after_the_wake_before_anybody_took_it_up(bank: Bank) -> None:
    """The wake is durable and released the transfer: another node takes it to the core, and its usage stays once."""
    died = bank.node(start=False)
    died.died = True
    woken = threading.Event()
    died.committer._take_over = lambda engine: woken.set()  # type: ignore[method-assign]  # a death
    died.desk.start()
    died.committer.start(died.desk)
    bank.set_clock(f"{MONDAY} 08:00")
    schedule(died, "T1")
    woken.clear()
    bank.set_clock(NINE)
    while bank.transfers()["T1"].state != "released":
        assert woken.wait(20)
    died.stop()
    assert bank.balance(PAYEE) == 0

    finished(bank, bank.node(), "T1")

    assert bank.balance(PAYEE) == 100
    assert bank.used(MONDAY) == of(100, *EVERY)


def test_died_after_the_take_over_before_the_core(bank: Bank) -> None:
    """It had been given out and the core has nothing of it: when the lease ends it is asked about, then sent once."""
    died = bank.node(lease_seconds=0.2, start=False)
    died.died = True
    handed = threading.Event()
    bank.set_clock(f"{MONDAY} 08:00")
    died.desk.put = lambda tasks: handed.set() if any(task.transfers for task in tasks) else None  # type: ignore[method-assign]  # a death
    died.committer.start(died.desk)
    schedule(died, "T1")
    bank.set_clock(NINE)
    assert handed.wait(20)
    assert bank.transfers()["T1"].state == "processing"

    finished(bank, bank.node(), "T1")

    assert bank.balance(PAYEE) == 100
    assert bank.used(MONDAY) == of(100, *EVERY)


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
    bank.set_clock(f"{MONDAY} 08:00")
    schedule(died, "T1")
    bank.set_clock(NINE)
    assert done.wait(20)
    assert bank.balance(PAYEE) == 100
    asked = Faulty(bank.ledger())
    asked.fault = lambda _ledger, _moves: pytest.fail("sent again without need")

    finished(bank, bank.node(asked), "T1")

    assert bank.balance(PAYEE) == 100
    assert bank.used(MONDAY) == of(100, *EVERY)


def test_a_payment_that_comes_now_does_not_wait_for_all_that_is_due(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is due only some is at the desk at once: the rest comes in turns with what is entered."""
    monkeypatch.setattr(due, "REQUESTS_MAX", 2)
    moved: list[str] = []
    opened = threading.Event()

    def slow(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        assert opened.wait(20)
        moved.extend(move.request_id for move in moves)
        return ledger.move(moves)

    core = Faulty(bank.ledger())
    node = bank.node(core, reply_seconds=9)
    bank.set_clock(f"{MONDAY} 08:00")
    names = [f"T{number}" for number in range(20)]
    schedule(node, *names)
    core.fault = slow
    bank.set_clock(NINE)
    until(node, lambda: all(row.state != "entered" for row in bank.transfers().values()))
    for _ in range(300):
        node.answer(query("NOBODY"))

    entered = node.ask(transfer("NOW", 100))
    opened.set()

    assert word(text_of(entered.result(20)), "State") == "succeeded"
    for name in names:
        finished(bank, node, name)
    assert moved.index("NOW") < len(names) // 2
    assert sorted(moved) == sorted([*names, "NOW"])


# -- what one fault must not do


def poisoned(node: Node, *request_ids: str) -> Callable[[], None]:
    """Let matters be such as cannot be woken; gives back what heals them."""
    healthy = node.committer._serving
    assert isinstance(healthy, Services)

    class Poisoned(Services):
        @override
        def wake(self, matter: Matter, facts: Any, moment: Any) -> Woken:
            if matter.key.request_id in request_ids:
                raise ZeroDivisionError
            return healthy.wake(matter, facts, moment)

    def heal() -> None:
        node.committer._serving = healthy

    node.committer._serving = Poisoned(healthy.bank)
    return heal


def test_a_matter_that_cannot_be_woken_stops_no_other(bank: Bank) -> None:
    """The others of its group run; it waits as it was, and runs once the fault is mended."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    schedule(node, "T1", "T2", "T3")
    heal = poisoned(node, "T2")

    bank.set_clock(NINE)

    for name in ("T1", "T3"):
        finished(bank, node, name)
    assert state_of(node, "T2") == "scheduled"
    heal()
    finished(bank, node, "T2")
    assert bank.used(MONDAY) == of(300, *EVERY)


def test_what_may_leave_when_it_is_entered_leaves(bank: Bank) -> None:
    """Where NORMAL waits for nothing, it has a matter that is through at once: the bank acts on it then and there."""
    node = bank.node(rules=ScheduleRules(normal_delay=timedelta(0)))

    entered = node.answer(transfer("T1", 100, arrival=Arrival.NORMAL))

    assert word(entered, "State") == "processing"
    finished(bank, node, "T1")
    assert bank.balance(PAYEE) == 100


def _row_by_row(bank: Bank) -> None:
    """A batch that is approved row by row: its first row is due now, its second waits for nine."""
    day = date.fromisoformat(MONDAY)
    rows = []
    for number, hour in ((1, "08:30"), (2, "09:00")):
        run_ms = round(at(f"{MONDAY} {hour}").timestamp() * 1000)
        rows.append(
            Matter(
                key=MatterKey(CUSTOMER_ID, "B1", number),
                service="SubmitTransfer",
                operator_id=OPERATOR_ID,
                owner=CUSTOMER_ID,
                payer_account=PAYER,
                payee_account=PAYEE,
                payee_name="乙公司",
                amount=100 * number,
                count=1,
                takes="outgoing",
                entered_ms=1,
                entered_on=day,
                plan=Plan(customer_id=CUSTOMER_ID),
                acts=(),
                state=TransferState.SCHEDULED,
                content="",
                shown=bytes(32),
                run_ms=run_ms,
                wake_ms=run_ms,
            )
        )
    paid = {"payer_account": PAYER, "payee_account": PAYEE, "payee_name": "乙公司", "state": "entered"}
    with bank.journal().begin() as tx:
        tx.execute(
            insert(REQUEST),
            request_row(CUSTOMER_ID, "B1", MONDAY, code="DONE", body="<B/>", reply_chain="c", reply_seq=1)
            | {"operator_id": OPERATOR_ID},
        )
        for row in rows:
            tx.execute(
                insert(TRANSFER),
                transfer_row(CUSTOMER_ID, "B1", MONDAY, **paid, row=row.key.row, amount=row.amount),
            )
        matters.enter(tx, rows)
        subjects = ((Scope.OPERATOR, OPERATOR_ID), (Scope.ACCOUNT, PAYER), (Scope.CUSTOMER, CUSTOMER_ID))
        counters = [UsageKey(CUSTOMER_ID, scope, subject, day) for scope, subject in subjects]
        usage.lock(tx, counters, usage.Made())
        usage.write(tx, dict.fromkeys(counters, 300))


def test_a_row_that_fails_on_its_day_leaves_the_other_rows_alone(bank: Bank) -> None:
    """Rows that are approved one by one fail one by one."""
    bank.set_clock(f"{MONDAY} 08:00")
    _row_by_row(bank)
    bank.set_account(PAYER, limit_transfer=99)
    node = bank.node()

    def states() -> dict[int, str]:
        with bank.journal().connect() as tx:
            return {row.row: row.state for row in tx.execute(TRANSFER.select())}

    bank.set_clock(f"{MONDAY} 08:30")
    until(node, lambda: states()[1] != "entered")
    assert states() == {1: "failed", 2: "entered"}
    bank.set_account(PAYER, limit_transfer=None)
    bank.set_clock(NINE)
    until(node, lambda: states()[2] == "succeeded")

    assert bank.balance(PAYEE) == 200
    assert bank.used(MONDAY) == of(200, *EVERY)
