"""Whether an order fits: each limit at the fen, which one binds, and what is said about it."""

from dataclasses import replace

import pytest

from gateway.domain.customer import Limits
from gateway.domain.limits import (
    BANK_PER_DAY,
    BANK_PER_TRANSFER,
    PAYROLL_CAP,
    Row,
    effective,
    entry_faults,
    payroll_faults,
    run_faults,
    settable_faults,
)
from gateway.domain.matter import Basis
from gateway.domain.usage import Scope, UsageKey, counters
from protocol.codes import Code
from protocol.errors import Detail
from tests.gateway.domain.demands import (
    AMOUNT,
    BOUNDS,
    TODAY,
    TOMORROW,
    UNSET,
    bounds,
    codes,
    demand,
    refused,
    used,
)

PAIRS = [
    ("operator_limits", Code.OPERATOR_LIMIT, Code.OPERATOR_DAY_LIMIT),
    ("account_limits", Code.ACCOUNT_LIMIT, Code.ACCOUNT_DAY_LIMIT),
    ("own", Code.CUSTOMER_LIMIT, Code.CUSTOMER_DAY_LIMIT),
    ("caps", Code.BANK_LIMIT, Code.BANK_DAY_LIMIT),
]
R3_1, R3_2, R3_3, R3_4 = (PAIRS[place] for place in (1, 0, 2, 3))


def check_at_the_fen(whose: str, single: Code, daily: Code) -> None:
    """At the limit, one fen under and one over: of one transfer, and of the day."""
    per_transfer, per_day = bounds(**{whose: Limits(500_00, None)}), bounds(**{whose: Limits(None, 2_000_00)})
    if whose == "caps":
        per_transfer, per_day = bounds(caps=Limits(500_00, 10**12)), bounds(caps=Limits(10**12, 2_000_00))

    for amount, expected in ((499_99, []), (500_00, []), (500_01, [single])):
        assert refused(entry_faults(demand(amount, per_transfer), used(10**9, TODAY))) == expected
    for amount, before, expected in (
        (2_000_00, 0, []),
        (2_000_01, 0, [daily]),
        (499_99, 1_500_00, []),
        (500_00, 1_500_00, []),
        (500_01, 1_500_00, [daily]),
        (1, 1_999_99, []),
        (1, 2_000_00, [daily]),
    ):
        assert refused(entry_faults(demand(amount, per_day), used(before, TODAY))) == expected


def test_R3_1_an_account_has_a_limit_per_transfer_and_per_day() -> None:
    """单笔限额、日累计限额 of the account that pays."""
    check_at_the_fen(*R3_1)


def test_R3_2_an_operator_has_a_limit_per_transfer_and_per_day() -> None:
    """转账限额 of who enters."""
    check_at_the_fen(*R3_2)


def test_R3_3_a_customer_has_a_limit_per_transfer_and_per_day() -> None:
    """Over all its accounts together."""
    check_at_the_fen(*R3_3)


def test_R3_3_own_account_transfers_pass_the_customers_limits() -> None:
    """Neither the customer's own nor the bank's hold for them; those of operator and account do."""
    tight = Limits(1, 1)
    of = replace(BOUNDS, operator_limits=tight, account_limits=tight, own=tight, caps=tight)
    inside = demand(0, of, rows=[Row(2, AMOUNT, outgoing=False)])

    assert refused(entry_faults(inside, {})) == [code for _, *pair in PAIRS[:2] for code in pair]


def test_R3_4_the_banks_limits_hold_at_the_fen() -> None:
    """The bank's per transfer and per day, where the customer has set none."""
    check_at_the_fen(*R3_4)


@pytest.mark.parametrize(
    ("own", "caps", "expected"),
    [
        (UNSET, UNSET, Limits(1_000_000_00, 5_000_000_00)),
        (UNSET, Limits(7, 8), Limits(7, 8)),
        (Limits(5, None), Limits(7, 8), Limits(5, 8)),
        (Limits(None, 6), Limits(7, None), Limits(7, 6)),
        (Limits(9, 9), Limits(7, 8), Limits(7, 8)),
        (Limits(0, 0), UNSET, Limits(0, 0)),
    ],
)
def test_R3_4_what_is_not_set_is_the_banks(own: Limits, caps: Limits, expected: Limits) -> None:
    """1,000,000.00 per transfer and 5,000,000.00 per day where the bank has said nothing else."""
    assert effective(own, caps) == expected


def test_R3_4_the_banks_figures_hold_without_any_setting() -> None:
    """A customer for which nobody has set anything is limited all the same, at the fen."""
    assert refused(entry_faults(demand(BANK_PER_TRANSFER, BOUNDS), used(4_000_000_00, TODAY))) == []
    assert refused(entry_faults(demand(BANK_PER_TRANSFER + 1, BOUNDS), {})) == ["BANK_LIMIT"]
    assert refused(entry_faults(demand(1, BOUNDS), used(BANK_PER_DAY, TODAY))) == ["BANK_DAY_LIMIT"]


