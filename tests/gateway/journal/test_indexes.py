"""What is asked with every turn or tick finds its index: SQLite says how it would look, and knows no parameter then."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from core_adapter.database import migrate, open_engine
from gateway.databases import JOURNAL_MIGRATIONS
from gateway.journal import listing, matters, record, recurring, returns, transfers
from gateway.journal.listing import WaitingFilter
from gateway.journal.returns import ReturnFilter

ORDER: Any = SimpleNamespace(customer_id="C1", request_id="R1", operator_id="ERP1", business_date=date(2026, 3, 2))

RETURNS = ReturnFilter(first=date(2026, 3, 1), last=date(2026, 3, 2), accounts=["A1"], asker="ERP1")


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda tx: record.due(tx, 0, 10), "request_due"),
        (lambda tx: transfers.open_rows(tx, ORDER, 10), "transfer_open_rows"),
        (lambda tx: matters.waking(tx, 0, 10, rows=10, resting=()), "matter_wakes"),
        (lambda tx: recurring.is_paying(tx, "A1"), "matter_recurring"),
        (lambda tx: listing.waiting(tx, "C1", WaitingFilter(), after=None, most=10), "matter_waiting"),
        (lambda tx: returns.found(tx, "C1", RETURNS, after=None, most=10), "transfer_failed"),
    ],
    ids=[
        "due requests",
        "open rows of an order",
        "matters to wake",
        "recurring orders",
        "what waits for a customer's people",
        "what failed in a period",
    ],
)
def test_what_is_asked_all_the_time_looks_at_few_rows(
    tmp_path: Path, ask: Callable[[Connection], object], index: str
) -> None:
    """A batch of 20,000 rows is not read again for each chunk that is paid, nor all matters for each list."""
    engine = open_engine(f"sqlite:///{tmp_path / 'journal.db'}")
    migrate(engine, JOURNAL_MIGRATIONS)
    asked: list[tuple[str, Any]] = []
    with engine.connect() as tx:
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        ask(tx)
        statement, values = next(each for each in asked if each[0].startswith("SELECT"))
        plan = [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    engine.dispose()

    assert any(f"USING INDEX {index}" in step or f"USING COVERING INDEX {index}" in step for step in plan), plan
