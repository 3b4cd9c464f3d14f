"""What the rules say of the rows of a batch: every fault of every row, found in the message and the bank's terms alone.

Whatever is found refuses the whole batch (R5.1, O51). Form (full-width digits, spaces, control characters, a zero
amount) is the schema's business (O52); both are told together, so the rules also look at drafts whose form has faults.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

from protocol.codes import Code
from protocol.draft import Draft
from protocol.errors import Detail, shown
from protocol.faults import Found
from protocol.limits import BATCH_ROWS_MAX, DETAILS_MAX, PAYROLL_ROWS_MAX
from protocol.messages.batch import SubmitInterbankBatch, SubmitPayroll
from protocol.money import readable_amount

ROWS_DEFAULT: Final = 300
"""The most rows of a batch where the bank has set nothing else (R5.3); a payroll has PAYROLL_ROWS_MAX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the bank says of batches: its own code, the most rows of a batch and of a payroll (R5.3).

    `credit_cards` are the digits with which the numbers of its credit cards begin (R5.7).
    """

    bank_code: str
    batch_rows: int = ROWS_DEFAULT
    payroll_rows: int = PAYROLL_ROWS_MAX
    credit_cards: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Terms beyond what the schema takes would promise what cannot be kept."""
        assert 0 < self.batch_rows <= BATCH_ROWS_MAX
        assert 0 < self.payroll_rows <= PAYROLL_ROWS_MAX


class _Fault(NamedTuple):
    """A fault of one row, which sorts by its row; `other` is the row that it is compared with, if any."""

    row: int
    code: Code
    field: str
    other: int = 0


def judge(draft: Draft, terms: Terms) -> Found:
    """Every fault of a batch that the message and the terms show, in the order of its rows."""
    stated = [*_count(draft), *_total(draft), *_most(draft, terms)]
    faults = _row_faults(draft, terms)
    made = (_detail(draft, fault) for fault in islice(merge(*faults), DETAILS_MAX))
    return Found((*stated, *made)[:DETAILS_MAX], len(stated) + sum(map(len, faults)))


def _count(draft: Draft) -> Iterator[Detail]:
    """The stated count is that of the rows (R5.1); one that cannot be read is a fault of form."""
    stated = draft.stated["count"]
    if stated is None or stated == draft.rows:
        return
    by = abs(stated - draft.rows)
    yield Detail(
        Code.COUNT_DIFFERS,
        draft.place("count"),
        str(stated),
        f"总笔数为{stated}，实际{draft.rows}行，相差{by}笔",
        f"{stated} rows are stated, {draft.rows} are there: a difference of {by}",
    )


def _total(draft: Draft) -> Iterator[Detail]:
    """The stated total is the sum of the rows, to the fen (R5.1); of amounts that cannot be read there is no sum."""
    stated, amounts = draft.stated["total"], draft.columns["amount"]
    if stated is None or None in amounts:
        return
    total = sum(amounts)
    if stated == total:
        return
    value, held, by = readable_amount(stated), readable_amount(total), readable_amount(abs(stated - total))
    yield Detail(
        Code.TOTAL_DIFFERS,
        draft.place("total"),
        value,
        f"总金额为{value}元，各行合计{held}元，相差{by}元",
        f"a total of {value} is stated, the rows sum up to {held}: a difference of {by}",
    )


def _most(draft: Draft, terms: Terms) -> Iterator[Detail]:
    """No more rows than the bank takes in one batch (R5.3)."""
    most = terms.payroll_rows if draft.layout.request is SubmitPayroll else terms.batch_rows
    if draft.rows > most:
        yield Detail(
            Code.ROWS_TOO_MANY,
            draft.place(draft.layout.field),
            str(draft.rows),
            f"一批至多{most}笔，本批{draft.rows}笔",
            f"at most {most} rows make a batch, this one has {draft.rows}",
        )


def _row_faults(draft: Draft, terms: Terms) -> list[list[_Fault]]:
    """The faults of the rows, a list for each rule; a payroll without any is looked through in milliseconds."""
    field = "account" if draft.layout.request is SubmitPayroll else "payee_account"
    accounts = draft.columns[field]
    faults = [_repeated(draft.columns["row_id"]), _same(accounts, draft.stated["payer_account"], field)]
    if draft.layout.request is SubmitPayroll and terms.credit_cards:
        faults.append(_cards(accounts, terms.credit_cards, field))
    if draft.layout.request is SubmitInterbankBatch:
        faults.append(_at_home(draft.columns["payee_bank_code"], terms.bank_code))
    return faults


def _repeated(row_ids: Sequence[str | None]) -> list[_Fault]:
    """Each row whose key an earlier one has (O52)."""
    first: dict[str, int] = {}
    return [
        _Fault(number, Code.ROW_ID_REPEATED, "row_id", first[row_id])
        for number, row_id in enumerate(row_ids, 1)
        if row_id is not None and first.setdefault(row_id, number) != number
    ]


def _same(accounts: Sequence[str | None], payer: str | None, field: str) -> list[_Fault]:
    """Each row that pays the payer itself (R4.2)."""
    if payer is None or payer not in accounts:
        return []
    return [_Fault(number, Code.SAME_ACCOUNT, field) for number, each in enumerate(accounts, 1) if each == payer]


def _cards(accounts: Sequence[str | None], cards: tuple[str, ...], field: str) -> list[_Fault]:
    """Each row of a payroll that pays a credit card (R5.7)."""
    return [
        _Fault(number, Code.PAYEE_CREDIT_CARD, field)
        for number, each in enumerate(accounts, 1)
        if each is not None and each.startswith(cards)
    ]


def _at_home(bank_codes: Sequence[str | None], own: str) -> list[_Fault]:
    """Each row of an interbank batch whose payee is at this bank (R5.1)."""
    return [
        _Fault(number, Code.PAYEE_AT_THIS_BANK, "payee_bank_code")
        for number, each in enumerate(bank_codes, 1)
        if each == own
    ]


def _detail(draft: Draft, fault: _Fault) -> Detail:
    value = shown(draft.columns[fault.field][fault.row - 1])
    zh, en = _WORDS[fault.code]
    given = fault._asdict()
    return Detail(fault.code, draft.place(fault.field, fault.row), value, zh.format(**given), en.format(**given))


_WORDS: Final[Mapping[Code, tuple[str, str]]] = {
    Code.ROW_ID_REPEATED: ("第{other}行与第{row}行的行标识相同", "rows {other} and {row} have the same id"),
    Code.SAME_ACCOUNT: ("第{row}行的收款账号就是付款账号", "row {row} pays the payer account itself"),
    Code.PAYEE_CREDIT_CARD: ("第{row}行的账号是信用卡", "the account of row {row} is a credit card"),
    Code.PAYEE_AT_THIS_BANK: ("第{row}行的收款行是本行", "the payee's bank of row {row} is this bank"),
}
"""What is said of a fault of a row, in Chinese and in English."""
