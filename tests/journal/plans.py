"""Recurring transfers in tests: setting one up, its runs as they are told, waiting for one of them."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select

from gateway.journal.tables import BINDING, TRANSFER
from gateway.journal.taken import count_again
from protocol.messages.recurring import Period, QueryRecurring, QueryRecurringReply, SubmitRecurring
from tests.journal.bank import CUSTOMER_ID, OPERATOR_ID, PAYEE, PAYER, Bank, Node, command
from tests.journal.company import new_id, until
from tests.journal.replies import told
from tests.journal.scheduling import MONDAY, at


def recurring(
    amount: int = 100, *, first: str = f"{MONDAY} 09:00", end: str = "2031-11-30", **changed: Any
) -> SubmitRecurring:
    """A daily payment of `amount` fen from PAYER to PAYEE."""
    fields: dict[str, Any] = {
        "payer_account": PAYER,
        "payee_account": PAYEE,
        "payee_name": "乙公司",
        "amount": amount,
        "currency": "CNY",
        "purpose": "房租",
        "period": Period.DAILY,
        "first_run": at(first),
        "end_date": date.fromisoformat(end),
    }
    return SubmitRecurring(**fields | changed)


def set_up(node: Node, request_id: str, order: SubmitRecurring | None = None) -> str:
    """The reply to an order."""
    return node.answer(command(order or recurring(), request_id))


def order(node: Node, request_id: str, operator: str = OPERATOR_ID, **asked: Any) -> QueryRecurringReply:
    """What is told of an order now."""
    question = QueryRecurring(request_id=request_id, **asked)
    return told(node.answer(command(question, new_id(), operator=operator)), QueryRecurringReply)


def runs(node: Node, request_id: str) -> dict[int, str]:
    """The states of the runs that lie behind, by their numbers."""
    return {run.number: run.state.value for run in order(node, request_id).run}


def ran(bank: Bank, node: Node, request_id: str, number: int, state: str = "succeeded") -> None:
    """Wait until a run is in that state and nothing is left to do for it."""
    until(node, lambda: runs(node, request_id).get(number) == state)
    until(node, lambda: bank.requests()[request_id].due_ms is None)


def payments(bank: Bank, request_id: str) -> dict[int, Any]:
    """The rows of the payments that were made, by the number of their run."""
    with bank.journal().connect() as tx:
        found = tx.execute(select(TRANSFER).where(TRANSFER.c.request_id == request_id))
        return {row.row: row for row in found}


def assert_counted(bank: Bank) -> None:
    """The counters of limits are what the orders take: as `yinqi check limits` finds."""
    with bank.journal().connect() as tx:
        assert not count_again(tx).faults


def follow_the_mode(bank: Bank) -> None:
    """Recurring transfers of the customer take the same people as single ones."""
    with bank.journal().begin() as tx:
        tx.execute(
            insert(BINDING),
            {"customer_id": CUSTOMER_ID, "service": "SubmitRecurring", "mode_id": "M1", "enabled": True},
        )
