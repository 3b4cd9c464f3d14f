"""Transfers that wait for their time, through whole turns: when they run, and of which day's limits they take what.

The clock is set by hand and goes on from there; no working day is asked (O30), and the year is one without a calendar.
"""

import re

from protocol.codes import Code
from protocol.messages.transfer import Arrival
from tests.journal.bank import OPENING, PAYEE, PAYER, SAVINGS, Bank, query, transfer
from tests.journal.company import finished, word
from tests.journal.scheduling import EVERY, MONDAY, TUESDAY, WEDNESDAY, approve, at, of, state_of

# -- without a plan


def test_R4_15_a_chosen_hour_of_the_same_day_takes_its_limits_once(bank: Bank) -> None:
    """It waits with its hour, moves nothing before it, and is taken for the day of entry alone."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")

    entered = node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 11:00")))

    assert (word(entered, "Code"), word(entered, "State")) == (Code.SCHEDULED, "scheduled")
    assert word(entered, "RunsAt") == f"{MONDAY}T11:00:00+08:00"
    assert bank.used(MONDAY) == of(100, *EVERY)
    bank.set_clock(f"{MONDAY} 10:59")
    assert state_of(node, "T1") == "scheduled"
    assert bank.balance(PAYER) == OPENING
    bank.set_clock(f"{MONDAY} 11:00")
    assert word(finished(bank, node, "T1"), "State") == "succeeded"
    assert (bank.balance(PAYEE), bank.used(MONDAY)) == (100, of(100, *EVERY))
    assert bank.transfers()["T1"].business_date == MONDAY


def test_R3_9_for_another_day_the_operator_is_taken_on_both_and_the_account_on_the_day_it_runs(bank: Bank) -> None:
    """各扣一次: on the day of scheduling and again on the day of dispatch; account and customer on the latter alone."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")

    node.answer(transfer("T1", 100, scheduled_for=at(f"{WEDNESDAY} 17:00")))

    assert (bank.used(MONDAY), bank.used(WEDNESDAY)) == (of(100, "operator"), {})
    bank.set_clock(f"{TUESDAY} 17:00")
    assert state_of(node, "T1") == "scheduled"
    bank.set_clock(f"{WEDNESDAY} 17:00")
    finished(bank, node, "T1")
    assert [bank.used(day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [of(100, "operator"), {}, of(100, *EVERY)]
    assert bank.transfers()["T1"].business_date == WEDNESDAY


def test_R4_3_between_own_accounts_an_hour_may_be_chosen_and_takes_nothing_of_the_customer(bank: Bank) -> None:
    """O33: real time or a chosen hour; R3.3: the customer's limits are for outgoing transfers."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    inside = {"payee_account": SAVINGS, "payee_name": "甲公司"}

    node.answer(transfer("T1", 100, **inside, scheduled_for=at(f"{TUESDAY} 09:00")))
    refused = [node.answer(transfer(each, 100, **inside, arrival=each)) for each in (Arrival.NORMAL, Arrival.NEXT_DAY)]

    assert [word(each, "Code") for each in refused] == [Code.ARRIVAL_NOT_POSSIBLE] * 2
    assert bank.used(MONDAY) == of(100, "operator")
    bank.set_clock(f"{TUESDAY} 09:00")
    finished(bank, node, "T1")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(100, "operator"), of(100, "operator", "account"))


def test_R4_7_next_day_runs_at_nine_and_counts_as_scheduled(bank: Bank) -> None:
    """O9: the calendar's next day, whatever day it is; O46: the operator's usage on both days."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 23:30")

    entered = node.answer(transfer("T1", 100, arrival=Arrival.NEXT_DAY))

    assert word(entered, "RunsAt") == f"{TUESDAY}T09:00:00+08:00"
    assert bank.used(MONDAY) == of(100, "operator")
    bank.set_clock(f"{TUESDAY} 08:59")
    assert state_of(node, "T1") == "scheduled"
    bank.set_clock(f"{TUESDAY} 09:00")
    finished(bank, node, "T1")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(100, "operator"), of(100, *EVERY))


def test_O8_normal_leaves_two_hours_later_and_takes_the_limits_of_the_day_of_entry(bank: Bank) -> None:
    """R4.6: within four hours, and revocable until it has left."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00:30")

    entered = node.answer(transfer("T1", 100, arrival=Arrival.NORMAL))

    assert word(entered, "RunsAt").startswith(f"{MONDAY}T12:00:3")
    bank.set_clock(f"{MONDAY} 12:00:00")
    assert state_of(node, "T1") == "scheduled"
    bank.set_clock(f"{MONDAY} 12:01")
    finished(bank, node, "T1")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(100, *EVERY), {})


def test_R3_10_normal_over_midnight_takes_the_limits_of_the_day_it_runs(bank: Bank) -> None:
    """O46: what would run on the next day takes nothing of today."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 23:00")

    node.answer(transfer("T1", 100, arrival=Arrival.NORMAL))

    assert bank.used(MONDAY) == {}
    bank.set_clock(f"{TUESDAY} 01:01")
    finished(bank, node, "T1")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == ({}, of(100, *EVERY))


def test_O6_normal_over_midnight_asks_the_limits_of_the_day_it_runs(bank: Bank) -> None:
    """Those of today are not its own: a day that is used up refuses nothing that runs tomorrow, where it only warns."""
    node = bank.node()
    bank.set_account(PAYER, limit_day=150)
    bank.set_clock(f"{MONDAY} 23:00")
    node.answer(transfer("T1", 100))

    second = node.answer(transfer("T2", 100, arrival=Arrival.NORMAL))
    third = node.answer(transfer("T3", 151, arrival=Arrival.NORMAL))

    assert [word(each, "Code") for each in (second, third)] == [Code.SCHEDULED] * 2
    assert [re.findall("<Warning><Code>([A-Z_]*)<", each) for each in (second, third)] == [[], [Code.ACCOUNT_DAY_LIMIT]]
    bank.set_clock(f"{TUESDAY} 01:01")
    finished(bank, node, "T2")
    assert word(finished(bank, node, "T3").partition("<Body>")[2], "Code") == Code.ACCOUNT_DAY_LIMIT
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(100, *EVERY), of(100, *EVERY))


