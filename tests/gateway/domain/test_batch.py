"""The rules of batches: counts, totals, rows; every fault with its row, and none that is not one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.batch import ROWS_DEFAULT, Terms, judge
from protocol import examples
from protocol.binding import write
from protocol.codes import Code
from protocol.draft import Draft, torn, whole
from protocol.faults import Found
from protocol.limits import BATCH_ROWS_MAX, DETAILS_MAX, PAYROLL_ROWS_MAX
from protocol.messages.batch import InterbankRow, SubmitInterbankBatch, SubmitPayroll
from protocol.rows import layout
from protocol.tree import parse
from tests.protocol.rows import batch, payroll

TERMS = Terms(bank_code=examples.BANK_CODE)
BODY = "/env:Message/env:Body/batch:"


def draft(request: Any) -> Draft:
    """The draft of a valid request."""
    kind: Any = type(request)
    rows = layout(kind)
    assert rows is not None
    return whole(rows, request)


def faults(request: Any, terms: Terms = TERMS) -> list[tuple[str, str]]:
    """Rule and place of every fault of a request, the place without what all have in common."""
    found = judge(draft(request), terms)
    assert found.count == len(found.details)
    return [(detail.rule, (detail.place or "").partition(BODY)[2]) for detail in found.details]


def with_rows(*changes: dict[str, Any], make: Any = payroll) -> Any:
    """A batch whose rows from the first are changed so; count and total stay right."""
    rows = make(max(3, len(changes))).row
    return make(0, row=tuple(row._replace(**change) for row, change in zip(rows, changes, strict=False)))


@pytest.mark.parametrize(
    "request_", [batch(1), batch(ROWS_DEFAULT), payroll(1), payroll(500)], ids=["1", "300", "p1", "p"]
)
def test_R5_1_a_batch_whose_count_and_total_are_right_has_no_fault(request_: Any) -> None:
    """Nothing is said of it."""
    assert judge(draft(request_), TERMS) == Found()


@pytest.mark.parametrize(
    ("stated", "words"), [(2, "总笔数为2，实际3行，相差1笔"), (5, "总笔数为5，实际3行，相差2笔")], ids=["fewer", "more"]
)
def test_R5_1_a_count_that_differs_is_refused_with_its_difference(stated: int, words: str) -> None:
    """What is stated, what is there, and what lies between."""
    (detail,) = judge(draft(batch(3, count=stated)), TERMS).details

    assert (detail.rule, detail.place) == (Code.COUNT_DIFFERS, f"{BODY}SubmitBatch/batch:Count")
    assert detail.zh == words
    assert f"{stated} rows are stated, 3 are there" in (detail.en or "")


@pytest.mark.parametrize("by", [-1, 1])
def test_R5_1_a_total_that_differs_by_one_fen_is_refused_with_its_difference(by: int) -> None:
    """One fen is a difference like any."""
    (detail,) = judge(draft(batch(3, total=1_500_003 + by)), TERMS).details

    assert (detail.rule, detail.place) == (Code.TOTAL_DIFFERS, f"{BODY}SubmitBatch/batch:Total")
    assert "各行合计15,000.03元，相差0.01元" in (detail.zh or "")
    assert "sum up to 15,000.03: a difference of 0.01" in (detail.en or "")


def test_R5_1_both_differences_are_named() -> None:
    """Not only the first."""
    assert faults(payroll(3, count=4, total=1)) == [
        (Code.COUNT_DIFFERS, "SubmitPayroll/batch:Count"),
        (Code.TOTAL_DIFFERS, "SubmitPayroll/batch:Total"),
    ]


@given(amounts=st.lists(st.integers(1, 10**15 - 1), min_size=1, max_size=40), by=st.integers(-(10**15), 10**15))
def test_R5_1_exactly_the_sum_of_the_rows_is_accepted(amounts: list[int], by: int) -> None:
    """Whatever the amounts, and however far the stated total is from their sum."""
    rows = tuple(row._replace(amount=amount) for row, amount in zip(batch(40).row, amounts, strict=False))
    found = faults(batch(0, row=rows, total=sum(amounts) + by))

    assert found == ([] if by == 0 else [(Code.TOTAL_DIFFERS, "SubmitBatch/batch:Total")])


@given(amounts=st.lists(st.integers(1, 10**15 - 1), min_size=2, max_size=40), data=st.data())
def test_R5_1_the_order_of_rows_does_not_matter_to_the_total(amounts: list[int], data: st.DataObject) -> None:
    """A sum is a sum; but an amount that is moved from one row to another changes none of it."""
    moved = data.draw(st.permutations(amounts))
    moved[0], moved[1] = moved[0] + moved[1] - 1, 1
    rows = tuple(row._replace(amount=amount) for row, amount in zip(payroll(40).row, moved, strict=False))

    assert faults(payroll(0, row=rows, total=sum(amounts))) == []


def test_R5_3_300_rows_are_accepted_and_301_refused() -> None:
    """Unless the bank says otherwise."""
    (detail,) = judge(draft(batch(301)), TERMS).details

    assert ROWS_DEFAULT == 300
    assert faults(batch(300)) == []
    assert (detail.rule, detail.value, detail.place) == (Code.ROWS_TOO_MANY, "301", f"{BODY}SubmitBatch/batch:Row")
    assert faults(batch(301), Terms(bank_code=examples.BANK_CODE, batch_rows=301)) == []
    assert faults(payroll(301)) == []


def test_R5_3_20000_rows_of_payroll_are_accepted_and_20001_refused() -> None:
    """The schema ends there too; a bank may take fewer."""
    assert PAYROLL_ROWS_MAX == 20_000
    assert faults(payroll(20_000)) == []
    assert faults(payroll(20_001)) == [(Code.ROWS_TOO_MANY, "SubmitPayroll/batch:Row")]
    assert faults(payroll(11), Terms(bank_code=examples.BANK_CODE, payroll_rows=10)) == [
        (Code.ROWS_TOO_MANY, "SubmitPayroll/batch:Row")
    ]


@pytest.mark.parametrize("terms", [{"batch_rows": BATCH_ROWS_MAX + 1}, {"payroll_rows": 20_001}, {"batch_rows": 0}])
def test_terms_that_no_schema_could_keep_are_not_made(terms: dict[str, Any]) -> None:
    """A start finds what is wrong with them."""
    with pytest.raises(AssertionError):
        Terms(bank_code=examples.BANK_CODE, **terms)


def test_O52_a_row_id_that_stands_twice_names_both_rows() -> None:
    """At the later one; one that stands three times is named twice."""
    found = judge(draft(with_rows({"row_id": "A"}, {"row_id": "B"}, {"row_id": "A"}, {"row_id": "A"})), TERMS)

    assert [detail.place for detail in found.details] == [
        f"{BODY}SubmitPayroll/batch:Row[{row}]/batch:RowId" for row in (3, 4)
    ]
    assert [detail.zh for detail in found.details] == [f"第1行与第{row}行的行标识相同" for row in (3, 4)]
    assert found.details[0].en == "rows 1 and 3 have the same id"
    assert found.details[0].value == "A"


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("1", "01"), ("A-1", "A_1")])
def test_O52_row_ids_that_differ_at_all_are_different(one: str, other: str) -> None:
    """They are the sender's words, compared as they are."""
    assert faults(with_rows({"row_id": one}, {"row_id": other})) == []


