"""What survives: a node that dies, a core that is silent, late or away, a signer that is gone, two nodes."""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from typing_extensions import override

from core_adapter.core import CoreUnavailable, Move, Unknown
from core_adapter.ledger import Ledger
from gateway.journal.task import Delivery, Result
from gateway.services.table import Services
from protocol.codes import Code
from signer.keys import SignerUnavailable
from tests.journal.bank import KEY, PAYEE, Bank, query, tell, transfer


class Faulty:
    """The real ledger behind a core that misbehaves while `fault` is set: it is called instead of `move`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.fault: Callable[[Ledger, Sequence[Move]], list[Any]] | None = None

    def move(self, moves: Sequence[Move]) -> list[Any]:
        """Move, or misbehave."""
        return self.fault(self.ledger, moves) if self.fault else self.ledger.move(moves)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


class FaultyKey:
    """The real reply key, which can be taken away."""

    algorithm, certificate, blocking = KEY.algorithm, KEY.certificate, False

    def __init__(self) -> None:
        self.gone = threading.Event()

    def sign(self, data: bytes) -> bytes:
        """Sign, unless the key is gone."""
        if self.gone.is_set():
            raise SignerUnavailable("gone")
        return KEY.sign(data)


def _word(reply: Any, element: str) -> str:
    text = reply.decode() if isinstance(reply, bytes) else reply
    found = re.search(rf"<(?:\w+:)?{element}>([^<]*)<", text)
    return found[1] if found else ""


def _settled(bank: Bank, request_id: str) -> str:
    """The state of a transfer once nothing is left to do about it (polled by replies, which come one a turn)."""
    node = bank.nodes[-1]
    for _ in range(20_000):
        reply = node.answer(query(request_id))
        if (state := _word(reply, "State")) in ("succeeded", "failed") and bank.requests()[request_id].due_ms is None:
            return state
    raise AssertionError("the transfer never came to its end")


def test_died_after_commit_1_before_the_core_another_node_asks_first_then_moves(bank: Bank) -> None:
    """A claim without an outcome is taken over when its lease ends; the core had nothing, so the money moves once."""
    died = bank.node(lease_seconds=0.2, start=False)
    died.died = True
    handed = threading.Event()
    died.desk.put = lambda tasks: handed.set()  # type: ignore[method-assign]  # a death
    died.committer.start(died.desk)
    died.ask(transfer("T1"))
    assert handed.wait(10)

    bank.node()

    assert _settled(bank, "T1") == "succeeded"
    assert bank.balance(PAYEE) == 1234


def test_died_after_the_core_before_commit_2_another_node_finds_the_booking(bank: Bank) -> None:
    """The core did it and nobody noted it: recovery asks by id and notes it; nothing is sent again."""
    core = Faulty(bank.ledger())
    died = bank.node(core, lease_seconds=0.2, start=False)
    died.died = True
    done = threading.Event()

    def lost(results: list[Result]) -> None:
        done.set()

    died.desk._bring = lost
    died.desk.start()
    died.committer.start(died.desk)
    died.ask(transfer("T1"))
    assert done.wait(10)
    asked = Faulty(bank.ledger())
    asked.fault = lambda ledger, moves: pytest.fail("sent again without need")
    bank.node(asked)

    assert _settled(bank, "T1") == "succeeded"
    assert bank.balance(PAYEE) == 1234


def test_recovery_makes_the_reply_that_a_retry_then_gets(bank: Bank) -> None:
    """After a takeover the stored reply is signed and a retry of the sender gets it, the same each time."""
    died = bank.node(lease_seconds=0.2, start=False)
    died.died = True
    handed = threading.Event()
    died.desk.put = lambda tasks: handed.set()  # type: ignore[method-assign]  # a death
    died.committer.start(died.desk)
    died.ask(transfer("T1"))
    assert handed.wait(10)
    node = bank.node()
    _settled(bank, "T1")

    first, second = node.answer(transfer("T1")), node.answer(transfer("T1"))

    assert first == second
    assert (_word(first, "Code"), _word(first, "State")) == (Code.DONE, "succeeded")


@pytest.mark.parametrize("does", [True, False])
def test_a_core_that_is_silent_leaves_the_state_unknown_until_it_is_asked(bank: Bank, *, does: bool) -> None:
    """Silence is neither yes nor no: the reply is not final, and asking by id finds the truth; the money moves once."""
    core = Faulty(bank.ledger())

    def silent(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        if does:
            ledger.move(moves)
        return [Unknown() for _ in moves]

    core.fault = silent
    node = bank.node(core)

    reply = node.answer(transfer("T1"))

    assert (_word(reply, "Code"), _word(reply, "Final"), _word(reply, "Advice")) == ("PENDING", "false", "query-status")
    assert _settled(bank, "T1") == "succeeded"
    assert bank.balance(PAYEE) == 1234
    assert node.answer(transfer("T1")) == reply


def test_a_core_that_is_late_gets_a_reply_within_the_time_allowed_and_is_believed_later(bank: Bank) -> None:
    """After the reply time a signed reply that is not final leaves; the outcome that comes later is noted."""
    core = Faulty(bank.ledger())
    go = threading.Event()

    def late(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        go.wait(20)
        return ledger.move(moves)

    core.fault = late
    node = bank.node(core, reply_seconds=0.1)

    reply = node.ask(transfer("T1")).result(10)
    core.fault = None
    go.set()

    assert (_word(reply, "Code"), _word(reply, "State")) == ("PENDING", "unknown")
    assert _settled(bank, "T1") == "succeeded"
    assert node.answer(transfer("T1")).encode() == reply


def test_a_core_that_cannot_be_reached_keeps_the_request_and_carries_it_later(bank: Bank) -> None:
    """The core was away when the request was journaled: it is carried out once the core is back."""
    core = Faulty(bank.ledger())

    def away(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        raise CoreUnavailable("away")

    core.fault = away
    node = bank.node(core)

    assert _word(node.answer(transfer("T1")), "Code") == Code.PENDING
    assert _settled(bank, "T1") == "succeeded"


def test_money_done_and_signer_gone_the_reply_is_signed_later_and_a_retry_gets_it(bank: Bank) -> None:
    """Never an unsigned reply: the sender is told to come again, and then gets the signed reply of the one transfer."""
    key = FaultyKey()
    key.gone.set()
    node = bank.node(key=key)

    first = node.ask(transfer("T1")).result(10)
    key.gone.clear()
    settled = _settled(bank, "T1")

    assert first is Code.SIGNER_UNAVAILABLE
    assert settled == "succeeded"
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE
    assert bank.balance(PAYEE) == 1234


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_nodes_given_the_same_request_move_the_money_once_and_send_the_same_bytes(bank: Bank) -> None:
    """The unique key judges between nodes; the loser waits for the winner's reply and sends it."""
    nodes = [bank.node(), bank.node()]

    futures = [nodes[number % 2].ask(transfer(f"T{number // 2}")) for number in range(60)]
    replies = [future.result(30) for future in futures]

    assert all(replies[2 * number] == replies[2 * number + 1] for number in range(30))
    assert bank.balance(PAYEE) == 30 * 1234


