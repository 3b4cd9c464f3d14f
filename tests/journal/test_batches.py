"""Batches and payrolls through whole turns: entered whole or not at all, approved, paid row by row."""

import re

import pytest
from sqlalchemy import text, update

from gateway.journal.tables import ATTACHED_ACCOUNT, SITE
from protocol.codes import Code
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending
from protocol.messages.batch import (
    Part,
    QueryBatch,
    QueryPayroll,
)
from tests.journal.bank import OPENING, PAYEE, PAYER, Bank, Node, command
from tests.journal.batching import approved, batch, payroll, settled, tally
from tests.journal.company import ask, decide, word


@pytest.fixture
def noon(bank: Bank) -> Bank:
    """The business clock at noon in Shanghai, and wages allowed on the payer account."""
    with bank.journal().begin() as tx:
        now = "strftime('%s','now')" if tx.dialect.name == "sqlite" else "floor(extract(epoch from now()))::bigint"
        seconds = tx.execute(text(f"SELECT CAST({now} AS BIGINT)")).scalar_one()
        to_noon = (12 * 3600 - (seconds + 8 * 3600) % 86_400) % 86_400
        tx.execute(update(SITE).values(clock_offset_ms=to_noon * 1000, register_version=SITE.c.register_version + 1))
        tx.execute(update(ATTACHED_ACCOUNT).values(bank_wages=True, may_wages=True))
    return bank


def test_R5_10_rows_succeed_and_fail_apart(bank: Bank) -> None:
    """A batch is paid row by row: what the balance does not cover fails, the rest succeeds, told apart."""
    node = bank.node()

    entered = node.answer(command(batch(60_000_00, 60_000_00, 1_00), "B1"))
    reply = settled(node, "B1")

    assert word(entered, "Code") in (Code.PENDING, Code.DONE)
    assert tally(reply) == {"succeeded": ("2", "60001.00"), "failed": ("1", "60000.00")}
    assert bank.balance(PAYER) == OPENING - 60_001_00
    failed = ask(node, "ERP1", QueryBatch(request_id="B1", part=Part.FAILED))
    assert [word(row, "Code") for row in re.findall(r"<Row>(.*?)</Row>", failed)] == [Code.BALANCE_INSUFFICIENT]
    alone = ask(node, "ERP1", QueryBatch(request_id="B1", row_id="R3"))
    assert re.findall(r"<RowId>(\w+)</RowId>", alone) == ["R3"]


def test_R5_4_rows_take_usage_at_entry_and_a_failed_row_gives_its_own_back(bank: Bank) -> None:
    """The total is taken when the batch is entered; a row that fails the same day comes back (R3.8)."""
    node = bank.node()

    node.answer(command(batch(60_000_00, 60_000_00, 1_00), "B1"))
    settled(node, "B1")

    assert set(bank.usage().values()) == {60_001_00}


def test_O14_a_batch_is_approved_as_a_whole_by_its_total(company: Bank) -> None:
    """Two rows under the first band together need the second: the total picks the band."""
    approved(company, "SubmitBatch")
    node = company.node()

    entered = node.answer(command(batch(30_000_00, 30_000_00), "B1"))
    assert word(entered, "State") == "waiting-review"
    assert len(re.findall(r"<Step>", entered)) == 4
    for operator, decision in (
        ("REV1", Decision.APPROVE),
        ("AUTH1", Decision.APPROVE),
        ("AUTH3", Decision.APPROVE),
        ("SEND", Decision.DISPATCH),
    ):
        assert word(decide(node, operator, decision, "B1"), "Code") == "DONE"

    assert tally(settled(node, "B1")) == {"succeeded": ("2", "60000.00")}


def test_R5_2_rows_are_approved_one_by_one_where_the_customer_has_it_so(company: Bank) -> None:
    """Each row has its own plan and state; one is approved and paid while another is rejected."""
    approved(company, "SubmitBatch", whole_batch=False)
    node = company.node()
    node.answer(command(batch(100_00, 200_00, 300_00), "B1"))

    shown = ask(node, "REV1", ListPending())
    rows = {word(item, "Row"): word(item, "Digest") for item in re.findall(r"<Item>(.*?)</Item>", shown)}
    assert set(rows) == {"1", "2", "3"}
    for operator, decision in (("REV1", Decision.APPROVE), ("AUTH1", Decision.APPROVE), ("SEND", Decision.DISPATCH)):
        assert word(_row(node, operator, decision, 1, rows["1"]), "Code") == "DONE"
    assert word(_row(node, "REV1", Decision.REJECT, 2, rows["2"], reason="重复"), "Code") == "DONE"

    reply = ask(node, "ERP1", QueryBatch(request_id="B1"))
    while "succeeded" not in tally(reply):
        reply = ask(node, "ERP1", QueryBatch(request_id="B1"))
    assert tally(reply) == {
        "succeeded": ("1", "100.00"),
        "rejected": ("1", "200.00"),
        "waiting-review": ("1", "300.00"),
    }


def test_R5_9_only_who_submitted_sees_hidden_rows(company: Bank) -> None:
    """With hidden detail others see count and total, and no rows."""
    approved(company, "SubmitBatch")
    node = company.node()
    node.answer(command(batch(100_00, 200_00, hide_detail=True), "B1"))

    own = ask(node, "ERP1", QueryBatch(request_id="B1"))
    other = ask(node, "REV1", QueryBatch(request_id="B1"))

    assert (len(re.findall("<Row>", own)), word(own, "Hidden")) == (2, "false")
    assert (len(re.findall("<Row>", other)), word(other, "Hidden"), word(other, "Total")) == (0, "true", "300.00")


def test_R3_11_a_payroll_takes_no_usage_and_R5_8_runs_in_its_slot(noon: Bank) -> None:
    """A payroll of noon waits for half past; more rows than one call takes are all paid, once."""
    node = noon.node()

    entered = node.answer(command(payroll(2_500), "P1"))
    assert (word(entered, "Code"), word(entered, "State")) == (Code.SCHEDULED, "scheduled")
    with noon.journal().begin() as tx:
        tx.execute(update(SITE).values(clock_offset_ms=SITE.c.clock_offset_ms + 1_800_000))
    reply = settled(node, "P1", QueryPayroll)

    assert tally(reply) == {"succeeded": ("2500", "2500.00")}
    assert noon.balance(PAYEE) == 2_500_00
    assert set(noon.usage().values()) <= {0}


def test_O53_the_banks_cap_per_batch_holds(noon: Bank) -> None:
    """A payroll above the cap is refused, naming it; nothing is entered."""
    with noon.journal().begin() as tx:
        tx.execute(update(SITE).values(payroll_cap=1_000_00, register_version=SITE.c.register_version + 1))

    reply = noon.node().answer(command(payroll(11, 100_00), "P1"))

    assert word(reply, "Code") == Code.PAYROLL_CAP
    assert noon.transfers() == {}


def _row(node: Node, operator: str, decision: Decision, row: int, digest: str, reason: str | None = None) -> str:
    item = DecideItem(request_id="B1", row=row, digest=digest)
    return ask(node, operator, DecideInstructions(decision=decision, reason=reason, item=(item,)))
