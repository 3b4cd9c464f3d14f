"""What commands see of one another when one transaction decides them, and what a slow core does to neighbours."""

import re
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from core_adapter.core import Move
from core_adapter.ledger import Ledger
from gateway.domain.command import Command
from protocol.codes import Code
from protocol.messages.account import QueryBalance
from tests.journal.bank import OPENING, PAYEE, PAYER, Bank, Node, command, query, transfer
from tests.journal.test_recovery import Faulty, FaultyKey, _settled


def _word(reply: Any, element: str) -> str:
    assert isinstance(reply, bytes), reply
    found = re.search(rf"<(?:\w+:)?{element}>([^<]*)<", reply.decode())
    return found[1] if found else ""


def _together(node: Node, *commands: Command) -> list[Any]:
    """The answers to commands that one transaction decides: they wait before the committer is started."""
    futures = [node.ask(one) for one in commands]
    node.desk.start()
    node.committer.start(node.desk)
    return [future.result(20) for future in futures]


def _numbered(asked: Command, number: int) -> Command:
    return command(asked.body, f"Q{number}")


def test_a_query_beside_its_transfer_never_calls_it_refused(bank: Bank) -> None:
    """Before or behind it in the same group, the query sees a transfer under way, which is not final."""
    node = bank.node(start=False)

    before, paid, behind = _together(node, _numbered(query("T1"), 1), transfer("T1"), _numbered(query("T1"), 2))

    for reply in (before, behind):
        body = reply.decode().partition("<Body>")[2]
        assert (_word(reply, "State"), "<Final>false</Final>" in body) == ("processing", True)
    assert _word(paid, "Code") == Code.DONE
    assert bank.balance(PAYEE) == 1234


def test_a_fence_beside_its_transfer_lets_one_of_them_win(bank: Bank) -> None:
    """Who comes first in the group has the id: a fence before the transfer refuses it, one behind tells its state."""
    node = bank.node(start=False)

    fenced, late, paid, told = _together(
        node,
        _numbered(query("T1", fence=True), 1),
        transfer("T1"),
        transfer("T2"),
        _numbered(query("T2", fence=True), 2),
    )

    assert (_word(fenced, "State"), _word(late, "Code")) == ("fenced", Code.REQUEST_ID_FENCED)
    assert (_word(paid, "Code"), _word(told, "State")) == (Code.DONE, "processing")
    assert bank.balance(PAYEE) == 1234


def test_a_query_beside_a_refused_transfer_tells_its_refusal(bank: Bank) -> None:
    """What the rules refuse is refused for the query too, with its code."""
    node = bank.node(start=False)

    _, told = _together(node, transfer("T1", payee_account=PAYER), _numbered(query("T1"), 1))

    assert told.count(b"SAME_ACCOUNT") == 1
    assert _word(told, "State") == "refused"


