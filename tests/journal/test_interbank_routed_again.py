"""Payments to other banks that wait for people: the way is found again when the last approval is in."""

import pytest
from sqlalchemy import insert

from gateway.domain.terms import RoutingRules
from gateway.journal.tables import CLOSED_PAYEE
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.transfer import Arrival, TransferState
from tests.gateway.domain.moments import RULES
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank, Node
from tests.journal.company import decide, staffed, until, word
from tests.journal.interbank import BRANCH, FRIDAY, HEAD, MONDAY, SATURDAY, THURSDAY, legs, load_offices, set_channels
from tests.journal.scheduling import approve, at
from tests.journal.test_interbank_entry import ELSEWHERE, shown, submit


@pytest.fixture
def company(bank: Bank) -> Node:
    """A node of a bank whose customer's people approve, on a Thursday at ten."""
    load_offices(staffed(bank))
    bank.set_clock(f"{THURSDAY} 10:00")
    return bank.node(rules=RULES, routing=RoutingRules())


def approve_large(node: Node, request_id: str) -> str:
    """The reply to the last of the acts by which more than 50,000.00 is let go."""
    for operator in ("REV1", "AUTH1", "AUTH3"):
        decide(node, operator, Decision.APPROVE, request_id)
    return decide(node, "SEND", Decision.DISPATCH, request_id)


def test_R4_8_what_waits_for_people_tells_the_way_that_it_would_take_now(company: Node) -> None:
    """Its reply carries it like that of any other payment."""
    entered = submit(company, "T1", 1_00)

    assert (entered.state, entered.channel, entered.rule_id) == (TransferState.WAITING_REVIEW, "IBPS", "R4.8")
    assert str(entered.value_date) == THURSDAY


def test_O10_the_last_approval_is_when_large_value_is_submitted(bank: Bank, company: Node) -> None:
    """R4.11: entered on Thursday in the morning, approved after the channel closed, it leaves on Friday at nine."""
    assert str(submit(company, "T1", 60_000_00).value_date) == THURSDAY
    bank.set_clock(f"{THURSDAY} 17:00")

    approve_large(company, "T1")

    found = shown(company, "T1")
    assert (found.state, found.runs_at) == (TransferState.SCHEDULED, at(f"{FRIDAY} 09:00"))
    assert (legs(bank)["T1"].channel, legs(bank)["T1"].value_date) == ("HVPS", FRIDAY)
    bank.set_clock(f"{FRIDAY} 09:00")
    until(company, lambda: bank.transfers()["T1"].state != "entered")
    assert bank.transfers()["T1"].business_date == FRIDAY


def test_O34_next_day_counts_from_the_last_approval(bank: Bank, company: Node) -> None:
    """R4.7, O9: for large value the next working day after it."""
    submit(company, "T1", 60_000_00, arrival=Arrival.NEXT_DAY)
    submit(company, "T2", 1_00, arrival=Arrival.NEXT_DAY)
    bank.set_clock(f"{FRIDAY} 10:00")

    approve_large(company, "T1")
    approve(company, "T2")

    assert shown(company, "T1").runs_at == at(f"{MONDAY} 09:00")
    assert shown(company, "T2").runs_at == at(f"{SATURDAY} 09:00")
    assert [str(legs(bank)[each].value_date) for each in ("T1", "T2")] == [MONDAY, SATURDAY]


def test_O12_a_chosen_hour_that_passed_rolls_within_the_hours_of_large_value(bank: Bank, company: Node) -> None:
    """R4.16, O29: after 16:00 it is nine of the next working day; by IBPS seventeen of the same."""
    for each, amount in (("T1", 60_000_00), ("T2", 1_00)):
        submit(company, each, amount, scheduled_for=at(f"{FRIDAY} 15:00"))
    bank.set_clock(f"{FRIDAY} 16:01")

    approve_large(company, "T1")
    approve(company, "T2")

    assert shown(company, "T1").runs_at == at(f"{MONDAY} 09:00")
    assert shown(company, "T2").runs_at == at(f"{FRIDAY} 17:00")


def test_R4_9_an_approval_in_maintenance_sends_it_another_way(bank: Bank, company: Node) -> None:
    """O32: HVPS is open, so it leaves by that at once."""
    submit(company, "T1", 1_00)
    set_channels(bank, IBPS="maintenance")

    approve(company, "T1")

    leg = legs(bank)["T1"]
    assert (leg.channel, leg.rule, leg.value_date) == ("HVPS", "O32", THURSDAY)
    assert bank.transfers()["T1"].state != "entered"


def test_R4_9_an_approval_in_maintenance_of_what_names_no_branch_makes_it_fail(bank: Bank, company: Node) -> None:
    """Its approvers are told, and what it took of limits comes back."""
    submit(company, "T1", 1_00, office=HEAD)
    set_channels(bank, IBPS="maintenance")

    last = approve(company, "T1")

    assert word(last.partition("<Body>")[2], "Code") == Code.NO_CHANNEL
    assert "IBPS (R4.9)" in last
    found = shown(company, "T1")
    assert (found.state, found.code) == (TransferState.FAILED, Code.NO_CHANNEL)
    assert bank.used(THURSDAY) == {}


def test_O32_what_hvps_holds_in_maintenance_leaves_when_it_ends(bank: Bank, company: Node) -> None:
    """Approved in it, it is scheduled without a value date, and runs by itself."""
    submit(company, "T1", 60_000_00)
    set_channels(bank, HVPS="maintenance")

    approve_large(company, "T1")

    assert shown(company, "T1").state is TransferState.SCHEDULED
    assert legs(bank)["T1"].value_date is None
    bank.set_clock(f"{THURSDAY} 10:02")
    until(company, lambda: True)
    assert bank.transfers()["T1"].state == "entered"
    set_channels(bank)
    bank.set_clock(f"{THURSDAY} 10:05")
    until(company, lambda: bank.transfers()["T1"].state != "entered")
    assert legs(bank)["T1"].value_date == THURSDAY


def test_R1_23_a_closed_list_names_the_payees_bank_when_it_runs(bank: Bank, company: Node) -> None:
    """The same account number at another office is another's, and may not be paid."""
    for each, office in (("T1", BRANCH), ("T2", HEAD)):
        submit(company, each, 1_00, office=office, arrival=Arrival.NEXT_DAY)
        approve(company, each)
    with bank.journal().begin() as tx:
        listed = {"payee_account": ELSEWHERE, "payee_bank_code": BRANCH.code, "payee_name": "乙公司"}
        tx.execute(insert(CLOSED_PAYEE), {"customer_id": CUSTOMER_ID, "account": PAYER, **listed})
    bank.set_account(PAYER, closed=True)

    bank.set_clock(f"{FRIDAY} 09:00")
    until(company, lambda: all(bank.transfers()[each].state != "entered" for each in ("T1", "T2")))

    assert Code.PAYEE_NOT_IN_CLOSED_LIST not in bank.transfers()["T1"].reasons
    assert bank.transfers()["T2"].reasons == Code.PAYEE_NOT_IN_CLOSED_LIST