def test_R4_2_a_row_that_pays_the_payer_account_is_refused() -> None:
    """In every kind of batch, by whatever name the field has."""
    assert faults(with_rows({}, {"account": examples.PAYER_ACCOUNT})) == [
        (Code.SAME_ACCOUNT, "SubmitPayroll/batch:Row[2]/batch:Account")
    ]
    assert faults(with_rows({}, {"payee_account": examples.PAYER_ACCOUNT}, make=batch)) == [
        (Code.SAME_ACCOUNT, "SubmitBatch/batch:Row[2]/batch:PayeeAccount")
    ]


def test_R5_7_payroll_goes_to_settlement_accounts_and_no_credit_cards() -> None:
    """Credit cards are told by their numbers; a batch of transfers may pay one."""
    terms = Terms(bank_code=examples.BANK_CODE, credit_cards=("62588", "35"))
    rows = {"account": "6258812345678901"}, {"account": "6258712345678901"}, {"account": "3512345678901234"}

    assert faults(with_rows(*rows), terms) == [
        (Code.PAYEE_CREDIT_CARD, "SubmitPayroll/batch:Row[1]/batch:Account"),
        (Code.PAYEE_CREDIT_CARD, "SubmitPayroll/batch:Row[3]/batch:Account"),
    ]
    assert faults(with_rows({"payee_account": "6258812345678901"}, make=batch), terms) == []


