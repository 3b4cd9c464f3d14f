"""What one order that nobody can carry on must not do: stop others, however many there are of its kind."""

import pytest
from sqlalchemy import update

from gateway.journal import due
from gateway.journal.tables import REQUEST
from tests.journal.bank import Bank
from tests.journal.company import finished
from tests.journal.plans import ran, recurring, set_up
from tests.journal.scheduling import EVERY, MONDAY, of, state_of
from tests.journal.test_due import NINE, poisoned, schedule

TEN = f"{MONDAY} 10:00"


def _unreadable(bank: Bank, *request_ids: str) -> None:
    """Let orders be such as this version cannot read, perhaps written by a later one."""
    with bank.journal().begin() as tx:
        tx.execute(update(REQUEST).where(REQUEST.c.request_id.in_(request_ids)).values(code="OF_ANOTHER_VERSION"))


def test_as_many_matters_as_are_woken_at_once_that_cannot_be_woken_stop_no_other(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were due first and would be found first again and again: they are left alone for a while."""
    monkeypatch.setattr(due, "WAKING_MAX", 2)
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    schedule(node, "T1", "T2")
    set_up(node, "R3", recurring(100, first=TEN, end=MONDAY))
    heal = poisoned(node, "T1", "T2")
    bank.set_clock(NINE)

    bank.set_clock(TEN)

    ran(bank, node, "R3", 1)
    assert (state_of(node, "T1"), state_of(node, "T2")) == ("scheduled", "scheduled")
    heal()
    finished(bank, node, "T1")
    finished(bank, node, "T2")
    assert bank.used(MONDAY) == of(300, *EVERY)


@pytest.mark.parametrize("most", [1, 200])
def test_an_order_that_cannot_be_taken_over_stops_no_other(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Whatever else is due goes on: scheduled payments, runs, and what another process left."""
    monkeypatch.setattr(due, "REQUESTS_MAX", most)
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    schedule(node, "T1", "T2")
    set_up(node, "R3", recurring(100, end=MONDAY))
    _unreadable(bank, "T1")

    bank.set_clock(NINE)

    finished(bank, node, "T2")
    ran(bank, node, "R3", 1)
    assert bank.used(MONDAY) == of(300, *EVERY)
    with bank.journal().begin() as tx:
        tx.execute(update(REQUEST).where(REQUEST.c.request_id == "T1").values(code="SCHEDULED"))
    finished(bank, node, "T1")
