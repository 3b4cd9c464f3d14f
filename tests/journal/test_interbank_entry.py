"""SubmitTransfer to other banks: which channel takes it and when, and what refuses it at entry."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.domain.terms import Fee, RoutingRules, Terms
from protocol.codes import Code
from protocol.messages.orders import CancelTransfer, ListTransfers, ListTransfersReply, TransferKind
from protocol.messages.transfer import Arrival, QueryTransferReply, SubmitTransferReply, TransferState
from tests.gateway.domain.moments import RULES
from tests.journal.bank import PAYEE, SAVINGS, Bank, Node, query, transfer
from tests.journal.company import ask, until
from tests.journal.interbank import (
    BRANCH,
    FRIDAY,
    HEAD,
    MONDAY,
    SATURDAY,
    SMALL,
    THURSDAY,
    UNLISTED,
    legs,
    load_offices,
    set_channels,
)
from tests.journal.replies import code, rules, told
from tests.journal.scheduling import EVERY, at, of
from tests.journal.test_preview import codes, preview

FEES = RoutingRules(terms=Terms(beps_max=80_000_00, fees=(Fee(10_000_00, 1_00), Fee(None, 5_00)), urgent_fee=2_00))
"""BEPS takes less than this bank lets a customer pay at once."""

ELSEWHERE = "6222000000000000001"
"""An account at another bank."""


@pytest.fixture
def node(bank: Bank) -> Node:
    """A node that takes payments to three offices, on a Friday at ten."""
    load_offices(bank)
    bank.set_clock(f"{FRIDAY} 10:00")
    return bank.node(rules=RULES, routing=FEES)


def to(office: Any = BRANCH, **changed: Any) -> dict[str, Any]:
    """The elements of a payment to an account at that office."""
    return {"payee_account": ELSEWHERE, "payee_bank_code": office.code, **changed}


def submit(node: Node, request_id: str, amount: int, **changed: Any) -> SubmitTransferReply:
    """What is told of a payment that was entered."""
    return told(node.answer(transfer(request_id, amount, **to(**changed))), SubmitTransferReply)


def shown(node: Node, request_id: str) -> QueryTransferReply:
    """What is told of it later."""
    return told(node.answer(query(request_id)), QueryTransferReply)


def is_about(found: datetime | None, wanted: datetime | None) -> bool:
    """Whether these are the same moment, but for the time that passes in a test."""
    return found is not None and wanted is not None and abs(found - wanted) < timedelta(minutes=1)


# -- the channel


@pytest.mark.parametrize(
    ("amount", "arrival", "channel", "rule", "fee"),
    [
        (50_000_00, Arrival.NEXT_DAY, "IBPS", "R4.8", 5_00),
        (50_000_01, Arrival.NEXT_DAY, "HVPS", "R4.8", 5_00),
        (10_000_00, Arrival.NORMAL, "BEPS", "O11", 1_00),
        (80_000_00, Arrival.NORMAL, "BEPS", "O11", 5_00),
        (80_000_01, Arrival.NORMAL, "HVPS", "R4.8", 5_00),
    ],
)
def test_R4_8_a_payment_takes_the_channel_that_its_preview_names(
    bank: Bank, node: Node, amount: int, arrival: Arrival, channel: str, rule: str, fee: int
) -> None:
    """Its reply, the answer to a query and a list tell it with rule, fee and value date."""
    before = preview(node, amount, **to(arrival=arrival))

    entered = submit(node, "T1", amount, arrival=arrival)

    assert (entered.channel, entered.rule_id, entered.fee) == (channel, rule, fee)
    assert (before.channel, before.rule_id, before.fee, before.fault) == (channel, rule, fee, ())
    assert entered.state is TransferState.SCHEDULED
    assert is_about(entered.runs_at, before.leaves_at)
    assert entered.value_date == before.value_date
    day = at(FRIDAY).date()
    listed = told(ask(node, "ERP1", ListTransfers(from_date=day, to_date=day)), ListTransfersReply)
    for item in (shown(node, "T1").transfer, listed.item[0].transfer):
        assert item is not None
        assert (item.channel, item.fee, item.value_date) == (channel, fee, entered.value_date)
        assert (item.status, item.settled_on) == (None, None)
    assert legs(bank)["T1"].payer_name == "甲公司"


def test_R8_1_a_small_payment_leaves_by_ibps_at_any_hour(bank: Bank, node: Node) -> None:
    """R4.4, R4.5: in real time, at once, also on a Saturday night; nothing is there to be withdrawn."""
    bank.set_clock(f"{SATURDAY} 23:30")

    node.answer(transfer("T1", 1_00, **to()))

    leg = legs(bank)["T1"]
    assert (leg.channel, leg.rule, leg.fee, leg.value_date) == ("IBPS", "R4.8", 1_00, SATURDAY)
    assert bank.transfers()["T1"].state != "entered"
    assert code(ask(node, "ERP1", CancelTransfer(request_id="T1"))) == Code.INSTRUCTION_NOT_FOUND


def test_O30_a_small_payment_asks_no_calendar(bank: Bank) -> None:
    """In a year without one it goes by IBPS, and large value nowhere (R4.13)."""
    load_offices(bank)
    bank.set_clock(f"{FRIDAY} 10:00")
    node = bank.node(routing=FEES)

    assert submit(node, "T1", 50_000_00, arrival=Arrival.NEXT_DAY).channel == "IBPS"
    assert rules(node.answer(transfer("T2", 50_000_01, **to()))) == [Code.NO_CHANNEL]


def test_R4_14_beps_takes_what_is_normal_and_nothing_else(node: Node) -> None:
    """O11, O31: up to its cap, at any hour; an office without IBPS and HVPS is not paid in real time."""
    entered = submit(node, "T1", 1_00, office=SMALL, arrival=Arrival.NORMAL)

    assert (entered.channel, entered.rule_id) == ("BEPS", "O11")
    assert rules(node.answer(transfer("T2", 1_00, **to(SMALL)))) == [Code.NO_CHANNEL]


# -- its time


@pytest.mark.parametrize(
    ("now", "runs"),
    [
        (f"{THURSDAY} 17:00", f"{FRIDAY} 09:00"),
        (f"{THURSDAY} 20:29", f"{FRIDAY} 09:00"),
        (f"{FRIDAY} 17:00", f"{MONDAY} 09:00"),
        (f"{FRIDAY} 20:30", f"{MONDAY} 09:00"),
        (f"{SATURDAY} 10:00", f"{MONDAY} 09:00"),
    ],
)
def test_R4_11_large_value_that_finds_its_channel_closed_is_postponed(
    bank: Bank, node: Node, now: str, runs: str
) -> None:
    """R4.10, O10: it runs when the channel opens, and takes limits of that day alone (O46)."""
    bank.set_clock(now)

    entered = submit(node, "T1", 60_000_00)

    assert (entered.state, entered.channel, entered.runs_at) == (TransferState.SCHEDULED, "HVPS", at(runs))
    assert str(entered.value_date) == runs[:10]
    assert bank.used(now[:10]) == {}


@pytest.mark.parametrize("now", [f"{THURSDAY} 20:30", f"{FRIDAY} 16:59"])
def test_R4_10_large_value_leaves_at_once_while_its_channel_is_open(bank: Bank, node: Node, now: str) -> None:
    """From the evening before; what leaves then is cleared on the next day."""
    bank.set_clock(now)

    node.answer(transfer("T1", 60_000_00, **to()))

    assert (legs(bank)["T1"].channel, legs(bank)["T1"].value_date) == ("HVPS", FRIDAY)
    assert bank.transfers()["T1"].state != "entered"


def test_R4_12_what_is_postponed_is_listed_as_scheduled_and_withdrawn_until_it_runs(bank: Bank, node: Node) -> None:
    """Until the very moment; then it is with the bank, and its limits are those of that day."""
    bank.set_clock(f"{SATURDAY} 10:00")
    day = at(SATURDAY).date()
    for each in ("T1", "T2"):
        submit(node, each, 60_000_00)

    listed = told(
        ask(node, "ERP1", ListTransfers(from_date=day, to_date=day, kind=TransferKind.SCHEDULED)), ListTransfersReply
    )
    withdrawn = ask(node, "ERP1", CancelTransfer(request_id="T1"))

    assert {each.request_id: each.runs_at for each in listed.item} == dict.fromkeys(("T1", "T2"), at(f"{MONDAY} 09:00"))
    assert code(withdrawn) == Code.DONE
    bank.set_clock(f"{MONDAY} 08:59")
    assert bank.transfers()["T2"].state == "entered"
    bank.set_clock(f"{MONDAY} 09:00")
    until(node, lambda: bank.transfers()["T2"].state != "entered")
    assert code(ask(node, "ERP1", CancelTransfer(request_id="T2"))) == Code.NOT_WITHDRAWABLE
    assert bank.transfers()["T2"].business_date == MONDAY
    assert bank.used(SATURDAY) == {}


@pytest.mark.parametrize(
    ("now", "amount", "runs"),
    [
        ("10:00", 1_00, "12:00"),  # BEPS, at any hour
        ("10:00", 80_000_01, "12:00"),
        ("16:00", 80_000_01, "16:50"),
        ("16:00", 1_00, "18:00"),
    ],
)
def test_O8_what_is_normal_leaves_two_hours_later_or_before_its_channel_closes(
    bank: Bank, node: Node, now: str, amount: int, runs: str
) -> None:
    """R4.6: revocable until then."""
    bank.set_clock(f"{FRIDAY} {now}")

    entered = submit(node, "T1", amount, arrival=Arrival.NORMAL)

    assert is_about(entered.runs_at, at(f"{FRIDAY} {runs}"))
    assert code(ask(node, "ERP1", CancelTransfer(request_id="T1"))) == Code.DONE


@pytest.mark.parametrize(("amount", "runs"), [(50_000_00, SATURDAY), (50_000_01, MONDAY)])
def test_O9_next_day_is_the_calendars_and_for_large_value_the_next_working_day(
    node: Node, amount: int, runs: str
) -> None:
    """R4.7: at nine."""
    assert submit(node, "T1", amount, arrival=Arrival.NEXT_DAY).runs_at == at(f"{runs} 09:00")


@pytest.mark.parametrize(
    ("amount", "hour", "found"),
    [
        (50_000_01, f"{MONDAY} 16:00", []),
        (50_000_01, f"{MONDAY} 17:00", [Code.SCHEDULE_OUTSIDE_HOURS]),
        (50_000_01, f"{SATURDAY} 10:00", [Code.SCHEDULE_OUTSIDE_HOURS]),
        (50_000_00, f"{SATURDAY} 17:00", []),
    ],
)
def test_O29_large_value_is_scheduled_on_working_days_until_sixteen(
    node: Node, amount: int, hour: str, found: list[Code]
) -> None:
    """What goes by IBPS on any day until seventeen (R4.15)."""
    assert rules(node.answer(transfer("T1", amount, **to(scheduled_for=at(hour))))) == found


# -- maintenance


def test_R4_9_maintenance_of_ibps_is_told_and_a_branch_may_go_on(bank: Bank, node: Node) -> None:
    """O32: by HVPS while it is open, else by BEPS; the head office names no branch."""
    set_channels(bank, IBPS="maintenance")
    asked = transfer("T1", 1_00, **to(HEAD))

    refused = node.answer(replace(asked, head=replace(asked.head, language="zh")))
    by_day = preview(node, 1_00, **to())
    node.answer(transfer("T2", 1_00, **to()))
    bank.set_clock(f"{SATURDAY} 10:00")
    node.answer(transfer("T3", 1_00, **to()))

    assert rules(refused) == [Code.NO_CHANNEL]
    assert "清算行已退出" in refused
    assert codes(preview(node, 1_00, **to(HEAD))) == [Code.NO_CHANNEL]
    assert (by_day.channel, by_day.rule_id) == ("HVPS", "O32")
    assert {each: (leg.channel, leg.rule) for each, leg in legs(bank).items()} == {
        "T2": ("HVPS", "O32"),
        "T3": ("BEPS", "O32"),
    }


def test_O32_what_is_for_the_next_day_waits_for_the_end_of_maintenance(bank: Bank, node: Node) -> None:
    """It is looked at again each minute, stays withdrawable, and leaves by IBPS when that is open."""
    submit(node, "T1", 1_00, office=HEAD, arrival=Arrival.NEXT_DAY)
    submit(node, "T2", 2_00, office=HEAD, arrival=Arrival.NEXT_DAY)
    set_channels(bank, IBPS="maintenance")

    bank.set_clock(f"{SATURDAY} 09:00")
    until(node, lambda: legs(bank)["T1"].value_date is None and legs(bank)["T2"].value_date is None)

    assert [bank.transfers()[each].state for each in ("T1", "T2")] == ["entered"] * 2
    assert shown(node, "T1").state is TransferState.SCHEDULED
    assert code(ask(node, "ERP1", CancelTransfer(request_id="T2"))) == Code.DONE
    set_channels(bank, IBPS="open")
    bank.set_clock(f"{SATURDAY} 09:02")
    until(node, lambda: bank.transfers()["T1"].state != "entered")
    assert (legs(bank)["T1"].channel, legs(bank)["T1"].value_date) == ("IBPS", SATURDAY)


def test_O32_what_waits_and_has_no_channel_when_its_time_comes_fails(bank: Bank, node: Node) -> None:
    """This bank does not run the only channel any more: it says so, and is not tried again."""
    submit(node, "T1", 1_00, office=SMALL, arrival=Arrival.NORMAL)
    set_channels(bank, BEPS="closed")

    bank.set_clock(f"{FRIDAY} 12:01")
    until(node, lambda: bank.transfers()["T1"].state == "failed")

    told_of = shown(node, "T1")
    assert (told_of.state, told_of.code) == (TransferState.FAILED, Code.NO_CHANNEL)
    assert bank.used(FRIDAY) == {}


# -- urgent


def test_O35_what_is_urgent_leaves_at_once_at_its_fee(bank: Bank, node: Node) -> None:
    """R4.19: with the channel's highest priority."""
    before = preview(node, 1_00, **to(urgent=True))

    node.answer(transfer("T1", 1_00, **to(urgent=True)))

    leg = legs(bank)["T1"]
    assert (before.fault, before.fee) == ((), 3_00)
    assert (leg.urgent, leg.fee, leg.channel) == (True, 3_00, "IBPS")
    assert bank.transfers()["T1"].state != "entered"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"arrival": Arrival.NORMAL}, Code.URGENT_NOT_POSSIBLE),
        ({"arrival": Arrival.NEXT_DAY}, Code.URGENT_NOT_POSSIBLE),
        ({"scheduled_for": at(f"{MONDAY} 10:00")}, Code.URGENT_NOT_POSSIBLE),
        ({"payee_account": PAYEE, "payee_bank_code": None}, Code.NOT_OFFERED),
    ],
)
def test_R4_19_urgent_is_for_what_goes_to_another_bank_at_once(
    node: Node, changed: dict[str, Any], found: Code
) -> None:
    """O35: with no other time, and not within the bank."""
    asked = to(urgent=True) | changed

    assert rules(node.answer(transfer("T1", 1_00, **asked))) == [found]
    assert codes(preview(node, 1_00, **asked)) == [found]