@pytest.mark.parametrize(
    ("limits", "caps", "places"),
    [
        (Limits(1_000_000_00, 5_000_000_00), UNSET, []),
        (Limits(1_000_000_01, 5_000_000_00), UNSET, ["/L/PerTransfer"]),
        (Limits(1_000_000_00, 5_000_000_01), UNSET, ["/L/PerDay"]),
        (Limits(8, 9), Limits(7, 8), ["/L/PerTransfer", "/L/PerDay"]),
        (UNSET, Limits(7, 8), []),
    ],
)
def test_R3_4_a_customer_sets_its_limits_up_to_the_banks(limits: Limits, caps: Limits, places: list[str]) -> None:
    """The bank's itself may be set, one fen more not; both faults are named."""
    faults = settable_faults(limits, caps, "/L")

    assert [fault.place for fault in faults] == places
    assert set(codes(faults)) <= {"LIMIT_ABOVE_CAP"}
    assert all("银行规定" in (fault.zh or "") and "the bank's limit" in (fault.en or "") for fault in faults)


@pytest.mark.parametrize("basis", Basis)
def test_R3_5_exactly_at_the_limit_is_allowed_one_fen_over_is_not(basis: Basis) -> None:
    """大于: at entry and on the day it runs, for all limits at once."""
    exact = Limits(500_00, 2_000_00)
    for run_on in (TODAY, TOMORROW):
        for whose, single, _daily in PAIRS:
            for amount, expected in ((500_00, []), (500_01, [single])):
                asked = demand(amount, bounds(**{whose: exact}), basis, run_on=run_on)
                at_limit = used(1_500_00 - (amount - 500_00), TODAY, TOMORROW)
                assert refused(entry_faults(asked, at_limit)) == expected
                assert codes(run_faults(asked, at_limit)) == expected


def test_O6_a_postponed_order_is_checked_at_entry_and_told() -> None:
    """Per transfer it is refused at once; all limits of the day it runs only warn."""
    limits = Limits(5, 9)
    of = bounds(operator_limits=limits, account_limits=limits, own=limits, caps=Limits(6, 10))
    full = used(9, TODAY, TOMORROW)

    fits = entry_faults(demand(5, of, Basis.POSTPONED), full)
    too_much = entry_faults(demand(6, of, Basis.POSTPONED), full)

    assert refused(fits) == []
    assert codes(fits.warnings) == ["OPERATOR_DAY_LIMIT", "ACCOUNT_DAY_LIMIT", "BANK_DAY_LIMIT", "CUSTOMER_DAY_LIMIT"]
    assert refused(too_much) == ["OPERATOR_LIMIT", "ACCOUNT_LIMIT", "CUSTOMER_LIMIT"]


def test_O47_a_day_limit_of_a_later_day_only_warns() -> None:
    """The operator's usage of a schedule is taken today and must fit; that of the day it runs is foretold."""
    limits = Limits(None, 9)
    of = bounds(operator_limits=limits, account_limits=limits, own=limits)

    today_full = entry_faults(demand(1, of, Basis.SCHEDULED), used(9, TODAY))
    that_day_full = entry_faults(demand(1, of, Basis.SCHEDULED), used(9, TOMORROW))

    assert (refused(today_full), today_full.warnings) == (["OPERATOR_DAY_LIMIT"], [])
    assert that_day_full.faults == []
    assert codes(that_day_full.warnings) == ["OPERATOR_DAY_LIMIT", "ACCOUNT_DAY_LIMIT", "CUSTOMER_DAY_LIMIT"]
    told = that_day_full.warnings[1]
    assert told.zh == (
        "账户62001的日累计限额0.09元，本次0.01元，2026-11-03已用0.09元，剩余0.00元："
        "执行时如仍超限则失败，请调高限额或调低金额"
    )
    assert told.en == (
        "account 62001's limit per day is 0.09 yuan, this is 0.01 yuan; on 2026-11-03 used 0.09 yuan, left 0.00 yuan: "
        "if that still holds when it runs, it fails; raise the limit or lower the amount"
    )


@pytest.mark.parametrize("basis", [Basis.SCHEDULED, Basis.POSTPONED])
def test_O47_what_does_not_fit_on_its_day_fails_naming_the_limit(basis: Basis) -> None:
    """The limits of that day count, per transfer and per day; what is used today is no matter."""
    limits = Limits(5, 9)
    asked = demand(5, bounds(operator_limits=limits, account_limits=limits, own=limits), basis)

    assert run_faults(asked, used(4, TOMORROW) | used(9, TODAY)) == []
    over = ["OPERATOR_DAY_LIMIT", "ACCOUNT_DAY_LIMIT", "CUSTOMER_DAY_LIMIT"]
    assert codes(run_faults(asked, used(5, TOMORROW))) == over
    lowered = replace(asked, bounds=bounds(own=Limits(4, None)))
    assert codes(run_faults(lowered, {})) == ["CUSTOMER_LIMIT"]


