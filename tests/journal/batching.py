"""What tests of batches share: a batch, a payroll, their end, and the service under approval."""

import re
from typing import Any

from sqlalchemy import text, update

from gateway.journal.tables import CUSTOMER, SITE
from protocol.messages.batch import BatchRow, PayrollKind, PayrollRow, QueryBatch, SubmitBatch, SubmitPayroll
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, Bank, Node
from tests.journal.company import ask, word


def batch(*amounts: int, **changed: Any) -> SubmitBatch:
    """A batch of these amounts to the one payee."""
    rows = tuple(
        BatchRow(row_id=f"R{number}", payee_account=PAYEE, payee_name="乙公司", amount=amount, purpose="货款")
        for number, amount in enumerate(amounts, 1)
    )
    fields: dict[str, Any] = {"payer_account": PAYER, "currency": "CNY", "count": len(rows), "total": sum(amounts)}
    return SubmitBatch(**fields | {"row": rows} | changed)


def payroll(count: int, amount: int = 100, **changed: Any) -> SubmitPayroll:
    """A payroll of so many rows to the one payee."""
    rows = tuple(
        PayrollRow(row_id=f"R{n}", employee_id=f"E{n}", account=PAYEE, name="乙公司", amount=amount)
        for n in range(1, count + 1)
    )
    fields: dict[str, Any] = {"payer_account": PAYER, "kind": PayrollKind.PAYROLL, "currency": "CNY", "row": rows}
    return SubmitPayroll(**fields | {"count": count, "total": count * amount} | changed)


def settled(node: Node, request_id: str, kind: Any = QueryBatch) -> str:
    """The reply about a batch once every row has its result."""
    for _ in range(2_000):
        reply = ask(node, "ERP1", kind(request_id=request_id))
        if word(reply, "Final") and re.search(r"<State>[a-z-]+</State><Final>true</Final>", reply):
            return reply
    raise AssertionError("the batch never came to its end")


def tally(reply: str) -> dict[str, tuple[str, str]]:
    """Count and total by state."""
    items = re.findall(r"<Tally>(.*?)</Tally>", reply)
    return {word(item, "State"): (word(item, "Count"), word(item, "Total")) for item in items}


def approved(bank: Bank, service: str, *, whole_batch: bool = True) -> None:
    """Put a service under the mode of the company, by whole batches or row by row."""
    with bank.journal().begin() as tx:
        tx.execute(
            text("INSERT INTO binding (customer_id, service, mode_id, enabled) VALUES (:c, :s, 'M1', true)"),
            {"c": CUSTOMER_ID, "s": service},
        )
        tx.execute(update(CUSTOMER).values(whole_batch=whole_batch))
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))
