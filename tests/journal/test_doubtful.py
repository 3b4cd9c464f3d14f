"""What fits nothing, or is said by somebody else, moves no money: it is kept, told to staff, and seen by the checks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from core_adapter.channels.messages import Credits, Head, Original, Status, System
from core_adapter.core import AccountStatus, Core
from core_adapter.database import reading
from gateway import day_file
from gateway.administration import cases as staff
from gateway.administration.change import AdminError
from gateway.domain.incoming import INSTRUCTION
from gateway.journal import incoming, push, wire
from gateway.reconcile import reconcile
from protocol.messages.transfer import TransferState
from tests.journal.bank import BANK_CODE, CUSTOMER_ID, OPENING, OPERATOR_ID, PAYEE, PAYER, Bank
from tests.journal.carrying import CENTRE, FEE, PACE, Carrying, back, credit, original, word

T = TypeVar("T")
NOWHERE = "6200000000000009999"
DAY = date(2026, 11, 2)
_FIELDS = "way,system,sender,message_id,tx_id,amount,status\n"


@pytest.fixture
def carrying(bank: Bank) -> Iterator[Carrying]:
    """A bank with a clearing side; its core's book is sound when the test ends."""
    made = Carrying(bank)
    yield made
    assert made.desk._core.check() == []


class Sides:
    """Both sides of `yinqi check ledger`."""

    def __init__(self, carrying: Carrying) -> None:
        self._carrying = carrying

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal."""
        return reading(self._carrying.engine)

    def core(self, job: Callable[[Core], T]) -> T:
        """A job with the core."""
        return job(self._carrying.desk._core)


def compared(carrying: Carrying, folder: Path, *lines: str, total: str = "0,0.00,0,0.00") -> list[str]:
    """The faults that a file of the day with these lines shows."""
    file = folder / "day.csv"
    file.write_text(_FIELDS + "".join(f"{line}\n" for line in lines) + f"total,{DAY},ended,{total},0.00\n", "utf-8")
    with reading(carrying.engine) as tx:
        return day_file.compare(tx, file, bank=BANK_CODE).faults


def unanswered(carrying: Carrying) -> int:
    """The case of a payment T1 of which nothing was heard."""
    carrying.pay("T1")
    carrying.send("T1")
    carrying.take(after_ms=PACE.case_ms)
    (number,) = carrying.case_numbers()
    return number


def close(carrying: Carrying, number: int, outcome: str, settled_on: date | None = None) -> None:
    """Staff close a case with a final word."""
    carrying.run(
        lambda tx, _: staff.close_case(
            tx, number, by="clerk", evidence="the file of 2 November", outcome=outcome, settled_on=settled_on
        )
    )


# --- who says it


def test_a_word_about_another_banks_credit_is_a_case_whatever_its_ids(carrying: Carrying) -> None:
    """Ids of two senders can be the same: each counts its own."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    named = original(sent)
    strange = replace(word(sent, Status.REFUSED), original=replace(named, sender="999999999999"))

    carrying.hear(strange)
    carrying.end()

    assert (carrying.leg("T1").state, carrying.cases()) == ("sent", ["no-such-payment"])


@pytest.mark.parametrize(
    "named",
    [
        lambda ours: replace(ours, sender="999999999999"),
        lambda ours: replace(ours, message_id="2000010100000001"),
        lambda ours: replace(ours, tx_id="2000010100000001"),
    ],
)
def test_R4_26_a_return_names_our_payment_by_all_its_ids(
    carrying: Carrying, named: Callable[[Original], Original]
) -> None:
    """Else it brings nothing back: it is put aside, and staff are told."""
    sent = carrying.succeed("T1")
    credit_ = back(sent)
    assert credit_.original is not None

    carrying.bring(replace(credit_, original=named(credit_.original)))
    carrying.end()

    assert (carrying.asked("T1").return_, carrying.aside, carrying.cases()) == (None, 100_00, ["return"])


def test_R4_26_a_return_comes_from_the_bank_that_was_paid(carrying: Carrying) -> None:
    """Another bank can neither bring it back nor keep the true one from coming."""
    sent = carrying.succeed("T1")
    false = back(sent, tx_id="1")
    carrying.bring(replace(false, payer=replace(false.payer, bank="999999999999")))
    carrying.bring(back(sent, tx_id="2"))
    carrying.end()

    assert (carrying.aside, carrying.bank.balance(PAYER)) == (100_00, OPENING - FEE)


