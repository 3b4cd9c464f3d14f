"""The life of a payment to another bank: held, sent, asked about, posted or voided, and never twice."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from core_adapter.channels.messages import Status
from core_adapter.core import Move, Unknown
from core_adapter.ledger import Ledger
from gateway.administration.cases import close_case
from gateway.administration.change import AdminError
from gateway.domain.leg import LegState
from gateway.journal import clearing
from protocol.codes import Code
from protocol.messages.transfer import Arrival, TransferState
from tests.journal.bank import OPENING, PAYER, Bank
from tests.journal.carrying import FAR, FEE, PACE, Carrying, word
from tests.journal.replies import code, state
from tests.journal.test_recovery import Faulty


@pytest.fixture
def carrying(bank: Bank) -> Iterator[Carrying]:
    """A bank with a clearing side; its core's book is sound when the test ends."""
    made = Carrying(bank)
    yield made
    assert made.desk._core.check() == []


def test_R4_26_principal_and_fee_are_held_then_posted_each_on_its_own(carrying: Carrying) -> None:
    """While it is on its way nothing has left the balance; then both have."""
    assert state(carrying.pay("T1")) == "processing"
    sent = carrying.send("T1")
    assert (carrying.bank.balance(PAYER), carrying.out, carrying.fees) == (OPENING, 0, 0)

    carrying.hear(word(sent, Status.NETTED))
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.out, carrying.fees) == (OPENING - 100_00 - FEE, 100_00, FEE)
    reply = carrying.asked("T1")
    assert (reply.state, reply.final, reply.return_) == (TransferState.SUCCEEDED, True, None)


def test_a_refusal_gives_principal_fee_and_limit_back_and_keeps_no_payee(carrying: Carrying) -> None:
    """The payer is told that the other side refused, and nothing stays held."""
    carrying.pay("T1", save_payee=True)
    used = set(carrying.bank.usage().values())
    carrying.hear(word(carrying.send("T1"), Status.REFUSED, code="RJ01"))
    carrying.end()

    reply = carrying.asked("T1")
    assert (reply.state, reply.code) == (TransferState.FAILED, Code.REFUSED_BY_CLEARING)
    assert (carrying.bank.balance(PAYER), carrying.out, carrying.fees) == (OPENING, 0, 0)
    assert (used, set(carrying.bank.usage().values())) == ({100_00}, {0})
    assert carrying.bank.payees() == []
    assert state(carrying.pay("T2", OPENING - FEE)) == "processing"


def test_R4_22_a_payee_is_kept_once_the_clearing_side_has_settled(carrying: Carrying) -> None:
    """Not while it is on its way."""
    carrying.pay("T1", save_payee=True)
    sent = carrying.send("T1")
    assert carrying.bank.payees() == []
    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()

    assert carrying.bank.payees() == [FAR]


def test_a_payment_whose_fee_does_not_fit_fails_whole(carrying: Carrying) -> None:
    """The principal alone would fit; its hold is taken back, and nothing is sent."""
    reply = carrying.pay("T1", OPENING)

    assert (code(reply), carrying.asked("T1").state) == (Code.BALANCE_INSUFFICIENT, TransferState.FAILED)
    assert carrying.take().send == []
    assert state(carrying.pay("T2", OPENING - FEE)) == "processing"