def test_a_refusal_beside_a_core_that_hangs_is_stored_and_sent(bank: Bank) -> None:
    """A refusal needs no core: it is final, signed, stored, and a repeat gets the same bytes."""
    core = Faulty(bank.ledger())
    go = threading.Event()

    def hang(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        go.wait(20)
        return ledger.move(moves)

    core.fault = hang
    node = bank.node(core, reply_seconds=0.1, start=False)

    refused, pending = _together(node, transfer("T1", payee_account=PAYER), transfer("T2"))
    go.set()

    assert (_word(refused, "Code"), _word(pending, "Code")) == (Code.SAME_ACCOUNT, Code.PENDING)
    assert _settled(bank, "T2") == "succeeded"
    assert bank.requests()["T1"].due_ms is None
    assert node.answer(transfer("T1", payee_account=PAYER)).encode() == refused


def test_a_late_moment_without_the_signer_still_ends_in_a_stored_reply(bank: Bank) -> None:
    """The core is late and the signer away: the sender is told to come again, and the reply is signed later."""
    core, key = Faulty(bank.ledger()), FaultyKey()
    go = threading.Event()

    def late(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        go.wait(20)
        return ledger.move(moves)

    core.fault = late
    node = bank.node(core, key=key, reply_seconds=0.1)
    key.gone.set()
    told = node.ask(transfer("T1")).result(20)
    key.gone.clear()
    go.set()

    assert told is Code.SIGNER_UNAVAILABLE
    assert _settled(bank, "T1") == "succeeded"
    assert bank.requests()["T1"].reply_seq is not None
    assert _word(node.answer(transfer("T1")).encode(), "Code") == Code.DONE


def test_nobody_is_told_twice_when_a_late_reply_cannot_be_stored(bank: Bank) -> None:
    """The late reply's commit fails, the sender is told once; the outcome that comes later is stored for a repeat."""
    core = Faulty(bank.ledger())
    go, broken = threading.Event(), threading.Event()

    def late(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        core.fault = None
        broken.set()
        go.wait(20)
        return ledger.move(moves)

    core.fault = late
    node = bank.node(core, reply_seconds=0.1)

    @event.listens_for(node.committer._engine, "before_cursor_execute")
    def fail(*_args: Any) -> None:
        if broken.is_set():
            raise OperationalError("disk full", None, Exception("disk full"))

    told = node.ask(transfer("T1")).result(20)  # a second answer would raise InvalidStateError on the committer
    broken.clear()
    go.set()

    assert told is Code.DATABASE_UNAVAILABLE
    assert _settled(bank, "T1") == "succeeded"
    assert _word(node.answer(transfer("T1")).encode(), "Code") == Code.DONE
    assert bank.balance(PAYEE) == 1234


def test_what_became_of_a_transfer_can_be_asked_while_the_core_hangs(bank: Bank) -> None:
    """A question that needs no core is answered at once, however many batches wait for it (promise 2)."""
    core = Faulty(bank.ledger())
    go = threading.Event()

    def hang(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        go.wait(20)
        return ledger.move(moves)

    core.fault = hang
    node = bank.node(core, reply_seconds=0.1)
    node.answer(transfer("T1"))
    node.ask(transfer("T2"))
    node.ask(transfer("T3"))

    told = node.answer(query("T1"))
    core.fault = None
    go.set()

    assert _word(told.encode(), "State") == "unknown"
    assert _settled(bank, "T1") == "succeeded"


@pytest.mark.parametrize("silent", [False, True], ids=["raises", "leaves-out"])
@pytest.mark.parametrize("call", ["accounts", "ask", "move"])
def test_a_core_that_does_what_it_should_not_ends_no_thread(bank: Bank, call: str, *, silent: bool) -> None:
    """Whatever a core raises or leaves out, the desk lives on, nothing is guessed, and the next command is served."""
    core = Faulty(bank.ledger())
    raised = threading.Event()

    def odd(*_args: Any, **_named: Any) -> Any:
        delattr(core, call)
        raised.set()
        if silent:
            return {} if call == "accounts" else []
        raise LookupError(call)

    if call == "ask":
        core.fault = lambda _ledger, _moves: (_ for _ in ()).throw(TimeoutError())
    setattr(core, call, odd)
    node = bank.node(core)
    answers = [node.ask(transfer("T1")), node.ask(command(QueryBalance(account=(PAYER,)), "Q1"))]
    for answer in answers:
        answer.result(20)
    core.fault = None

    assert _settled(bank, "T1") == "succeeded"
    assert raised.wait(20)
    assert bank.balance(PAYER) == OPENING - 1234


def test_an_operator_who_may_not_enter_uses_up_no_id(bank: Bank) -> None:
    """A refusal for want of the permission leaves the id to those who have it."""
    node = bank.node()
    meddled = command(transfer("T1", 7).body, "T1", operator="LOOK1")

    assert _word(node.answer(meddled).encode(), "Code") == Code.NOT_PERMITTED
    assert _word(node.answer(transfer("T1")).encode(), "Code") == Code.DONE


def test_a_stale_copy_does_not_answer_for_the_honest_one(bank: Bank) -> None:
    """A message from another time in the same group is refused alone; its honest copy is done."""
    node = bank.node(start=False)
    stale = command(transfer("T1").body, "T1", skew_ms=-400_000)

    _, honest = _together(node, stale, transfer("T1"))

    assert _word(honest, "Code") == Code.DONE
