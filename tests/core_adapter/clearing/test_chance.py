"""Faults by chance: each rate does what it says, and a seed gives the same draws whatever the timing."""

from dataclasses import replace

import pytest

from core_adapter.channels.messages import (
    Credits,
    Original,
    Received,
    StatusAnswer,
    StatusQuery,
    System,
    Told,
)
from core_adapter.clearing import orders
from core_adapter.clearing.settings import Faults
from tests.core_adapter.clearing.bank import BANK, OTHER, Bank, credit
from tests.core_adapter.clearing.conftest import MakeBank

ALL = Faults(
    seed=11, loss=0.2, duplicate=0.2, reorder=0.2, delay=0.2, refusal=0.2, silence=0.2, late_return=0.2, queue=0.2
)
SYSTEMS = [System.IBPS, System.HVPS, System.BEPS]


def message_of(bank: Bank, number: int) -> Credits:
    """A message under an id of its own, whenever it is sent."""
    system = SYSTEMS[number % 3]
    head = replace(bank.head(system), message_id=f"2026030250{number:06d}")
    return Credits(head=head, credits=(credit(100 + number, system=system),))


def fates(bank: Bank, order: list[int], group: int) -> dict[str, object]:
    """What became of credits that are sent in an order and in groups, and sent again until they are known."""
    for start in range(0, len(order), group):
        bank.turn(*(message_of(bank, number) for number in order[start : start + group]))
        bank.later(0.3)
    for _ in range(30):
        bank.turn(*(message_of(bank, number) for number in order))
    bank.later(30)
    names = [Original(BANK, message_of(bank, number).head.message_id, "1") for number in sorted(order)]
    with bank.book.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT message_id, status, code, returned_by FROM credit WHERE sender = ?", (BANK,)
        )
        booked = sorted(tuple(row) for row in rows)
    told = {name.message_id: sorted({str(each.status) for each in bank.told(name)}) for name in names}
    acknowledged = sorted({each.head.reference_id for each in bank.all(Received)})
    return {"booked": booked, "told": told, "acknowledged": acknowledged}


def test_a_seed_gives_the_same_draws_whatever_the_order_the_groups_and_the_time(make_bank: MakeBank) -> None:
    """And another seed gives others."""
    numbers = list(range(60))
    one = fates(make_bank(faults=ALL), numbers, 60)
    other = fates(make_bank(faults=ALL), numbers[::-1], 7)
    another_seed = fates(make_bank(faults=replace(ALL, seed=12)), numbers, 60)

    assert one == other
    assert one != another_seed


def test_every_fault_happens_about_as_often_as_its_rate_says(make_bank: MakeBank) -> None:
    """One in five, of three hundred."""
    bank = make_bank(faults=ALL)
    found = fates(bank, list(range(300)), 50)
    booked = found["booked"]
    assert isinstance(booked, list)

    assert len(booked) == 300
    assert 30 < sum(row[1] == "PR09" for row in booked) < 90
    assert 15 < sum(row[3] == "late" for row in booked) < 90
    with bank.book.reading() as connection:
        lost = connection.exec_driver_sql("SELECT COUNT(*) FROM lost").scalar_one()
    assert 30 < lost < 90


@pytest.mark.parametrize(
    ("faults", "heard"),
    [
        (Faults(loss=0.0, silence=1.0), []),
        (Faults(duplicate=1.0), [Received, Received, Told, Told, StatusAnswer, StatusAnswer]),
    ],
)
def test_a_fault_that_always_happens_shows_in_what_is_heard(
    make_bank: MakeBank, faults: Faults, heard: list[type]
) -> None:
    """Silence is silent, and a duplicate comes twice."""
    bank = make_bank(faults=faults)
    [paid] = bank.pay(credit())
    if heard:
        bank.turn(StatusQuery(head=bank.head(), originals=(paid,)))

    assert [type(each) for each in bank.heard] == heard


def test_a_reordered_outcome_is_overtaken_by_a_later_one(make_bank: MakeBank) -> None:
    """None is lost by it."""
    faults = Faults(seed=3, reorder=0.5, reorder_seconds=3.0)
    bank = make_bank(faults=faults)
    paid = [bank.pay(credit())[0] for _ in range(20)]
    bank.later(6)

    orders = {tuple(bank.statuses(each)) for each in paid}
    assert ("PR04", "PR03") in orders
    assert {tuple(sorted(each)) for each in orders} == {("PR03", "PR04")}


def test_a_lost_delivery_comes_again(make_bank: MakeBank) -> None:
    """With a draw of its own each time."""
    bank = make_bank(faults=Faults(loss=0.9))
    incoming = orders.Incoming(system=System.BEPS, account="1", name="甲", amount=5, bank=OTHER)
    bank.book.order([orders.pay(bank.now, incoming)])
    bank.later(600)

    assert 0 < len(bank.delivered()) < 100
