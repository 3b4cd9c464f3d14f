"""Closed payees of batches and payrolls, at their entry and when the bank is to act (R1.23, O21)."""

import pytest

from gateway.administration.closed import add_payee, remove_payee, set_closed
from gateway.administration.customers import set_switch
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.batch import QueryPayroll
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, Bank, command
from tests.journal.batching import approved, batch, payroll, settled, tally
from tests.journal.company import decide, word
from tests.journal.replies import rules
from tests.journal.scheduling import MONDAY, TUESDAY, at


@pytest.fixture
def closed(company: Bank) -> Bank:
    """Batches and payrolls under approval; the account is closed to all but the one payee, and may pay wages."""
    approved(company, "SubmitBatch")
    approved(company, "SubmitPayroll")
    company.set_account(PAYER, bank_wages=True, may_wages=True)
    company.set_clock(f"{MONDAY} 10:00")
    with company.journal().begin() as tx:
        set_closed(tx, CUSTOMER_ID, PAYER, closed=True)
        add_payee(tx, CUSTOMER_ID, PAYER, PAYEE, name="乙公司")
    return company


def drop(bank: Bank) -> None:
    """Take the payee off the list again."""
    with bank.journal().begin() as tx:
        remove_payee(tx, CUSTOMER_ID, PAYER, PAYEE)


@pytest.mark.parametrize("body", [batch(100, 200), payroll(2)], ids=["batch", "payroll"])
def test_O21_the_closed_list_holds_for_every_row(closed: Bank, body: object) -> None:
    """Each row off the list is named; with the payee on it, the same enters."""
    node = closed.node()

    listed = node.answer(command(body, "B1"))
    drop(closed)
    barred = node.answer(command(body, "B2"))

    assert word(listed, "State") == "waiting-review"
    assert rules(barred) == [Code.PAYEE_NOT_IN_CLOSED_LIST] * 2


def test_O21_a_payroll_goes_past_the_list_only_where_the_bank_says_so(closed: Bank) -> None:
    """The switch is for payroll alone: a batch to the same payee is refused still."""
    drop(closed)
    with closed.journal().begin() as tx:
        set_switch(tx, CUSTOMER_ID, "free_payroll", on=True)
    node = closed.node()

    entered = node.answer(command(payroll(2), "P1"))
    barred = node.answer(command(batch(100), "B1"))
    decide(node, "REV1", Decision.APPROVE, "P1")
    decide(node, "AUTH1", Decision.APPROVE, "P1")
    decide(node, "SEND", Decision.DISPATCH, "P1")
    closed.set_clock(f"{MONDAY} 10:30")

    assert word(entered, "State") == "waiting-review"
    assert rules(barred) == [Code.PAYEE_NOT_IN_CLOSED_LIST]
    assert tally(settled(node, "P1", QueryPayroll)) == {"succeeded": ("2", "2.00")}


def test_O22_a_list_that_lost_a_payee_holds_at_the_last_approval(closed: Bank) -> None:
    """A batch as a whole fails with the reason when the bank is to act on it; nothing is paid."""
    node = closed.node()
    node.answer(command(batch(100, 200), "B1"))
    decide(node, "REV1", Decision.APPROVE, "B1")
    decide(node, "AUTH1", Decision.APPROVE, "B1")
    drop(closed)

    last = decide(node, "SEND", Decision.DISPATCH, "B1")

    assert rules(last) == [Code.PAYEE_NOT_IN_CLOSED_LIST]
    assert tally(settled(node, "B1")) == {"failed": ("2", "3.00")}
    assert closed.balance(PAYER) == OPENING


def test_O22_a_list_that_lost_a_payee_holds_on_the_day_a_batch_runs(closed: Bank) -> None:
    """A batch for a later hour asks the list again at that hour."""
    node = closed.node()
    node.answer(command(batch(100, 200, scheduled_for=at(f"{TUESDAY} 11:00")), "B1"))
    decide(node, "REV1", Decision.APPROVE, "B1")
    decide(node, "AUTH1", Decision.APPROVE, "B1")
    assert "scheduled" in decide(node, "SEND", Decision.DISPATCH, "B1")
    drop(closed)

    closed.set_clock(f"{TUESDAY} 11:00")

    assert tally(settled(node, "B1")) == {"failed": ("2", "3.00")}
    assert closed.balance(PAYER) == OPENING