def test_credits_under_the_id_of_another_message_are_not_the_same(carrying: Carrying) -> None:
    """What was delivered before is the same as often as it comes; other money under its id is not."""
    head = Head(
        sender=CENTRE,
        receiver=BANK_CODE,
        system=System.IBPS,
        sent_at=carrying.wall,
        message_id="2026110200000001",
    )
    told = Credits(head=head, credits=(credit(account=PAYER, name="甲公司"),))
    carrying.bring(*told.credits, message_id=head.message_id)

    assert carrying.run(lambda tx, _: incoming.is_same(tx, told))
    other = replace(told, credits=(credit(99_00, account=PAYER, name="甲公司"),))
    assert not carrying.run(lambda tx, _: incoming.is_same(tx, other))


# --- what comes twice


def test_R4_26_a_payment_comes_back_once_though_its_first_return_could_not_be_credited(carrying: Carrying) -> None:
    """Whoever dies between, and whatever becomes of the account meanwhile: two came, and two are in the book."""
    sent = carrying.succeed("T1")
    core = carrying.bank.ledger()
    core.set_status(PAYER, AccountStatus.FROZEN)
    carrying.bring(back(sent, tx_id="1"))
    first = carrying.came()
    carrying.bring(back(sent, tx_id="2"))
    second = carrying.came()
    declined = carrying.at_the_core(carrying.take(), first)
    carrying.at_the_core(carrying.take(), second)  # and whoever did it dies
    carrying.store(declined)
    core.set_status(PAYER, AccountStatus.NORMAL)

    again = carrying.came(after_ms=PACE.lease_ms)
    carrying.store(carrying.at_the_core(carrying.take(), again))

    assert carrying.aside + carrying.bank.balance(PAYER) == OPENING - 100_00 - FEE + 200_00
    assert reconcile(Sides(carrying)).faults == []


def test_R4_26_each_return_that_fits_nothing_has_a_case_of_its_own(carrying: Carrying) -> None:
    """The ids of credits are unique to their messages only."""
    one, two = carrying.succeed("T1"), carrying.succeed("T2")
    carrying.bring(back(one, 11, tx_id="9"))
    carrying.bring(back(two, 22, tx_id="9"))
    carrying.end()

    assert (carrying.aside, carrying.cases()) == (33, ["return", "return"])


def test_what_was_sent_back_and_comes_again_is_for_staff(carrying: Carrying) -> None:
    """It is no customer's payment that could come back."""
    carrying.bring(credit(70_00, account=NOWHERE, tx_id="7"))
    carrying.end()
    ((sent,),) = carrying.take().send
    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()

    carrying.bring(back(sent))
    carrying.end()

    assert (carrying.aside, carrying.cases()) == (70_00, ["return"])


# --- what staff may say


def test_staff_end_no_payment_but_that_of_their_case(carrying: Carrying) -> None:
    """A bank chose the id of its return so that it is that of another payment."""
    first = carrying.succeed("T1")
    carrying.pay("T2", 500_00)
    second = carrying.send("T2")
    assert second.leg is not None
    carrying.bring(back(first, 1, tx_id=second.leg.tx_id or ""))
    carrying.end()
    (number,) = carrying.case_numbers()

    with pytest.raises(AdminError, match="does not wait for a final word"):
        close(carrying, number, "failed")

    assert (carrying.leg("T2").state, carrying.cases()) == ("sent", ["return"])


def test_a_payment_that_staff_end_says_so_and_a_later_word_against_it_is_a_case(carrying: Carrying) -> None:
    """The leg names the case, and what contradicts it."""
    number = unanswered(carrying)
    close(carrying, number, "failed")
    carrying.end()
    leg = carrying.leg("T1")
    assert (carrying.asked("T1").state, f"case {number}" in leg.text) == (TransferState.FAILED, True)

    carrying.hear(word(carrying.as_sent("T1"), Status.SETTLED))

    (told,) = carrying.run(lambda tx, _: staff.list_cases(tx, closed=False))
    assert (told.kind, f"case {number}" in told.what) == ("contradiction", True)