# -- whom


def test_R4_20_the_payees_bank_is_one_of_the_directory(bank: Bank, node: Node) -> None:
    """O36: any other is refused, and so is one that no channel reaches, with the reasons of each."""
    unknown = node.answer(transfer("T1", 1_00, **to(UNLISTED)))
    unreached = node.answer(transfer("T2", 50_000_01, **to(SMALL)))

    assert (rules(unknown), rules(unreached)) == ([Code.PAYEE_BANK_UNKNOWN], [Code.NO_CHANNEL])
    assert all(rule in unreached for rule in ("IBPS (O36)", "BEPS (O11)", "HVPS (O36)"))
    assert legs(bank) == {}


def test_O36_ibps_takes_the_head_office_from_the_directory(bank: Bank, node: Node) -> None:
    """The payment keeps the office that it names."""
    submit(node, "T1", 1_00, arrival=Arrival.NEXT_DAY)

    leg = legs(bank)["T1"]
    assert (leg.bank_code, leg.ibps, leg.bank_name) == (BRANCH.code, HEAD.code, "云帆银行")


def test_R3_3_a_payment_to_another_bank_leaves_the_customer_whatever_its_account_is_called(
    bank: Bank, node: Node
) -> None:
    """An own account of the same number is at this bank."""
    submit(node, "T1", 1_00, payee_account=SAVINGS, arrival=Arrival.NORMAL)

    assert bank.used(FRIDAY) == of(1_00, *EVERY)
