"""What the rules say of rows meets the customer: one refusal for both, nothing entered, the request id used up."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.administration.purposes import add_purpose
from gateway.domain.batch import Terms, judge
from gateway.domain.command import Command
from gateway.journal.tables import MATTER, TRANSFER
from protocol import examples
from protocol.codes import Code
from protocol.draft import whole
from protocol.limits import DETAILS_MAX
from protocol.messages.transfer import PayeeKind
from protocol.rows import layout
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank
from tests.journal.bank import command as plain_command
from tests.journal.batching import batch, payroll
from tests.journal.company import word

TERMS = Terms(bank_code=examples.BANK_CODE)


def command(body: Any, request_id: str) -> Command:
    """A verified batch with what the road has found in its rows."""
    kind: Any = type(body)
    rows = layout(kind)
    assert rows is not None
    return replace(plain_command(body, request_id), found=judge(whole(rows, body), TERMS))


def entered(bank: Bank) -> int:
    """How many payments and matters there are."""
    with bank.journal().connect() as tx:
        return sum(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (TRANSFER, MATTER))


def rules(reply: str) -> list[str]:
    """The rule of every detail."""
    return [part.partition("<")[0] for part in reply.split("<Rule>")[1:]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"total": 301}, Code.TOTAL_DIFFERS), ({"total": 299}, Code.TOTAL_DIFFERS), ({"count": 3}, Code.COUNT_DIFFERS)],
)
def test_R5_1_a_batch_that_differs_is_refused_whole_and_for_ever(
    bank: Bank, changed: dict[str, int], code: Code
) -> None:
    """One fen or one row: nothing is entered, and the same id gets the same reply."""
    node = bank.node()
    asked = command(batch(100, 200, **changed), "B1")

    refused = node.answer(asked)

    assert (word(refused, "Result"), word(refused, "Code")) == ("refused", code)
    assert node.answer(asked) == refused
    assert entered(bank) == 0


def test_O51_a_repeated_row_refuses_a_payroll_whole(bank: Bank) -> None:
    """Every fault is told with its row."""
    body = payroll(3)
    rows = tuple(row._replace(row_id="same") for row in body.row)

    refused = bank.node().answer(command(replace(body, row=rows), "P1"))

    assert rules(refused).count(Code.ROW_ID_REPEATED) == 2
    assert "batch:Row[2]/batch:RowId" in refused
    assert entered(bank) == 0


def test_O51_what_stands_against_rows_and_against_the_payer_is_told_at_once(bank: Bank) -> None:
    """The customer's own faults come first, then those of the rows in their order."""
    body = batch(100, 200, 300, total=1, payer_account="6299")
    rows = (body.row[0], body.row[1]._replace(row_id="R1"), body.row[2]._replace(payee_account="6299"))

    refused = bank.node().answer(command(replace(body, row=rows), "B1"))

    assert rules(refused) == [
        Code.PAYER_NOT_ATTACHED,
        Code.TOTAL_DIFFERS,
        Code.ROW_ID_REPEATED,
        Code.SAME_ACCOUNT,
    ]
    assert word(refused, "Code") == Code.PAYER_NOT_ATTACHED


def test_R4_23_a_row_to_a_person_has_a_purpose_of_the_list(bank: Bank) -> None:
    """Each other row is named; to companies any purpose goes."""
    node = bank.node()
    body = batch(100, 200, 300)
    first, second, third = body.row
    rows = (first, second._replace(payee_kind=PayeeKind.PERSON), third._replace(payee_kind=PayeeKind.COMPANY))

    refused = node.answer(command(replace(body, row=rows), "B1"))
    with bank.journal().begin() as tx:
        add_purpose(tx, CUSTOMER_ID, second.purpose, for_persons=True)
    taken = node.answer(command(replace(body, row=rows), "B2"))

    assert rules(refused) == [Code.PURPOSE_NOT_LISTED]
    assert "/SubmitBatch/Row[2]/Purpose" in refused
    assert word(taken, "Result") == "accepted"


def test_R5_5_a_refusal_that_cannot_hold_every_fault_says_how_many_more_there_are(bank: Bank) -> None:
    """The list ends with that line, whoever found the faults."""
    body = batch(*[100] * 300)
    rows = tuple(row._replace(row_id="same", payee_account=PAYER) for row in body.row)

    refused = bank.node().answer(command(replace(body, row=rows), "B1"))

    assert len(rules(refused)) == DETAILS_MAX
    assert rules(refused)[-1] == "more"
    assert f"<Value>{299 + 300 - (DETAILS_MAX - 1)}</Value>" in refused
