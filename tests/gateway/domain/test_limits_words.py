"""What is said about a limit that is exceeded: its value, used and left, and what to do about it."""

from dataclasses import replace

import pytest

from gateway.domain.customer import Limits
from gateway.domain.limits import entry_faults
from protocol.codes import Code
from protocol.errors import Detail
from protocol.meanings import text
from tests.gateway.domain.demands import AMOUNT, BOUNDS, TODAY, bounds, codes, demand, used


def test_R3_6_a_refusal_names_the_limit_its_value_used_and_left() -> None:
    """In both languages, with what to do, at the place of the amount."""
    limits = Limits(50_000_00, 100_000_00)
    asked = demand(60_000_00, bounds(operator_limits=limits))

    single, daily = entry_faults(asked, used(95_000_50, TODAY)).faults

    assert single == Detail(
        "OPERATOR_LIMIT",
        AMOUNT,
        "60000.00",
        "操作员ERP1的单笔限额50,000.00元，本笔60,000.00元，2026-11-02已用95,000.50元，剩余4,999.50元："
        "请调高限额或调低金额",
        "operator ERP1's limit per transfer is 50,000.00 yuan, this is 60,000.00 yuan; on 2026-11-02 used "
        "95,000.50 yuan, left 4,999.50 yuan: raise the limit or lower the amount",
    )
    assert daily == Detail(
        "OPERATOR_DAY_LIMIT",
        AMOUNT,
        "60000.00",
        "操作员ERP1的日累计限额100,000.00元，本次60,000.00元，2026-11-02已用95,000.50元，剩余4,999.50元："
        "请调高限额或调低金额",
        "operator ERP1's limit per day is 100,000.00 yuan, this is 60,000.00 yuan; on 2026-11-02 used "
        "95,000.50 yuan, left 4,999.50 yuan: raise the limit or lower the amount",
    )


def test_R3_6_what_is_left_is_never_less_than_nothing() -> None:
    """A limit that was lowered below what is used already leaves nothing; one that is not set says so."""
    lowered = entry_faults(demand(1, bounds(account_limits=Limits(None, 5))), used(8, TODAY)).faults[0]
    single = entry_faults(demand(6, bounds(account_limits=Limits(5, None))), used(8, TODAY)).faults[0]

    assert "账户62001的日累计限额0.05元，本次0.01元，2026-11-02已用0.08元，剩余0.00元" in (lowered.zh or "")
    assert "account 62001's limit per day is 0.05 yuan" in (lowered.en or "")
    assert "left 0.00 yuan" in (lowered.en or "")
    assert "2026-11-02已用0.08元，日累计不限" in (single.zh or "")
    assert "used 0.08 yuan, no limit per day" in (single.en or "")


@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize(
    ("own", "code", "zh", "en"),
    [
        (4, "CUSTOMER", "客户C1自设的", "customer C1's own limit"),
        (5, "BANK", "银行对客户C1规定的", "the bank's limit for C1"),
        (6, "BANK", "银行对客户C1规定的", "the bank's limit for C1"),
        (None, "BANK", "银行对客户C1规定的", "the bank's limit for C1"),
    ],
)
def test_R3_6_the_advice_depends_on_whose_limit_binds(
    own: int | None, code: str, zh: str, en: str, *, daily: bool
) -> None:
    """The customer's own: raise the limit or lower the amount; the bank's: lower the amount. The lower one binds."""
    low, cap = (Limits(None, own), Limits(9, 5)) if daily else (Limits(own, None), Limits(5, 9))
    (fault,) = entry_faults(demand(5 if code == "CUSTOMER" else 6, bounds(own=low, caps=cap)), {}).faults

    assert fault.rule == (f"{code}_DAY_LIMIT" if daily else f"{code}_LIMIT")
    assert (fault.zh or "").startswith(zh)
    assert (fault.en or "").startswith(en)
    for words, raising in ((fault.zh, "调高限额"), (fault.en, "raise the limit")):
        assert (raising in (words or "")) == (code == "CUSTOMER")
    meaning = text(Code(fault.rule), "zh"), text(Code(fault.rule), "en")
    assert ("调高限额" in meaning[0], "raise the limit" in meaning[1]) == (code == "CUSTOMER",) * 2


def test_R3_6_the_customers_left_is_what_the_bank_leaves_where_it_set_no_day() -> None:
    """Its own limit per transfer is named with the day that holds in the end."""
    (fault,) = entry_faults(demand(6, bounds(own=Limits(5, None), caps=Limits(9, 9))), used(2, TODAY)).faults

    assert "剩余0.07元" in (fault.zh or "")


def test_O49_every_limit_is_named_in_order_and_the_bank_decides_the_advice() -> None:
    """Operator, account, customer; where the bank's is among them nobody is told to raise one."""
    tight = Limits(1, 1)
    of = replace(BOUNDS, operator_limits=tight, account_limits=tight, own=tight, caps=Limits(2, 2))

    two, three = (entry_faults(demand(amount, of), {}).faults for amount in (2, 3))

    ours = ["OPERATOR_LIMIT", "OPERATOR_DAY_LIMIT", "ACCOUNT_LIMIT", "ACCOUNT_DAY_LIMIT"]
    assert codes(two) == [*ours, "CUSTOMER_LIMIT", "CUSTOMER_DAY_LIMIT"]
    assert codes(three) == [*ours, "BANK_LIMIT", "BANK_DAY_LIMIT", "CUSTOMER_LIMIT", "CUSTOMER_DAY_LIMIT"]
    for faults, advice in (
        (two, ("请调高限额或调低金额", "raise the limit or lower")),
        (three, ("请调低金额", "lower")),
    ):
        for fault in faults:
            assert (fault.zh or "").endswith(f"：{advice[0]}")
            assert (fault.en or "").endswith(f": {advice[1]} the amount")


def test_O49_a_code_says_nothing_that_the_bank_overrules() -> None:
    """The first Detail gives the code: operator's and account's leave it to the Detail what to do."""
    for code in (Code.OPERATOR_LIMIT, Code.OPERATOR_DAY_LIMIT, Code.ACCOUNT_LIMIT, Code.ACCOUNT_DAY_LIMIT):
        assert "Detail" in text(code, "zh")
        assert "raise" not in text(code, "en")
