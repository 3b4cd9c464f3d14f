"""Batches and payrolls as messages: what their schema takes, row by row."""

from typing import Any

import pytest

from protocol.binding import read, write
from protocol.entries.batch import ENTRIES
from protocol.limits import BATCH_ROWS_MAX, PAYROLL_ROWS_MAX
from protocol.messages.batch import BatchRow, BatchState, PayrollRow, RowState, SubmitBatch, SubmitInterbankBatch
from protocol.messages.transfer import TransferState
from protocol.service import Service
from protocol.tree import parse
from protocol.validate import validate
from tests.protocol import helpers
from tests.protocol.rows import batch, payroll


def valid(message: object) -> bool:
    """Whether the schema takes a request with this body."""
    return validate(parse(helpers.request(write(message)).encode()))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_example_is_valid_and_read_back(entry: Service) -> None:
    """What the family's entries show is what the schema takes and the binding reads."""
    assert valid(entry.example)
    assert read(entry.request, parse(write(entry.example).encode())) == entry.example


def test_R5_1_in_bank_and_interbank_batches_are_separate_services() -> None:
    """Each has its element; only an interbank row has the code of a bank, and it must have one."""
    names = {entry.name for entry in ENTRIES}
    in_bank, interbank = BatchRow._fields, SubmitInterbankBatch.__annotations__["row"]

    assert {"SubmitBatch", "SubmitInterbankBatch"} <= names
    assert "payee_bank_code" not in in_bank
    assert "InterbankRow" in str(interbank)
    code = "<PayeeBankCode>102100099996</PayeeBankCode>"
    with_code = write(batch(1)).replace("<Amount>", f"{code}<Amount>")
    assert not validate(parse(helpers.request(with_code).encode()))
    example = write(next(entry.example for entry in ENTRIES if entry.request is SubmitInterbankBatch))
    start, end = example.index("<PayeeBankCode>"), example.index("<Amount>")
    assert not validate(parse(helpers.request(example[:start] + example[end:]).encode()))


def test_R5_6_a_payroll_row_has_the_fields_of_the_form_in_their_order() -> None:
    """员工号, 员工账号, 员工户名, 付款金额, 备注, behind the sender's key; only the remark may be left out."""
    row = PayrollRow("R1", "E1", "1101", "张三", 100)

    assert PayrollRow._fields == ("row_id", "employee_id", "account", "name", "amount", "remark")
    assert valid(payroll(1, row=(row,)))
    swapped = write(payroll(1, row=(row,))).replace(
        "<EmployeeId>E1</EmployeeId><Account>1101</Account>", "<Account>1101</Account><EmployeeId>E1</EmployeeId>"
    )
    assert not validate(parse(helpers.request(swapped).encode()))


@pytest.mark.parametrize("missing", ["RowId", "EmployeeId", "Account", "Name", "Amount"])
def test_O52_a_payroll_row_must_have_all_but_its_remark(missing: str) -> None:
    """员工号, 账号, 户名, 金额 are mandatory, and so is the sender's key."""
    whole = write(payroll(1))
    start, end = whole.index(f"<{missing}>"), whole.index(f"</{missing}>") + len(f"</{missing}>")

    assert not validate(parse(helpers.request(whole[:start] + whole[end:]).encode()))


def test_O52_a_batch_has_at_least_one_row() -> None:
    """None is no batch."""
    assert valid(batch(1))
    assert not valid(batch(0))
    assert not valid(payroll(0))


@pytest.mark.parametrize(
    ("make", "most"), [(batch, BATCH_ROWS_MAX), (payroll, PAYROLL_ROWS_MAX)], ids=["batch", "payroll"]
)
def test_R5_3_the_schema_ends_where_no_site_may_go(make: Any, most: int) -> None:
    """The most rows of the language, and one more."""
    assert valid(make(most))
    assert not valid(make(most + 1))


def test_the_states_of_rows_are_words_of_transfers() -> None:
    """A row is a transfer and QueryTransfer tells of batches too; rows that ended apart are a batch's alone."""
    words = {state.value for state in TransferState}
    assert {state.value for state in RowState} < words
    assert {state.value for state in BatchState} < words
    assert TransferState.PARTLY_SUCCEEDED.value not in {state.value for state in RowState}


def test_a_batch_reads_back_with_its_rows_as_tuples() -> None:
    """Named, and plain enough for a database."""
    made = batch(3)
    found = read(SubmitBatch, parse(write(made).encode()))

    assert found.row == made.row
    assert list(found.row[1]) == ["R000001", "6230000000000000001", "李小明", 500001, "货款", None, "第1行", None]
