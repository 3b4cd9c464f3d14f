"""What is told of recurring transfers: by id with the log of runs, as a list, and only to who sees the account."""

from typing import Any

import pytest
from sqlalchemy import delete

from gateway.administration.accounts import detach_account
from gateway.administration.approval import switch_service
from gateway.administration.change import AdminError, raise_version
from gateway.journal.tables import OPERATOR_ACCOUNT
from protocol.codes import Code
from protocol.messages.orders import ListTransfers, ListTransfersReply, TransferKind
from protocol.messages.recurring import (
    CancelRecurring,
    ListRecurring,
    ListRecurringReply,
    Period,
    QueryRecurring,
    RecurringItem,
    RecurringState,
)
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, Node, command, query, transfer
from tests.journal.company import ask, new_id, until, word
from tests.journal.plans import follow_the_mode, order, ran, recurring, runs, set_up
from tests.journal.replies import rules, told
from tests.journal.scheduling import MONDAY, TUESDAY, WEDNESDAY, approve, at


def listed(node: Node, operator: str = "ERP1", **asked: Any) -> ListRecurringReply:
    """A page of the list."""
    return told(ask(node, operator, ListRecurring(**asked)), ListRecurringReply)


def ids(node: Node, operator: str = "ERP1", **asked: Any) -> list[str]:
    """The ids on a page of the list."""
    return [line.request_id for line in listed(node, operator, **asked).recurring]


def unlist(bank: Bank, operator: str, account: str) -> None:
    """Take an account off an operator's list."""
    with bank.journal().begin() as tx:
        own = OPERATOR_ACCOUNT.c
        tx.execute(delete(OPERATOR_ACCOUNT).where(own.operator_id == operator, own.account == account))
        raise_version(tx)


# -- one order


def test_R4_18_an_order_is_told_as_it_was_entered(bank: Bank) -> None:
    """With all that its runs will say."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    entered = recurring(100, end=WEDNESDAY, end_to_end_id="E2E-1", remark="三号楼", period=Period.WEEKLY)
    set_up(node, "R1", entered)

    asked = order(node, "R1")

    assert asked.order == RecurringItem(
        payer_account=PAYER,
        payee_account=PAYEE,
        payee_name="乙公司",
        amount=100,
        currency="CNY",
        purpose="房租",
        period=Period.WEEKLY,
        first_run=at(f"{MONDAY} 09:00"),
        end_date=at(WEDNESDAY).date(),
        end_to_end_id="E2E-1",
        remark="三号楼",
    )
    assert (asked.service, asked.runs, asked.run) == ("SubmitRecurring", 1, ())


def test_R4_18_the_log_of_runs_comes_by_pages_the_latest_first(bank: Bank) -> None:
    """Pages stay where they are when further runs are made meanwhile; those that were skipped stand among them."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)
    bank.set_clock("2031-11-08 09:00")
    ran(bank, node, "R1", 6)

    first = order(node, "R1", page_size=2)
    bank.set_clock("2031-11-09 09:00")
    ran(bank, node, "R1", 7)
    second = order(node, "R1", page_size=2, cursor=first.next_cursor)
    third = order(node, "R1", page_size=2, cursor=second.next_cursor)

    pages = [[(run.number, run.state.value) for run in page.run] for page in (first, second, third)]
    assert pages == [
        [(6, "succeeded"), (5, "skipped")],
        [(4, "skipped"), (3, "skipped")],
        [(2, "skipped"), (1, "succeeded")],
    ]
    assert third.next_cursor is None
    assert [run.due_at for run in third.run] == [at(f"{TUESDAY} 09:00"), at(f"{MONDAY} 09:00")]
    assert third.run[1].reference is not None
    strange = ask(node, "ERP1", QueryRecurring(request_id="R2", cursor=first.next_cursor))
    assert rules(strange) == [Code.CURSOR_INVALID]


def test_an_id_that_is_no_recurring_transfer_is_told_as_what_it_was_used_for(bank: Bank) -> None:
    """Nothing came under one that was never received; another order's says which service used it."""
    node = bank.node()
    node.answer(transfer("T1", 100))
    node.answer(query("F1", fence=True))

    found = [order(node, each) for each in ("NEVER", "T1", "F1")]

    assert [(each.state, each.final, each.service) for each in found] == [
        ("not-found", False, None),
        ("not-found", False, "SubmitTransfer"),
        ("not-found", False, None),
    ]


