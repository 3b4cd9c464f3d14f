"""Transfers that wait for their time, through whole turns: when they run, and of which day's limits they take what.

The clock is set by hand and goes on from there; no working day is asked (O30), and the year is one without a calendar.
"""

import re
from datetime import datetime

import pytest

from gateway.administration.customers import set_customer_status
from gateway.domain.calendar import SHANGHAI
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.orders import CancelTransfer, ListTransfers, TransferKind
from protocol.messages.transfer import Arrival
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, SAVINGS, Bank, Node, query, transfer
from tests.journal.company import ask, decide, finished, until, word

MONDAY, TUESDAY, WEDNESDAY = "2031-11-03", "2031-11-04", "2031-11-05"
EVERY = ("operator", "account", "customer")


def at(moment: str) -> datetime:
    """A moment on the clock in Shanghai."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def of(amount: int, *scopes: str) -> dict[str, int]:
    """That amount in each scope."""
    return dict.fromkeys(scopes, amount)


def state_of(node: Node, request_id: str) -> str:
    """What is told of a transfer now."""
    return word(node.answer(query(request_id)), "State")


def becomes(node: Node, request_id: str, state: str) -> str:
    """The reply about a transfer once it is in that state."""
    until(node, lambda: state_of(node, request_id) == state)
    return node.answer(query(request_id))


def approve(node: Node, request_id: str) -> str:
    """The reply to the last of the acts by which the customer's people let it go."""
    decide(node, "REV1", Decision.APPROVE, request_id)
    decide(node, "AUTH1", Decision.APPROVE, request_id)
    return decide(node, "SEND", Decision.DISPATCH, request_id)


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


# -- it does not run


def test_O47_what_does_not_fit_on_its_day_fails_naming_the_limit(bank: Bank) -> None:
    """At entry it only warned; on its day it is not tried again, takes nothing of that day, and moves nothing."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    bank.set_account(PAYER, limit_day=150)

    first = node.answer(transfer("T1", 100, scheduled_for=at(f"{TUESDAY} 09:00")))
    second = node.answer(transfer("T2", 100, scheduled_for=at(f"{TUESDAY} 10:00")))
    third = node.answer(transfer("T3", 200, scheduled_for=at(f"{TUESDAY} 10:00")))
    bank.set_clock(f"{TUESDAY} 09:00")
    finished(bank, node, "T1")
    bank.set_clock(f"{TUESDAY} 10:00")
    failed = finished(bank, node, "T2")

    assert [re.findall("<Warning><Code>([A-Z_]*)<", each) for each in (first, second)] == [[], []]
    assert re.findall("<Warning><Code>([A-Z_]*)<", third) == [Code.ACCOUNT_DAY_LIMIT]
    assert word(failed.partition("<Body>")[2], "Code") == Code.ACCOUNT_DAY_LIMIT
    finished(bank, node, "T3")
    assert bank.balance(PAYEE) == 100
    assert bank.used(MONDAY) == of(400, "operator")
    assert bank.used(TUESDAY) == of(100, *EVERY)
    bank.set_clock(f"{WEDNESDAY} 10:00")
    assert state_of(node, "T2") == "failed"


def test_O47_a_limit_per_transfer_that_was_lowered_holds_on_the_day_it_runs(bank: Bank) -> None:
    """R3.8: what failed on the day of entry gives all of it back; nothing comes back to an earlier day."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 11:00")))
    node.answer(transfer("T2", 200, scheduled_for=at(f"{TUESDAY} 11:00")))
    bank.set_account(PAYER, limit_transfer=99)

    bank.set_clock(f"{MONDAY} 11:00")
    failed = finished(bank, node, "T1")

    assert word(failed.partition("<Body>")[2], "Code") == Code.ACCOUNT_LIMIT
    assert bank.used(MONDAY) == of(200, "operator")
    bank.set_clock(f"{TUESDAY} 11:00")
    finished(bank, node, "T2")
    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(200, "operator"), {})


def test_R3_8_what_the_core_declines_on_its_day_gives_back_that_day_alone(bank: Bank) -> None:
    """The day it ran is given back; what the operator used on the day of scheduling stays used."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", OPENING + 1, scheduled_for=at(f"{MONDAY} 11:00")))
    node.answer(transfer("T2", OPENING + 2, scheduled_for=at(f"{TUESDAY} 11:00")))

    bank.set_clock(f"{MONDAY} 11:00")
    assert word(finished(bank, node, "T1").partition("<Body>")[2], "Code") == Code.BALANCE_INSUFFICIENT
    assert bank.used(MONDAY) == of(OPENING + 2, "operator")
    bank.set_clock(f"{TUESDAY} 11:00")
    finished(bank, node, "T2")

    assert (bank.used(MONDAY), bank.used(TUESDAY)) == (of(OPENING + 2, "operator"), {})


def test_a_customer_who_is_suspended_by_then_pays_nothing(bank: Bank) -> None:
    """Acts already done stand, but who may pay is asked on the day it runs."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{TUESDAY} 11:00")))
    with bank.journal().begin() as tx:
        set_customer_status(tx, CUSTOMER_ID, "suspended")

    bank.set_clock(f"{TUESDAY} 11:00")
    until(node, lambda: bank.transfers()["T1"].state == "failed")

    assert bank.transfers()["T1"].reasons == Code.CUSTOMER_SUSPENDED
    assert bank.balance(PAYER) == OPENING


