"""What is found of what was submitted: what waits (R2.22), transfers and batches with conditions (R5.11), by pages."""

from datetime import date
from typing import Any

import pytest

from gateway.administration.lists import change_accounts
from protocol.codes import Code
from protocol.messages.approval import Decision, ListPending, ListPendingReply
from protocol.messages.batch import BatchState
from protocol.messages.orders import ListBatches, ListBatchesReply, ListTransfers, ListTransfersReply, TransferKind
from protocol.messages.transfer import TransferState
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, Node, command, transfer
from tests.journal.batching import approved, batch, payroll, settled
from tests.journal.company import ask, decide, finished, until, word
from tests.journal.replies import rules, told
from tests.journal.scheduling import MONDAY, TUESDAY, WEDNESDAY, at

TODAY = date.fromisoformat(MONDAY)


@pytest.fixture
def busy(company: Bank) -> Node:
    """Three transfers and a batch that wait for review, one entered on the savings account."""
    approved(company, "SubmitBatch")
    company.set_clock(f"{MONDAY} 10:00")
    node = company.node()
    node.answer(transfer("T1", 100_00))
    node.answer(transfer("T2", 200_00, payee_name="北京乙有限公司"))
    node.answer(transfer("T3", 300_00, payer_account=SAVINGS))
    node.answer(command(batch(150_00, 250_00), "B1"))
    return node


def waiting(node: Node, operator: str = "REV1", **asked: Any) -> list[str]:
    """The request ids that an operator's list of pending instructions shows."""
    listed = told(ask(node, operator, ListPending(**asked)), ListPendingReply)
    return [item.content.request_id for item in listed.item]


def listed(node: Node, operator: str = "ERP1", **asked: Any) -> list[tuple[str, int | None]]:
    """Request ids and rows of today's transfers under these conditions."""
    body = ListTransfers(**{"from_date": TODAY, "to_date": TODAY} | asked)
    return [(item.request_id, item.row) for item in told(ask(node, operator, body), ListTransfersReply).item]


def batches(node: Node, operator: str = "ERP1", **asked: Any) -> list[str]:
    """Request ids of today's batches under these conditions."""
    body = ListBatches(**{"from_date": TODAY, "to_date": TODAY} | asked)
    return [item.request_id for item in told(ask(node, operator, body), ListBatchesReply).item]


def test_R2_22_without_a_filter_all_that_waits_for_the_asker_is_shown_the_oldest_first(busy: Node) -> None:
    """An authorizer is shown nothing before its step has come."""
    assert waiting(busy) == ["T1", "T2", "T3", "B1"]
    assert waiting(busy, "AUTH1") == []

    decide(busy, "REV1", Decision.APPROVE, "T2")

    assert waiting(busy) == ["T1", "T3", "B1"]
    assert waiting(busy, "AUTH1") == ["T2"]


def test_R2_22_a_part_of_the_payees_name_finds_every_name_that_holds_it(busy: Node) -> None:
    """公司 finds all names with it, 北京 the one; a batch as a whole has no payee."""
    assert waiting(busy, payee="公司") == ["T1", "T2", "T3"]
    assert waiting(busy, payee="北京") == ["T2"]
    assert waiting(busy, payee="上海") == []


def test_R2_22_filters_by_entry_operator_service_amount_and_age_are_taken_together(busy: Node) -> None:
    """Both bounds of an amount are included; a batch counts with its total."""
    first = told(ask(busy, "REV1", ListPending()), ListPendingReply).item[0].entered_at

    assert waiting(busy, entry_operator="ERP1") == ["T1", "T2", "T3", "B1"]
    assert waiting(busy, entry_operator="REV1") == []
    assert waiting(busy, service="SubmitBatch") == ["B1"]
    assert waiting(busy, min_amount=200_00, max_amount=300_00) == ["T2", "T3"]
    assert waiting(busy, min_amount=200_00, service="SubmitTransfer", payee="北京") == ["T2"]
    assert waiting(busy, min_amount=400_00) == ["B1"]
    assert waiting(busy, entered_before=first) == []
    assert waiting(busy, entered_before=at(f"{WEDNESDAY} 00:00")) == ["T1", "T2", "T3", "B1"]


def test_R1_5_what_waits_is_shown_to_those_who_have_the_account(busy: Node, company: Bank) -> None:
    """A reviewer without the savings account is not asked about it, and its transfers are not listed to it."""
    with company.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "REV1", remove=[SAVINGS])

    assert waiting(busy) == ["T1", "T2", "B1"]
    assert waiting(busy, "REV2") == ["T1", "T2", "T3", "B1"]
    assert ("T3", None) not in listed(busy, "REV1")
    assert ("T3", None) in listed(busy, "REV2")