def test_whoever_dies_at_any_step_leaves_a_payment_that_moves_once(carrying: Carrying) -> None:
    """The message is not sent again unasked; the core is asked before it posts again."""
    carrying.pay("T1")
    first = carrying.take()  # and died before the message left
    assert (len(first.send), carrying.take().send) == (1, [])
    asked = carrying.take(after_ms=PACE.answer_ms)  # and died before the question left
    assert (asked.send, len(asked.ask)) == ([], 1)
    sent = first.send[0][0]
    carrying.hear(word(sent, Status.SETTLED))
    ends = carrying.take()  # and died before the core was asked
    assert len(ends.end) == 1
    assert carrying.take().end == []
    again = carrying.take(after_ms=PACE.lease_ms)
    late = carrying.at_the_core(again)  # and died before it was stored
    third = carrying.take(after_ms=PACE.lease_ms)
    carrying.store(carrying.at_the_core(third))
    carrying.store(late)

    assert carrying.asked("T1").state is TransferState.SUCCEEDED
    assert (carrying.bank.balance(PAYER), carrying.out, carrying.fees) == (OPENING - 100_00 - FEE, 100_00, FEE)
    assert carrying.take(after_ms=10**9).end == []


def test_silence_is_asked_about_with_growing_pauses_and_never_becomes_an_end(carrying: Carrying) -> None:
    """Told as unknown; nothing is sent unasked, and a case is opened once after a set age."""
    carrying.pay("T1")
    carrying.send("T1")
    pauses = []
    for _ in range(12):
        pauses.append(carrying.leg("T1").due_ms - carrying.run(lambda _, moment: moment.now_ms))
        taken = carrying.take(after_ms=pauses[-1] + 1)
        assert (taken.send, len(taken.ask)) == ([], 1)

    rounded = [round(pause / 1000) for pause in pauses]
    assert rounded[:5] == [1, 2, 4, 8, 8]
    assert set(rounded[4:]) == {8}
    assert carrying.asked("T1").state is TransferState.UNKNOWN
    assert carrying.cases() == ["unanswered"]
    assert carrying.bank.balance(PAYER) == OPENING


def test_while_the_link_is_down_nothing_is_sent_or_asked_and_what_is_decided_ends(carrying: Carrying) -> None:
    """An end needs no link."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    carrying.pay("T2")
    carrying.hear(word(sent, Status.SETTLED))

    taken = carrying.take(up=False, after_ms=PACE.case_ms)

    assert (taken.send, taken.ask, [t.request_id for t in taken.end]) == ([], [], ["T1"])


def test_what_waits_for_the_link_holds_up_nothing_that_needs_none(
    carrying: Carrying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait to be sent, due before it, a payment that has its final word ends."""
    monkeypatch.setattr(clearing, "LEGS_MAX", 1)
    carrying.pay("T1")
    sent = carrying.send("T1")
    carrying.pay("T2")
    carrying.later_ms += 1

    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()

    assert carrying.asked("T1").state is TransferState.SUCCEEDED