def test_O22_a_list_that_was_closed_meanwhile_holds_on_the_day_it_runs(bank: Bank) -> None:
    """A payee who is not on the closed list (R1.23) is not paid, whenever the payment was entered."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{TUESDAY} 11:00")))
    bank.set_account(PAYER, closed=True)

    bank.set_clock(f"{TUESDAY} 11:00")

    assert word(finished(bank, node, "T1").partition("<Body>")[2], "Code") == Code.PAYEE_NOT_IN_CLOSED_LIST
    assert (bank.balance(PAYEE), bank.used(TUESDAY)) == (0, {})


def test_O24_what_waits_expires_at_the_end_of_the_thirtieth_day(company: Bank) -> None:
    """Nothing comes back to the day of entry; nobody approves it any more, not even before the clock has seen it."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100))
    node.answer(transfer("T2", 100, scheduled_for=at(f"{TUESDAY} 09:00")))
    company.set_clock("2031-12-03 23:58")
    assert (state_of(node, "T1"), state_of(node, "T2")) == ("waiting-review", "waiting-review")

    company.set_clock("2031-12-04 00:00")

    expired = becomes(node, "T1", "expired")
    assert word(expired.partition("<Body>")[2], "Final") == "true"
    assert re.findall(r"<Act>([a-z]+)</Act>", expired) == ["enter", "expire"]
    assert word(decide(node, "REV1", Decision.APPROVE, "T1"), "Code") != Code.DONE
    becomes(node, "T2", "expired")
    assert company.used(MONDAY) == {"operator": 200, "account": 100, "customer": 100}
    assert company.used("2031-12-04") == {}


def test_R2_21_where_modes_are_used_an_administrator_withdraws_what_is_scheduled(company: Bank) -> None:
    """Profile 002: not its entry operator; what today was taken comes back (R3.8)."""
    node = company.node()
    company.set_clock(f"{MONDAY} 10:00")
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 11:00")))
    node.answer(transfer("T2", 200, scheduled_for=at(f"{TUESDAY} 11:00")))
    for request_id in ("T1", "T2"):
        approve(node, request_id)

    refused = ask(node, "ERP1", CancelTransfer(request_id="T1"))
    withdrawn = [ask(node, "ADM", CancelTransfer(request_id=each)) for each in ("T1", "T2")]

    assert word(refused, "Code") == Code.WITHDRAWAL_BY_OTHERS
    assert [word(each, "State") for each in withdrawn] == ["withdrawn"] * 2
    assert company.used(MONDAY) == {}
    company.set_clock(f"{TUESDAY} 11:00")
    assert word(ask(node, "ADM", CancelTransfer(request_id="T1")), "Code") == Code.NOT_WITHDRAWABLE
    assert company.balance(PAYER) == OPENING


@pytest.mark.parametrize("arrival", [Arrival.NORMAL, Arrival.NEXT_DAY, None])
def test_R4_17_what_is_scheduled_is_listed_and_withdrawn_until_it_runs(bank: Bank, arrival: Arrival | None) -> None:
    """Profile 000: from the list, by who entered it (O5); afterwards it is on the list no more, and never runs."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 10:00")
    chosen = None if arrival else at(f"{TUESDAY} 11:00")
    node.answer(transfer("T1", 100, arrival=arrival, scheduled_for=chosen))
    node.answer(transfer("T2", 200, arrival=arrival, scheduled_for=chosen))
    node.answer(transfer("T3", 300))
    wanted = ListTransfers(from_date=at(MONDAY).date(), to_date=at(MONDAY).date(), kind=TransferKind.SCHEDULED)

    listed = ask(node, "ERP1", wanted)
    withdrawn = ask(node, "ERP1", CancelTransfer(request_id="T1", reason="不付了"))

    assert re.findall("<Item><RequestId>(T[0-9])<", listed) == ["T2", "T1"]
    assert listed.count("<RunsAt>") == 2
    assert word(withdrawn, "State") == "withdrawn"
    assert re.findall("<Item><RequestId>(T[0-9])<", ask(node, "ERP1", wanted)) == ["T2"]
    bank.set_clock(f"{TUESDAY} 11:00")
    finished(bank, node, "T2")
    assert word(ask(node, "ERP1", CancelTransfer(request_id="T2")), "Code") == Code.NOT_WITHDRAWABLE
    assert ask(node, "ERP1", wanted).count("<RunsAt>") == 0
    assert bank.balance(PAYEE) == 500