def test_O46_an_hour_of_today_that_no_node_was_there_for_is_taken_on_the_day_it_runs(bank: Bank) -> None:
    """The gateway comes back after midnight: what ran today now is given back to yesterday."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 16:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 17:00")))
    assert bank.used(MONDAY) == of(100, *EVERY)

    bank.set_clock(f"{TUESDAY} 02:00")

    finished(bank, node, "T1")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == ({}, of(100, *EVERY))


def test_a_clock_that_jumps_over_many_hours_runs_each_transfer_once(bank: Bank) -> None:
    """Every one that was due on the way runs now, and one that is due later waits."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    hours = [f"{day} {hour:02}:00" for day in (MONDAY, TUESDAY) for hour in range(9, 18)]
    for number, hour in enumerate([*hours, f"{WEDNESDAY} 17:00"]):
        node.answer(transfer(f"T{number}", 100, scheduled_for=at(hour)))

    bank.set_clock(f"{WEDNESDAY} 16:00")

    for number in range(len(hours)):
        finished(bank, node, f"T{number}")
    assert state_of(node, f"T{len(hours)}") == "scheduled"
    assert bank.balance(PAYEE) == 100 * len(hours)


# -- with a plan


def test_R4_16_an_approval_after_the_chosen_time_leaves_at_the_next_whole_hour(company: Bank) -> None:
    """It rolls to the next hour at the last approval, which its history shows; the day's usage stays."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 11:00")))
    company.set_clock(f"{MONDAY} 11:30")
    assert state_of(node, "T1") == "waiting-review"

    assert word(approve(node, "T1"), "State") == "scheduled"

    assert word(node.answer(query("T1")), "RunsAt") == f"{MONDAY}T12:00:00+08:00"
    company.set_clock(f"{MONDAY} 12:00")
    reply = finished(company, node, "T1")
    assert re.findall(r"<Act>([a-z]+)</Act>", reply) == ["enter", "review", "authorize", "dispatch", "roll"]
    assert company.used(MONDAY) == of(100, *EVERY)


def test_O12_past_the_last_hour_it_rolls_to_nine_of_the_next_day_and_gives_back_today(company: Bank) -> None:
    """O46: a same-day schedule that rolls to tomorrow is taken when it runs."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 17:00")))
    assert company.used(MONDAY) == of(100, *EVERY)
    company.set_clock(f"{MONDAY} 17:00:01")

    approve(node, "T1")

    assert word(node.answer(query("T1")), "RunsAt") == f"{TUESDAY}T09:00:00+08:00"
    assert (company.used(MONDAY), company.used(TUESDAY)) == ({}, {})
    company.set_clock(f"{TUESDAY} 09:00")
    finished(company, node, "T1")
    assert (company.used(MONDAY), company.used(TUESDAY)) == ({}, of(100, *EVERY))


def test_R4_16_rolled_from_another_day_the_operator_is_still_taken_on_the_day_of_scheduling(company: Bank) -> None:
    """R3.9 holds for what was scheduled, whenever it runs in the end."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{TUESDAY} 11:00")))
    company.set_clock(f"{TUESDAY} 17:30")

    approve(node, "T1")

    assert (company.used(MONDAY), company.used(TUESDAY)) == (of(100, "operator"), {})
    company.set_clock(f"{WEDNESDAY} 09:00")
    finished(company, node, "T1")
    assert company.used(WEDNESDAY) == of(100, *EVERY)
    assert company.used(TUESDAY) == {}


def test_O34_next_day_counts_from_the_last_approval(company: Bank) -> None:
    """Entered on Monday and dispatched on Tuesday, it runs on Wednesday at nine."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, arrival=Arrival.NEXT_DAY))
    company.set_clock(f"{TUESDAY} 10:00")

    approve(node, "T1")

    assert word(node.answer(query("T1")), "RunsAt") == f"{WEDNESDAY}T09:00:00+08:00"
    company.set_clock(f"{WEDNESDAY} 09:00")
    finished(company, node, "T1")
    used = [company.used(day) for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert used == [of(100, "operator"), {}, of(100, *EVERY)]


def test_R3_7_an_approval_on_a_later_day_moves_no_usage(company: Bank) -> None:
    """What runs as soon as its plan is complete was taken on the day of entry."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100))
    company.set_clock(f"{TUESDAY} 10:00")

    approve(node, "T1")

    finished(company, node, "T1")
    assert (company.used(MONDAY), company.used(TUESDAY)) == (of(100, *EVERY), {})


def test_O8_normal_with_a_plan_leaves_two_hours_after_the_last_approval(company: Bank) -> None:
    """Two hours after the dispatch; over midnight the usage of the day of entry comes back (O46)."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, arrival=Arrival.NORMAL))
    node.answer(transfer("T2", 200, arrival=Arrival.NORMAL))
    approve(node, "T1")
    assert company.used(MONDAY) == of(300, *EVERY)
    company.set_clock(f"{MONDAY} 22:30")

    approve(node, "T2")

    finished(company, node, "T1")
    assert company.used(MONDAY) == of(100, *EVERY)
    company.set_clock(f"{TUESDAY} 00:31")
    finished(company, node, "T2")
    assert (company.used(MONDAY), company.used(TUESDAY)) == (of(100, *EVERY), of(200, *EVERY))