def test_a_node_that_slept_past_its_lease_sends_the_winners_reply(bank: Bank) -> None:
    """The final write checks the epoch: who lost it changes nothing and answers with the stored reply."""
    core = Faulty(bank.ledger())
    go = threading.Event()

    def asleep(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        go.wait(20)
        return ledger.move(moves)

    core.fault = asleep
    slept = bank.node(core, lease_seconds=0.2, reply_seconds=30)
    future = slept.ask(transfer("T1"))
    awake = bank.node()
    _settled(bank, "T1")
    go.set()

    assert future.result(20) == awake.answer(transfer("T1")).encode()
    assert bank.balance(PAYEE) == 1234


def test_a_database_that_fails_is_told_and_the_next_request_is_served(bank: Bank) -> None:
    """Nothing is kept in memory over a lost commit: the sender is told to come again, and recovery does the rest."""
    node = bank.node(lease_seconds=0.2)
    engine = node.committer._engine
    broken = threading.Event()

    @event.listens_for(engine, "before_cursor_execute")
    def fail(*_args: Any) -> None:
        if broken.is_set():
            raise OperationalError("disk full", None, Exception("disk full"))

    broken.set()
    refused = node.ask(transfer("T1")).result(10)
    broken.clear()

    assert refused is Code.DATABASE_UNAVAILABLE
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE
    assert bank.balance(PAYEE) == 1234


def test_a_reply_that_cannot_be_stored_does_not_leave(bank: Bank) -> None:
    """When commit 2 fails after the core did it, the sender is told to come again and then gets the stored reply."""
    core = Faulty(bank.ledger())
    node = bank.node(core, lease_seconds=0.2)
    engine = node.committer._engine
    broken = threading.Event()

    @event.listens_for(engine, "before_cursor_execute")
    def fail(*_args: Any) -> None:
        if broken.is_set():
            raise OperationalError("disk full", None, Exception("disk full"))

    def does(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        done = ledger.move(moves)
        broken.set()
        return done

    core.fault = does
    first = node.ask(transfer("T1")).result(10)
    broken.clear()

    assert first is Code.DATABASE_UNAVAILABLE
    assert _settled(bank, "T1") == "succeeded"
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE
    assert bank.balance(PAYEE) == 1234


def test_a_poisoned_command_stops_no_other(bank: Bank) -> None:
    """A command that cannot be decided gets its own answer; the others of its group are done."""
    node = bank.node(start=False)
    serving = node.committer._serving
    assert isinstance(serving, Services)
    decide = serving.decide

    class Poisoned(Services):
        @override
        def decide(self, command: Any, facts: Any, moment: Any) -> Any:
            if command.head.request_id == "T2":
                raise ZeroDivisionError
            return decide(command, facts, moment)

    node.committer._serving = Poisoned(serving.bank)
    futures = [node.ask(transfer(f"T{number}")) for number in (1, 2, 3)]
    node.desk.start()
    node.committer.start(node.desk)

    first, poisoned, third = (future.result(10) for future in futures)

    assert (_word(first, "Code"), poisoned, _word(third, "Code")) == (Code.DONE, Code.INTERNAL, Code.DONE)
    assert bank.balance(PAYEE) == 2 * 1234


def test_more_than_the_queue_may_hold_is_refused_at_once(bank: Bank) -> None:
    """Over the queue the sender is told to come again; nothing was stored."""
    told: list[Delivery] = []
    node = bank.node(start=False, leave=told.extend)
    for number in range(1001):
        node.ask(transfer(f"T{number}"))

    assert [each.code for _, each in told] == [Code.BUSY]
    node.committer._leave = tell
    node.desk.start()
    node.committer.start(node.desk)
