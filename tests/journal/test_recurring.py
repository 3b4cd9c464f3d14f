"""Recurring transfers through whole turns: their runs, what is skipped, and their end (R4.18).

The clock is set by hand and goes on from there; the plan is fixed at entry, and nobody approves here.
"""

import pytest

from protocol.codes import Code
from protocol.messages.recurring import Period
from tests.journal.bank import OPENING, PAYEE, PAYER, Bank
from tests.journal.company import word
from tests.journal.plans import order, payments, ran, recurring, runs, set_up
from tests.journal.scheduling import MONDAY, TUESDAY, WEDNESDAY, at


def test_R4_18_each_run_is_a_payment_at_its_hour(bank: Bank) -> None:
    """It is live from its entry, moves nothing before an hour of its plan, and pays once at each."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")

    entered = set_up(node, "R1", recurring(100, end=WEDNESDAY))

    assert (word(entered, "Code"), word(entered, "State")) == (Code.SCHEDULED, "live")
    assert (word(entered, "Runs"), word(entered, "NextRun")) == ("3", f"{MONDAY}T09:00:00+08:00")
    assert (bank.balance(PAYER), payments(bank, "R1")) == (OPENING, {})
    for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY), 1):
        bank.set_clock(f"{day} 09:00")
        ran(bank, node, "R1", number)
        assert bank.balance(PAYEE) == 100 * number
        assert payments(bank, "R1")[number].business_date == day
    assert runs(node, "R1") == dict.fromkeys((3, 2, 1), "succeeded")


@pytest.mark.parametrize(
    ("period", "second"),
    [
        (Period.DAILY, "2031-02-01"),
        (Period.WEEKLY, "2031-02-07"),
        (Period.FORTNIGHTLY, "2031-02-14"),
        (Period.MONTHLY, "2031-02-28"),
        (Period.QUARTERLY, "2031-04-30"),
        (Period.HALF_YEARLY, "2031-07-31"),
        (Period.YEARLY, "2032-01-31"),
    ],
)
def test_R4_18_a_period_says_when_the_next_run_comes(bank: Bank, period: Period, second: str) -> None:
    """The 31st is the last day of a month that has none."""
    node = bank.node()
    bank.set_clock("2031-01-31 08:00")
    set_up(node, "R1", recurring(first="2031-01-31 11:00", end="2032-01-31", period=period))

    bank.set_clock("2031-01-31 11:00")
    ran(bank, node, "R1", 1)

    assert order(node, "R1").next_run == at(f"{second} 11:00")
    bank.set_clock(f"{second} 10:59")
    assert order(node, "R1").next_run == at(f"{second} 11:00")
    bank.set_clock(f"{second} 11:00")
    ran(bank, node, "R1", 2)
    assert bank.balance(PAYEE) == 200
