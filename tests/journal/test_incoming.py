"""Credits from other banks, and payments that come back: each booked once, or put aside for staff."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core_adapter.channels.messages import Status
from core_adapter.core import AccountStatus
from core_adapter.ledger import Ledger
from gateway.domain.incoming import BANK_ITSELF
from gateway.services.wiring import Wire
from protocol.messages.events import EventKind
from protocol.messages.orders import ListedReturn, ListReturns, ListReturnsReply, ReturnKind
from protocol.messages.transfer import TransferState
from tests.journal.bank import BANK_CODE, OPENING, PAYER, SAVINGS, Bank, command
from tests.journal.carrying import CENTRE, FEE, PACE, Carrying, back, credit, word
from tests.journal.feeding import feed
from tests.journal.replies import told

TODAY = date(2026, 11, 2)


@pytest.fixture
def carrying(bank: Bank) -> Iterator[Carrying]:
    """A bank with a clearing side; its core's book is sound when the test ends."""
    made = Carrying(bank)
    yield made
    assert made.desk._core.check() == []


def returns(carrying: Carrying, operator: str = "ERP1", **asked: Any) -> ListReturnsReply:
    """A page of what came back or failed today."""
    body = ListReturns(**{"from_date": TODAY, "to_date": TODAY} | asked)
    return told(carrying.node.answer(command(body, "L", operator=operator)), ListReturnsReply)


def test_a_credit_is_booked_and_told_once_however_often_it_is_delivered(carrying: Carrying) -> None:
    """Also where who booked it died before that was stored."""
    for _ in range(2):
        carrying.bring(credit(70_00, account=PAYER, name="甲公司"), message_id="2026110200000001")
    first = carrying.came()
    carrying.at_the_core(carrying.take(), first)
    again = carrying.came(after_ms=PACE.lease_ms)
    late = carrying.at_the_core(carrying.take(), first)
    for ended in (carrying.at_the_core(carrying.take(), again), late, late):
        carrying.store(ended)

    assert (len(first), len(again), carrying.came(after_ms=10**9)) == (1, 1, [])
    assert (carrying.bank.balance(PAYER), carrying.out) == (OPENING + 70_00, -70_00)
    told_of = [each for each in feed(carrying.node) if each.kind is EventKind.CREDIT]
    assert [(each.account, each.amount) for each in told_of] == [(PAYER, 70_00)]


@pytest.mark.parametrize(
    ("account", "name", "why"), [("6200000000000009999", "乙公司", "RJ01"), (PAYER, "别人", "RJ02")]
)
def test_a_credit_for_no_account_here_is_put_aside_and_sent_back(
    carrying: Carrying, account: str, name: str, why: str
) -> None:
    """As a payment of the bank that names it, with the reason; settled, nothing is left aside."""
    carrying.bring(credit(70_00, account=account, name=name, tx_id="7"))
    carrying.end()
    assert (carrying.aside, carrying.out) == (70_00, -70_00)

    ((sent,),) = carrying.take().send
    (made,) = Wire(BANK_CODE, CENTRE).credits([sent], datetime(2026, 11, 2, tzinfo=UTC)).credits
    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()

    assert (made.kind.value, made.amount, made.reason, made.original and made.original.tx_id) == (
        "A105",
        70_00,
        why,
        "7",
    )
    assert (carrying.aside, carrying.out, carrying.cases()) == (0, 0, [])


def test_money_that_was_sent_back_and_not_taken_is_a_case(carrying: Carrying) -> None:
    """It stays aside."""
    carrying.bring(credit(70_00, account="6200000000000009999"))
    carrying.end()
    ((sent,),) = carrying.take().send
    assert sent.customer_id == BANK_ITSELF
    carrying.hear(word(sent, Status.REFUSED, code="RJ06"))
    carrying.end()

    assert (carrying.aside, carrying.cases()) == (70_00, ["return-refused"])


def test_R4_26_a_return_is_a_new_credit_linked_to_the_payment_and_the_fee_stays(carrying: Carrying) -> None:
    """The payment stays succeeded; who asks about it, and who follows the feed, is told."""
    sent = carrying.succeed("T1")
    carrying.bring(back(sent))
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.fees, carrying.out) == (OPENING - FEE, FEE, 0)
    reply = carrying.asked("T1")
    assert (reply.state, reply.final) == (TransferState.SUCCEEDED, True)
    assert reply.return_ is not None
    assert (reply.return_.amount, reply.return_.reason_code, reply.return_.reason_text) == (
        100_00,
        "RJ03",
        "账户状态异常",
    )
    assert reply.transfer is not None
    assert reply.return_.reference != reply.transfer.reference
    (event,) = (each for each in feed(carrying.node) if each.kind is EventKind.RETURN)
    assert (event.request_id, event.amount, event.reference) == ("T1", 100_00, reply.return_.reference)