def test_R1_5_an_order_of_an_account_that_is_not_on_the_own_list_is_refused_and_never_not_found(bank: Bank) -> None:
    """Who takes that for true pays again; who entered it sees it whatever its list is by then."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    assert order(node, "R1", "LOOK1").state is RecurringState.LIVE
    for operator in ("LOOK1", "ERP1"):
        unlist(bank, operator, PAYER)

    refused = ask(node, "LOOK1", QueryRecurring(request_id="R1"))
    by_id = node.answer(command(query("R1").body, new_id(), operator="LOOK1"))

    assert [rules(each) for each in (refused, by_id)] == [[Code.ACCOUNT_NOT_LISTED]] * 2
    assert "<Body>" not in refused
    assert order(node, "R1").state is RecurringState.LIVE
    assert ids(node, "LOOK1") == []


# -- the list


def test_R4_17_orders_are_listed_the_newest_first_by_pages(bank: Bank) -> None:
    """A page stays where it is when orders are entered meanwhile; each line has what the order is and its next run."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    for number in range(5):
        set_up(node, f"R{number}", recurring(100 + number, end=TUESDAY))

    first = listed(node, page_size=2)
    set_up(node, "R9", recurring(100))
    second = listed(node, page_size=2, cursor=first.next_cursor)
    third = listed(node, page_size=2, cursor=second.next_cursor)

    pages = [[line.request_id for line in page.recurring] for page in (first, second, third)]
    assert pages == [["R4", "R3"], ["R2", "R1"], ["R0"]]
    assert third.next_cursor is None
    line = third.recurring[0]
    assert (line.state, line.amount, line.period, line.next_run) == ("live", 100, "DAILY", at(f"{MONDAY} 09:00"))
    changed = ask(node, "ERP1", ListRecurring(live_only=True, cursor=first.next_cursor))
    assert rules(changed) == [Code.CURSOR_INVALID]


def test_R4_17_the_list_is_of_one_account_or_of_what_has_not_ended(bank: Bank) -> None:
    """Withdrawn and completed ones are left out on request; what waits has not ended."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    for name, account, end in (("R1", PAYER, WEDNESDAY), ("R2", SAVINGS, WEDNESDAY), ("R3", PAYER, MONDAY)):
        set_up(node, name, recurring(100, payer_account=account, end=end))
    set_up(node, "R4", recurring(100))
    set_up(node, "R5", recurring(100, end="2031-11-02"))
    ask(node, "ERP1", CancelRecurring(request_id="R4"))
    bank.set_clock(f"{MONDAY} 09:00")
    until(node, lambda: order(node, "R3").state is RecurringState.COMPLETED)

    assert ids(node) == ["R4", "R3", "R2", "R1"]
    assert ids(node, live_only=True) == ["R2", "R1"]
    assert ids(node, payer_account=PAYER, live_only=True) == ["R1"]
    assert ids(node, payer_account=PAYEE) == []
    unlist(bank, "LOOK1", SAVINGS)
    assert ids(node, "LOOK1") == ["R4", "R3", "R1"]
    assert ids(node, "LOOK1", payer_account=SAVINGS) == []


def test_what_waits_for_its_people_has_not_ended(company: Bank) -> None:
    """With the next run that they may still let go."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 09:30")
    set_up(node, "R1", recurring(100, first=f"{MONDAY} 10:00"))
    company.set_clock(f"{MONDAY} 11:00")

    (line,) = listed(node, live_only=True).recurring

    assert (line.state, line.next_run) == ("waiting-review", at(f"{TUESDAY} 10:00"))


# -- its runs among other payments


def test_R6_3_runs_are_listed_as_payments_of_their_kind_and_not_as_rows_of_a_batch(bank: Bank) -> None:
    """With the number of the run beside the id; when the next one comes is told of the order alone."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    set_up(node, "R2", recurring(100, payee_account=SAVINGS, payee_name="甲公司"))
    bank.set_clock(f"{MONDAY} 09:00")
    for name in ("R1", "R2"):
        ran(bank, node, name, 1)

    def found(kind: TransferKind | None) -> list[tuple[str, int | None, str, bool]]:
        asked = ListTransfers(from_date=at(MONDAY).date(), to_date=at(MONDAY).date(), kind=kind)
        items = told(ask(node, "ERP1", asked), ListTransfersReply).item
        return [(each.request_id, each.row, each.kind.value, each.runs_at is None) for each in items]

    assert found(TransferKind.OUTGOING) == [("R1", 1, "outgoing", True)]
    assert found(TransferKind.OWN) == [("R2", 1, "own", True)]
    assert found(TransferKind.BATCH) == found(TransferKind.SCHEDULED) == []
    assert len(found(None)) == 2


# -- an account that goes


def test_O28_an_account_with_a_live_order_is_not_detached(bank: Bank) -> None:
    """It names the order; once that is withdrawn nothing stands in the way."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))

    with pytest.raises(AdminError, match="R1"), bank.journal().begin() as tx:
        detach_account(tx, CUSTOMER_ID, PAYER)
    ask(node, "ERP1", CancelRecurring(request_id="R1"))
    with bank.journal().begin() as tx:
        detach_account(tx, CUSTOMER_ID, PAYER)


def test_O40_a_service_that_is_switched_off_since_stops_no_run(company: Bank) -> None:
    """It takes no new order (R2.9); a live one was approved and goes on."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=MONDAY))
    approve(node, "R1")
    with company.journal().begin() as tx:
        switch_service(tx, CUSTOMER_ID, "SubmitRecurring", on=False)

    assert rules(set_up(node, "R2", recurring(100))) == [Code.SERVICE_OFF]
    company.set_clock(f"{MONDAY} 09:00")
    ran(company, node, "R1", 1)

    assert (runs(node, "R1"), word(node.answer(query("R1")), "State")) == ({1: "succeeded"}, "succeeded")