def test_what_the_centre_has_none_of_is_sent_again_under_the_same_ids(carrying: Carrying) -> None:
    """And only then."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    (asked,) = carrying.take(after_ms=PACE.answer_ms).ask

    ((again,),) = carrying.unknown(asked)

    assert sent.leg is not None
    assert again.leg is not None
    assert (again.leg.message_id, again.leg.tx_id) == (sent.leg.message_id, sent.leg.tx_id)
    carrying.hear(word(again, Status.SETTLED))
    assert carrying.unknown(asked) == [], "what has its final word is not sent again"


@pytest.mark.parametrize(("outcome", "moved"), [("succeeded", 100_00), ("failed", 0)])
def test_a_case_is_closed_with_evidence_and_the_word_of_staff(carrying: Carrying, outcome: str, moved: int) -> None:
    """Without evidence, or where the final word is in, it is not."""
    carrying.pay("T1")
    carrying.send("T1")
    carrying.take(after_ms=PACE.case_ms)
    (number,) = carrying.case_numbers()

    def close(evidence: str) -> None:
        day = date(2026, 11, 2) if outcome == "succeeded" else None
        carrying.run(
            lambda tx, _: close_case(tx, number, by="staff", evidence=evidence, outcome=outcome, settled_on=day)
        )

    with pytest.raises(AdminError, match="evidence"):
        close("it is so")
    close("statement of the centre of 2 November, line 7")
    with pytest.raises(AdminError, match="no open case"):
        close("statement of the centre of 2 November, line 7")
    carrying.end()

    assert carrying.asked("T1").state.value == outcome
    assert (carrying.out, carrying.cases()) == (moved, [])


def test_BEPS_payments_for_one_bank_leave_in_one_message(carrying: Carrying) -> None:
    """Each with its own id; one may be refused, the other settled; the message is sent again whole."""
    for name in ("T1", "T2", "T3"):
        carrying.pay(name, arrival=Arrival.NORMAL)
    carrying.bank.set_clock("2026-11-02 15:00")
    while {carrying.bank.transfers()[name].state for name in ("T1", "T2", "T3")} != {"clearing"}:
        carrying.asked("T1")

    (pack,) = carrying.take().send

    legs = [each.leg for each in pack if each.leg is not None]
    assert (len({leg.message_id for leg in legs}), len({leg.tx_id for leg in legs})) == (1, 3)
    assert len(carrying.unknown(pack[0])[0]) == 3
    carrying.hear(word(pack[0], Status.NETTED), word(pack[1], Status.REFUSED))
    carrying.end()
    assert [carrying.leg(each.request_id).state for each in pack] == [LegState.POSTED, LegState.VOIDED, LegState.SENT]
    assert len(carrying.unknown(pack[2])[0]) == 1, "what ended is not sent again"


def test_status_words_that_do_not_fit_are_cases_and_change_nothing(carrying: Carrying) -> None:
    """Of an unknown reference, for another amount, against an earlier final one; told twice it is one case."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    for _ in range(2):
        carrying.hear(word(sent, Status.SETTLED, amount=100_01))
    stranger = word(sent, Status.SETTLED)
    carrying.hear(type(stranger)(original=type(stranger.original)("x", "M", "T"), status=Status.SETTLED, amount=1))
    assert carrying.cases() == ["amount", "no-such-payment"]
    assert carrying.leg("T1").state == LegState.SENT

    carrying.hear(word(sent, Status.SETTLED), word(sent, Status.REFUSED))
    carrying.end()
    carrying.hear(word(sent, Status.REFUSED))

    assert carrying.cases() == ["amount", "no-such-payment", "contradiction"]
    assert carrying.asked("T1").state is TransferState.SUCCEEDED
    assert carrying.out == 100_00


def test_a_leg_cannot_have_the_id_of_another(carrying: Carrying) -> None:
    """Ids of two processes never meet; the database would say so."""
    carrying.pay("T1")
    carrying.pay("T2")
    sent = [t for pack in carrying.take().send for t in pack]

    assert len({t.leg.tx_id for t in sent if t.leg}) == 2
    with pytest.raises(Exception, match=r"(?i)unique"):
        carrying.run(lambda tx, _: tx.execute(text("UPDATE leg SET tx_id = '1'")))


@pytest.mark.parametrize("held", [0, 1, 2], ids=["nothing", "the principal", "both"])
def test_a_core_that_is_silent_about_the_holds_leaves_the_payment_unknown_until_asked(bank: Bank, held: int) -> None:
    """Whatever it has held by then, each is held once, and one message leaves."""
    core = Faulty(bank.ledger())
    carrying = Carrying(bank, core)

    def silent(ledger: Ledger, moves: Sequence[Move]) -> list[Any]:
        ledger.move(moves[:held])
        return [Unknown()] * len(moves)

    core.fault = silent
    assert carrying.asked("T1").state is TransferState.NOT_FOUND
    assert state(carrying.pay("T1")) == "unknown"
    assert carrying.take().send == []
    core.fault = None
    while bank.transfers()["T1"].state != "clearing":
        carrying.asked("T1")
    carrying.hear(word(carrying.send("T1"), Status.SETTLED))
    carrying.end()

    assert (bank.balance(PAYER), carrying.out, carrying.fees) == (OPENING - 100_00 - FEE, 100_00, FEE)
    assert carrying.desk._core.check() == []