@pytest.mark.parametrize(("outcome", "settled_on"), [("succeeded", None), ("failed", DAY)])
def test_the_day_of_settlement_is_said_of_what_succeeded_alone(
    carrying: Carrying, outcome: str, settled_on: date | None
) -> None:
    """Without it no file of a day could ever show that the centre never had the payment."""
    number = unanswered(carrying)

    with pytest.raises(AdminError, match="day of settlement"):
        close(carrying, number, outcome, settled_on)


# --- what the checks see


def test_a_credit_on_another_account_than_it_names_is_seen_by_the_ledger_check(carrying: Carrying) -> None:
    """The sum is right, and yet somebody else has the money."""
    carrying.bring(credit(70_00, account=PAYER, name="甲公司"))
    (came,) = carrying.came()
    diverted = replace(came, payee_account=PAYEE, payee_name="乙公司")
    carrying.store(carrying.at_the_core(carrying.take(), [diverted]))

    (fault,) = reconcile(Sides(carrying)).faults
    assert fault.endswith("different: payee")


def test_a_customer_may_be_called_as_incoming_credits_are() -> None:
    """No customer's id begins with the sign that their names begin with."""
    assert INSTRUCTION.startswith("#")


def test_the_file_of_a_day_that_has_all_of_it_shows_no_fault(carrying: Carrying, tmp_path: Path) -> None:
    """What went out and what came in, alike in both books."""
    carrying.on_clearing_day(DAY)
    carrying.pay("T1")
    sent = carrying.send("T1")
    assert sent.leg is not None
    carrying.hear(word(sent, Status.SETTLED, settled_on=DAY))
    carrying.bring(credit(70_00, account=PAYER, name="甲公司"), message_id="2026110200000001")
    carrying.end()
    out = f"sent,IBPS,{BANK_CODE},{sent.leg.message_id},{sent.leg.tx_id},100.00,PR04"
    came = f"received,IBPS,{CENTRE},2026110200000001,1,70.00,PR04"

    assert compared(carrying, tmp_path, out, came, total="1,100.00,1,70.00") == []
    (fault,) = compared(carrying, tmp_path, came, total="0,0.00,1,70.00")
    assert "settled here" in fault
    (fault,) = compared(carrying, tmp_path, out, total="1,100.00,0,0.00")
    assert "received here" in fault
    faults = compared(carrying, tmp_path, out.replace(BANK_CODE, "9" * 12), came, total="1,100.00,1,70.00")
    assert [each.partition(": ")[2] for each in faults] == ["in the file, and not in the journal"]
    (fault,) = compared(carrying, tmp_path, out.replace("100.00", "100.01"), came, total="1,100.01,1,70.00")
    assert "100.01 in the file" in fault


def test_what_was_posted_on_no_day_is_a_fault_of_every_file(carrying: Carrying, tmp_path: Path) -> None:
    """It would else never be missed."""
    carrying.succeed("T1")

    (fault,) = compared(carrying, tmp_path)
    assert "nobody said on which day" in fault


def test_ids_of_a_transaction_that_is_lost_are_never_used(carrying: Carrying) -> None:
    """They count for this process once they are durable."""
    ids = wire.Ids()
    with carrying.engine.connect() as connection:
        wire.set_aside(connection, carrying.wall)
        connection.rollback()
    first = carrying.run(lambda tx, _: wire.set_aside(tx, carrying.wall))
    with carrying.engine.connect() as connection:
        assert wire.set_aside(connection, carrying.wall)[1][0] > first[1][-1]

    assert (len(ids), ids.are_few(carrying.wall)) == (0, True)


# --- who is told


def test_a_posting_to_an_address_that_was_changed_meanwhile_says_nothing_of_the_new_one(carrying: Carrying) -> None:
    """What the old receiver took, the new one has not."""
    carrying.succeed("T1")

    def put(url: str) -> None:
        carrying.run(lambda tx, _: push.put(tx, CUSTOMER_ID, OPERATOR_ID, url, number=0))

    put("http://127.0.0.1/old")
    (turn,) = carrying.run(lambda tx, _: push.take(tx, "node", seconds=60, most=9))
    put("http://127.0.0.1/new")
    carrying.run(lambda tx, _: push.delivered(tx, turn, 99))

    assert [row.number for row in carrying.run(lambda tx, _: push.every(tx))] == [0]