def test_R4_26_what_came_back_or_failed_is_listed_with_why_by_pages(carrying: Carrying) -> None:
    """By accounts on the asker's list; each page goes on where the last one ended."""
    sent = carrying.succeed("T1")
    carrying.bring(back(sent))
    carrying.end()
    carrying.pay("T2", 1_00)
    carrying.hear(word(carrying.send("T2"), Status.REFUSED, code="RJ01", text="无此账号"))
    carrying.end()
    carrying.pay("T3", OPENING * 2)
    carrying.succeed("T4")

    items: list[ListedReturn] = []
    cursor = None
    while True:
        page = returns(carrying, page_size=1, cursor=cursor)
        items += page.item
        if (cursor := page.next_cursor) is None:
            break

    assert [(each.request_id, each.kind) for each in items] == [
        ("T3", ReturnKind.FAILED),
        ("T2", ReturnKind.FAILED),
        ("T1", ReturnKind.RETURNED),
    ]
    assert [each.code for each in items] == ["BALANCE_INSUFFICIENT", "REFUSED_BY_CLEARING", None]
    assert [(each.reason_code, each.reason_text) for each in items] == [
        (None, None),
        ("RJ01", "无此账号"),
        (None, None),
    ]
    assert items[2].return_ is not None
    assert (items[2].return_.amount, items[2].return_.reason_code) == (100_00, "RJ03")
    assert [each.request_id for each in returns(carrying, kind=ReturnKind.RETURNED).item] == ["T1"]
    assert returns(carrying, payer_account=SAVINGS).item == ()


def test_a_return_comes_once_however_many_there_are(carrying: Carrying) -> None:
    """A second one, in the same moment or later, under ids of its own, is put aside for staff."""
    sent = carrying.succeed("T1")
    carrying.bring(back(sent, tx_id="1"))
    carrying.bring(back(sent, tx_id="2"))
    carrying.end()
    carrying.bring(back(sent, tx_id="3"))
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.aside) == (OPENING - FEE, 200_00)
    assert carrying.cases() == ["return", "return"]


def test_two_returns_that_are_taken_again_in_another_order_still_credit_once(carrying: Carrying) -> None:
    """Who claimed the payment first keeps it, even where nothing was stored of what the core did."""
    sent = carrying.succeed("T1")
    carrying.bring(back(sent, tx_id="1"))
    first = carrying.came()
    carrying.bring(back(sent, tx_id="2"))
    second = carrying.came()
    for came in (second, first):
        carrying.at_the_core(carrying.take(), came)
    carrying.store(carrying.at_the_core(carrying.take(), carrying.came(after_ms=PACE.lease_ms)))

    assert (carrying.bank.balance(PAYER), carrying.aside) == (OPENING - FEE, 100_00)


@pytest.mark.parametrize("amount", [99_99, 100_01])
def test_a_return_of_another_amount_is_put_aside(carrying: Carrying, amount: int) -> None:
    """Nothing is guessed: it is a case."""
    carrying.bring(back(carrying.succeed("T1"), amount))
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.aside) == (OPENING - 100_00 - FEE, amount)
    assert carrying.cases() == ["return"]
    assert carrying.asked("T1").return_ is None


def test_a_return_of_what_was_refused_or_never_left_is_put_aside(carrying: Carrying) -> None:
    """The money that was held is free already."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    carrying.hear(word(sent, Status.REFUSED))
    carrying.end()
    carrying.bring(back(sent))
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.aside, carrying.cases()) == (OPENING, 100_00, ["return"])


def test_a_return_that_overtakes_the_final_word_waits_for_it(carrying: Carrying) -> None:
    """Were the word bad, the money would come twice."""
    carrying.pay("T1")
    sent = carrying.send("T1")
    carrying.bring(back(sent))
    carrying.end()
    assert carrying.out == 0

    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()
    carrying.later_ms += PACE.lease_ms
    carrying.end()

    assert (carrying.bank.balance(PAYER), carrying.fees, carrying.out) == (OPENING - FEE, FEE, 0)


def test_a_return_to_an_account_that_was_closed_is_put_aside(carrying: Carrying) -> None:
    """Staff find its owner."""
    carrying.pay("T1", OPENING - FEE)
    sent = carrying.send("T1")
    carrying.hear(word(sent, Status.SETTLED))
    carrying.end()
    core = carrying.desk._core
    assert isinstance(core, Ledger)
    core.set_status(PAYER, AccountStatus.CLOSED)
    carrying.bring(back(sent))
    carrying.end()

    assert (carrying.aside, carrying.cases()) == (OPENING - FEE, ["return"])
