"""The queue of HVPS and its settlement window: who is settled first, and what comes back unsettled."""

from datetime import date

import pytest

from core_adapter.channels import reasons
from core_adapter.channels.messages import (
    Discarded,
    Priority,
    Status,
    System,
)
from core_adapter.clearing import orders
from core_adapter.clearing.magic import Magic, account_of
from tests.core_adapter.clearing.bank import Bank, credit, incoming
from tests.core_adapter.clearing.conftest import MakeBank

DAY = date(2026, 3, 2)
LARGE = 60_000_00


def test_hvps_queues_what_the_account_is_short_of_and_settles_it_by_urgency(make_bank: MakeBank) -> None:
    """Money comes by command and by credits of other banks; the limit can end."""
    bank = make_bank(funds=LARGE)
    send = [credit(LARGE, tx_id=str(n), system=System.HVPS) for n in range(4)]
    first, normal, urgent, most = [
        bank.pay(each, system=System.HVPS, priority=priority)[0]
        for each, priority in zip(
            send, [Priority.NORMAL, Priority.NORMAL, Priority.URGENT, Priority.MOST_URGENT], strict=True
        )
    ]

    assert [bank.statuses(each) for each in (first, normal, urgent, most)] == [["PR04"], ["PR12"], ["PR12"], ["PR12"]]
    bank.book.order([orders.funds(bank.now, LARGE)])
    bank.turn()
    assert [str(bank.status(each)) for each in (normal, urgent, most)] == ["PR12", "PR12", "PR04"]
    bank.book.order([orders.pay(bank.now, incoming(LARGE, System.HVPS))])
    bank.turn()
    assert [str(bank.status(each)) for each in (normal, urgent, most)] == ["PR12", "PR04", "PR04"]
    bank.book.order([orders.funds(bank.now, None)])
    bank.turn()
    assert bank.statuses(normal) == ["PR12", "PR04"]


def test_nothing_in_the_queue_overtakes_what_does_not_fit(make_bank: MakeBank) -> None:
    """Else a large urgent payment would wait for ever behind small ones."""
    bank = make_bank(funds=0)
    large = credit(LARGE, system=System.HVPS)
    [urgent] = bank.pay(large, system=System.HVPS, priority=Priority.URGENT)
    [small] = bank.pay(credit(1_00, system=System.HVPS), system=System.HVPS)
    bank.book.order([orders.funds(bank.now, LARGE - 1)])
    bank.turn()

    assert [str(bank.status(each)) for each in (urgent, small)] == ["PR12", "PR12"]


def test_the_most_urgent_comes_first_also_when_it_comes_with_the_money(make_bank: MakeBank) -> None:
    """What waits is looked at together with what just came."""
    bank = make_bank(funds=0)
    [waiting] = bank.pay(credit(LARGE, system=System.HVPS), system=System.HVPS)
    bank.book.order([orders.funds(bank.now, LARGE)])
    [urgent] = bank.pay(credit(LARGE, system=System.HVPS), system=System.HVPS, priority=Priority.MOST_URGENT)

    assert [str(bank.status(each)) for each in (waiting, urgent)] == ["PR12", "PR04"]
    assert bank.statuses(urgent) == ["PR04"]


@pytest.mark.parametrize("case", [Magic.QUEUED_SETTLED, Magic.QUEUED_EXPIRED])
def test_what_a_settlement_window_returned_is_neither_settled_nor_returned_later(bank: Bank, case: Magic) -> None:
    """The time of its own action comes, and finds it over."""
    account = account_of(case)
    [queued] = bank.pay(credit(LARGE, account=account, system=System.HVPS), system=System.HVPS)
    bank.book.order([orders.roll(bank.now, System.HVPS)])
    bank.later(5)

    assert bank.statuses(queued) == ["PR12", "PR32"]
    assert bank.status(queued) is Status.EXPIRED


def test_hvps_returns_what_is_still_queued_when_the_settlement_window_ends(make_bank: MakeBank) -> None:
    """It takes nothing new meanwhile, and what is funded in time is settled on the date that ends."""
    bank = make_bank(funds=0)
    bank.login()
    [late] = bank.pay(credit(LARGE, system=System.HVPS), system=System.HVPS)
    [funded] = bank.pay(credit(1_00, tx_id="2", system=System.HVPS), system=System.HVPS, priority=Priority.URGENT)
    bank.book.order([orders.roll(bank.now, System.HVPS)])
    bank.turn()

    bank.pay(credit(LARGE, system=System.HVPS), system=System.HVPS)
    assert bank.last(Discarded).code == reasons.CLOSED.code
    bank.book.order([orders.funds(bank.now, 1_00)])
    bank.later(1)

    assert bank.statuses(funded) == ["PR12", "PR04"]
    assert bank.statuses(late) == ["PR12", "PR32"]
    assert bank.told(late)[-1].code == reasons.EXPIRED.code
    [next_day] = bank.pay(credit(1_00, system=System.HVPS), system=System.HVPS)
    assert bank.ask(funded, next_day).outcomes[0].settled_on == DAY
    bank.book.order([orders.funds(bank.now, None)])
    bank.turn()
    assert bank.told(next_day)[-1].settled_on == date(2026, 3, 3)