def test_R5_11_single_transfers_and_rows_are_listed_by_conditions_the_newest_first(busy: Node, company: Bank) -> None:
    """Kind, state, account, payee and amount narrow the list; rows of a batch are transfers of their own."""
    for operator, decision in (("REV1", Decision.APPROVE), ("AUTH1", Decision.APPROVE), ("SEND", Decision.DISPATCH)):
        decide(busy, operator, decision, "T1")
    finished(company, busy, "T1")
    decide(busy, "REV1", Decision.REJECT, "T2", reason="重复")

    assert listed(busy) == [("B1", 2), ("B1", 1), ("T3", None), ("T2", None), ("T1", None)]
    assert listed(busy, kind=TransferKind.BATCH) == [("B1", 2), ("B1", 1)]
    assert listed(busy, kind=TransferKind.OUTGOING) == [("T3", None), ("T2", None), ("T1", None)]
    assert listed(busy, kind=TransferKind.OWN) == []
    assert listed(busy, state=TransferState.SUCCEEDED) == [("T1", None)]
    assert listed(busy, state=TransferState.REJECTED) == [("T2", None)]
    assert listed(busy, payer_account=SAVINGS) == [("T3", None)]
    assert listed(busy, payee="北京") == [("T2", None)]
    assert listed(busy, payee=PAYEE[-4:], min_amount=150_00, max_amount=200_00) == [("B1", 1), ("T2", None)]


def test_R6_3_scheduled_ones_and_those_between_own_accounts_are_listed_apart(bank: Bank) -> None:
    """The scheduled one is so until it runs."""
    bank.set_clock(f"{MONDAY} 10:00")
    node = bank.node()
    node.answer(transfer("OWN", payee_account=SAVINGS, payee_name="甲公司"))
    node.answer(transfer("LATER", scheduled_for=at(f"{TUESDAY} 11:00")))
    node.answer(transfer("OUT"))

    assert listed(node, kind=TransferKind.OWN) == [("OWN", None)]
    assert listed(node, kind=TransferKind.SCHEDULED) == [("LATER", None)]
    assert listed(node, kind=TransferKind.OUTGOING) == [("OUT", None), ("LATER", None)]


def test_R5_11_batches_are_found_by_state_and_payroll_by_its_service(busy: Node, company: Bank) -> None:
    """The newest first; what ended well and badly is counted apart (R5.10); R5.11's batch number is the request id."""
    company.set_account(PAYER, bank_wages=True, may_wages=True)
    approved(company, "SubmitPayroll")
    busy.answer(command(batch(60_000_00, 60_000_00), "B2"))
    busy.answer(command(payroll(3), "P1"))
    for operator, decision in (
        ("REV1", Decision.APPROVE),
        ("AUTH1", Decision.APPROVE),
        ("AUTH3", Decision.APPROVE),
        ("SEND", Decision.DISPATCH),
    ):
        decide(busy, operator, decision, "B2")
    settled(busy, "B2")

    assert batches(busy) == ["P1", "B2", "B1"]
    assert batches(busy, service="SubmitPayroll") == ["P1"]
    assert batches(busy, state=BatchState.WAITING_REVIEW) == ["P1", "B1"]
    assert batches(busy, state=BatchState.PARTLY_SUCCEEDED) == ["B2"]
    found = told(ask(busy, "ERP1", ListBatches(from_date=TODAY, to_date=TODAY)), ListBatchesReply).item[1]
    assert (found.count, found.total, found.succeeded, found.failed) == (2, 120_000_00, 1, 1)


def test_R5_11_what_is_entered_between_two_pages_moves_neither(busy: Node) -> None:
    """A page goes on where the one before ended; a cursor of other conditions is refused."""
    asked: dict[str, Any] = {"from_date": TODAY, "to_date": TODAY, "page_size": 2}
    first = told(ask(busy, "ERP1", ListTransfers(**asked)), ListTransfersReply)
    busy.answer(transfer("T4"))
    second = told(ask(busy, "ERP1", ListTransfers(**asked, cursor=first.next_cursor)), ListTransfersReply)
    other = ask(busy, "ERP1", ListTransfers(**asked, cursor=first.next_cursor, payee="乙"))

    assert [(item.request_id, item.row) for item in first.item] == [("B1", 2), ("B1", 1)]
    assert [(item.request_id, item.row) for item in second.item] == [("T3", None), ("T2", None)]
    assert rules(other) == [Code.CURSOR_INVALID]


def test_R5_11_the_period_is_of_days_of_submission(busy: Node, company: Bank) -> None:
    """The next day shows what was entered on it, and both days are within a period that ends on them."""
    company.set_clock(f"{TUESDAY} 09:00")
    until(busy, lambda: word(busy.answer(transfer("NEXT")), "State") == "waiting-review")
    next_day = date.fromisoformat(TUESDAY)

    assert listed(busy, from_date=next_day, to_date=next_day) == [("NEXT", None)]
    assert len(listed(busy, to_date=next_day)) == 6
    assert batches(busy, from_date=next_day, to_date=next_day) == []