def test_R5_7_without_numbers_of_credit_cards_none_is_known() -> None:
    """An empty list refuses nobody."""
    assert faults(with_rows({"account": "6258812345678901"})) == []


def test_R5_1_an_interbank_row_to_this_bank_is_refused() -> None:
    """It belongs into an in-bank batch."""
    rows = (
        InterbankRow("1", "301", "甲", examples.FOREIGN_BANK_CODE, 100, "货款"),
        InterbankRow("2", "302", "乙", examples.BANK_CODE, 100, "货款"),
    )
    request = SubmitInterbankBatch(payer_account=examples.PAYER_ACCOUNT, currency="CNY", count=2, total=200, row=rows)

    assert faults(request) == [(Code.PAYEE_AT_THIS_BANK, "SubmitInterbankBatch/batch:Row[2]/batch:PayeeBankCode")]


def test_R5_5_every_fault_of_every_row_is_told_in_the_order_of_rows() -> None:
    """Several of one row, too; those in front of the rows come first."""
    terms = Terms(bank_code=examples.BANK_CODE, credit_cards=(examples.PAYER_ACCOUNT[:6],))
    own = {"row_id": "A", "account": examples.PAYER_ACCOUNT}

    assert [rule for rule, _ in faults(with_rows({"row_id": "A"}, own, {}, own), terms)] == [
        *(Code.PAYEE_CREDIT_CARD, Code.ROW_ID_REPEATED, Code.SAME_ACCOUNT) * 2
    ]


def test_R5_5_what_is_found_is_counted_also_where_no_list_could_hold_it() -> None:
    """Of twenty thousand faults the first are told, and all are counted."""
    rows = tuple(row._replace(row_id="same") for row in payroll(20_000).row)
    found = judge(draft(payroll(0, row=rows)), TERMS)

    assert found.count == 19_999
    assert len(found.details) == DETAILS_MAX
    assert found.details[-1].place == f"{BODY}SubmitPayroll/batch:Row[{DETAILS_MAX + 1}]/batch:RowId"


def _torn(text: str) -> Draft:
    rows = layout(SubmitPayroll)
    assert rows is not None
    return torn(rows, parse(text.encode()))


def test_O51_what_can_be_read_of_a_faulty_batch_is_judged_all_the_same() -> None:
    """A repeated key beside an unreadable amount: both are told at once, and of an unknown sum nothing is said."""
    text = write(with_rows({"row_id": "A"}, {"row_id": "A"}, {"account": examples.PAYER_ACCOUNT}))
    faulty = text.replace("<Amount>5000.01", "<Amount>５000.01").replace("<Count>3<", "<Count>4<")
    found = judge(_torn(faulty), TERMS)

    assert [detail.rule for detail in found.details] == [
        Code.COUNT_DIFFERS,
        Code.ROW_ID_REPEATED,
        Code.SAME_ACCOUNT,
    ]


@pytest.mark.parametrize("missing", ["PayerAccount", "Count", "Total", "RowId", "Account", "Amount"])
def test_O51_what_is_missing_or_unreadable_is_no_second_fault(missing: str) -> None:
    """The schema names it; the rules say nothing of what is not there."""
    text = write(payroll(3))
    without = text.replace(f"<{missing}>", "<Other>").replace(f"</{missing}>", "</Other>")
    unreadable = text.replace(f"<{missing}>", f"<{missing}> ")

    assert judge(_torn(without), TERMS) == judge(_torn(unreadable), TERMS) == Found()
