"""Scheduled instructions that come to no good end: what fails on its day, expires, or is withdrawn."""

import re

import pytest

from gateway.administration.customers import set_customer_status
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.orders import CancelTransfer, ListTransfers, TransferKind
from protocol.messages.transfer import Arrival
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, Bank, transfer
from tests.journal.company import ask, decide, finished, until, word
from tests.journal.scheduling import EVERY, MONDAY, TUESDAY, WEDNESDAY, approve, at, becomes, of, state_of

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