def test_O47_what_was_taken_at_entry_is_not_asked_for_a_second_time() -> None:
    """An order whose last approval comes later has its usage already; only the limit per transfer is asked again."""
    asked = demand(5, bounds(account_limits=Limits(None, 9)), run_on=TOMORROW)

    assert run_faults(asked, used(9, TODAY, TOMORROW)) == []
    assert codes(run_faults(replace(asked, bounds=bounds(account_limits=Limits(4, 9))), {})) == ["ACCOUNT_LIMIT"]


def rows(*amounts: int) -> list[Row]:
    """Rows of a batch, each at its own place."""
    return [Row(amount, f"/B/Row[{number}]/Amount") for number, amount in enumerate(amounts, 1)]


def test_O48_a_batch_is_limited_by_row_and_by_its_total() -> None:
    """Each row that is too large is named at its place; the day takes the total, at the place of the total."""
    of = bounds(account_limits=Limits(5, 12))

    assert entry_faults(demand(0, of, rows=rows(5, 5, 2), place="/B/Total"), {}).faults == []
    faults = entry_faults(demand(0, of, rows=rows(6, 1, 7), place="/B/Total"), {}).faults
    assert [(fault.rule, fault.place, fault.value) for fault in faults] == [
        ("ACCOUNT_LIMIT", "/B/Row[1]/Amount", "0.06"),
        ("ACCOUNT_LIMIT", "/B/Row[3]/Amount", "0.07"),
        ("ACCOUNT_DAY_LIMIT", "/B/Total", "0.14"),
    ]


def test_O48_a_batch_fits_the_day_whole_or_not_at_all() -> None:
    """One fen too much in total refuses all of its rows, though each alone would fit."""
    of = bounds(operator_limits=Limits(5, 12))

    assert refused(entry_faults(demand(0, of, rows=rows(4, 4)), used(4, TODAY))) == []
    assert refused(entry_faults(demand(0, of, rows=rows(4, 4)), used(5, TODAY))) == ["OPERATOR_DAY_LIMIT"]


def test_O48_rows_to_own_accounts_do_not_count_for_the_customer() -> None:
    """The customer's day takes the total of the rows that leave it (R3.3)."""
    of = bounds(own=Limits(3, 3))
    inside = [Row(9, "/B/Row[1]/Amount", outgoing=False)]

    assert refused(entry_faults(demand(0, of, rows=inside + rows(1, 2)), {})) == []
    (fault,) = entry_faults(demand(0, of, rows=inside + rows(2, 2)), {}).faults
    assert (fault.rule, fault.value) == ("CUSTOMER_DAY_LIMIT", "0.04")


def test_O50_the_lower_of_own_and_bank_holds() -> None:
    """A cap that the bank lowers below the customer's own limit holds at once."""
    own = Limits(100, 1_000)

    assert refused(entry_faults(demand(100, bounds(own=own, caps=Limits(100, 1_000))), {})) == []
    assert refused(entry_faults(demand(100, bounds(own=own, caps=Limits(99, 1_000))), {})) == ["BANK_LIMIT"]
    assert refused(entry_faults(demand(100, bounds(own=own, caps=Limits(100, 99))), {})) == ["BANK_DAY_LIMIT"]


def test_O50_under_a_grant_the_owners_usage_and_the_actors_own_count() -> None:
    """B's operator and A's account and customer are looked up, and nobody else's."""
    tight = Limits(None, 5)
    of = bounds(operator=("B", "ERP1"), account=("A", "62001"), operator_limits=tight, account_limits=tight, own=tight)
    wrong = {
        UsageKey("A", Scope.OPERATOR, "ERP1", TODAY): 5,
        UsageKey("B", Scope.ACCOUNT, "62001", TODAY): 5,
        UsageKey("B", Scope.CUSTOMER, "B", TODAY): 5,
    }

    assert entry_faults(demand(5, of), wrong).faults == []
    full = dict.fromkeys(counters(("B", "ERP1"), ("A", "62001"), TODAY), 1)
    faults = entry_faults(demand(5, of), full).faults
    assert codes(faults) == ["OPERATOR_DAY_LIMIT", "ACCOUNT_DAY_LIMIT", "CUSTOMER_DAY_LIMIT"]
    assert "客户A自设" in (faults[2].zh or "")


@pytest.mark.parametrize(("total", "rule"), [(PAYROLL_CAP, []), (PAYROLL_CAP + 1, ["PAYROLL_CAP"])])
def test_O7_O53_a_payroll_batch_is_capped_by_the_bank(total: int, rule: list[str]) -> None:
    """50,000,000.00 for one batch, and no other limit (R3.11, O7)."""
    assert codes(payroll_faults(total, PAYROLL_CAP, "/P/Total")) == rule


def test_O53_the_cap_is_a_setting() -> None:
    """Whatever the bank has set is named, with what to do."""
    (fault,) = payroll_faults(1_234_51, 1_234_50, "/P/Total")

    assert fault == Detail(
        "PAYROLL_CAP",
        "/P/Total",
        "1234.51",
        "每批代发总额不得超过1,234.50元，本批1,234.51元：请分批提交",
        "a payroll batch may pay at most 1,234.50 yuan, this one pays 1,234.51 yuan: split the batch",
    )
