"""Usage counted again from the orders: agreement is seen, and every counter that differs is named."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.matter import Basis
from gateway.domain.usage import Scope, Taking, UsageKey, add, counters, difference
from gateway.journal.faults import FAULTS_MAX
from gateway.journal.recount import Recount, recount

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (2, 3, 4))
ORDER = Taking(
    operator=("C1", "ERP1"), account=("C1", "62001"), amount=1_234_50, basis=Basis.IMMEDIATE, entered_on=MONDAY
)
SCHEDULED = replace(ORDER, basis=Basis.SCHEDULED, run_on=WEDNESDAY, amount=100)


def counted(*takings: Taking) -> dict[UsageKey, int]:
    """The counters as the orders have made them, one difference after another."""
    used: dict[UsageKey, int] = {}
    for taking in takings:
        add(used, difference(None, taking).items())
    return used


def check(takings: list[Taking], used: dict[UsageKey, int], first: date = MONDAY, last: date = WEDNESDAY) -> Recount:
    """Compare."""
    found = Recount()
    recount(takings, used.items(), found, first=first, last=last)
    return found


def test_counters_that_agree_are_sound() -> None:
    """Also those at zero, which a refused order or one that was given back leaves behind."""
    given_back = replace(ORDER, amount=7, ended_on=MONDAY)
    used = counted(ORDER, SCHEDULED) | dict.fromkeys(counters(("C2", "X"), ("C2", "9"), MONDAY), 0)

    found = check([ORDER, SCHEDULED, given_back], used)

    assert (found.faults, found.is_sound) == ([], True)
    assert (found.orders, found.counters) == (2, 9)


def test_a_counter_that_differs_is_named_with_both_amounts() -> None:
    """One sentence for each: whose, which day, what is counted and what the orders take."""
    used = counted(ORDER)
    operator, account, customer = used
    used[operator] += 1
    used[account] = 0
    del used[customer]

    assert check([ORDER], used).faults == [
        "operator ERP1 of customer C1 on 2026-11-02: 1,234.51 counted, the orders take 1,234.50",
        "account 62001 of customer C1 on 2026-11-02: 0.00 counted, the orders take 1,234.50",
        "customer C1 on 2026-11-02: no counter, the orders take 1,234.50",
    ]


def test_a_counter_of_which_no_order_knows_is_named() -> None:
    """Something was taken and never given back, or its order is gone."""
    used = {UsageKey("C1", Scope.CUSTOMER, "C1", TUESDAY): 5}

    assert check([], used).faults == ["customer C1 on 2026-11-03: 0.05 counted, the orders take 0.00"]


def test_only_the_days_of_the_span_are_compared() -> None:
    """An order that took on two days counts in each span with what it took there."""
    used = counted(SCHEDULED, ORDER)
    early, late = ({key: each for key, each in used.items() if key.business_date == day} for day in (MONDAY, WEDNESDAY))

    assert check([SCHEDULED, ORDER], early, MONDAY, TUESDAY).faults == []
    assert check([SCHEDULED, ORDER], late, TUESDAY, WEDNESDAY).faults == []
    assert len(check([SCHEDULED, ORDER], {}, WEDNESDAY, WEDNESDAY).faults) == 3


def test_spans_add_up() -> None:
    """One count after another goes into the same finding."""
    found = Recount()
    used = counted(ORDER, SCHEDULED)
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        of_day = ((key, amount) for key, amount in used.items() if key.business_date == day)
        recount([ORDER, SCHEDULED], of_day, found, first=day, last=day)

    assert (found.faults, found.orders, found.counters) == ([], 3, 6)


def test_faults_told_are_bounded() -> None:
    """Few enough to read, with the number of those that are left out."""
    used = {UsageKey("C1", Scope.ACCOUNT, str(number), MONDAY): 1 for number in range(FAULTS_MAX + 3)}

    found = check([], used)

    assert (len(found.faults), found.more, found.is_sound) == (FAULTS_MAX, 3, False)


dates = st.sampled_from([MONDAY, TUESDAY, WEDNESDAY])
takings = st.builds(
    Taking,
    operator=st.sampled_from([("C1", "A"), ("C2", "B")]),
    account=st.sampled_from([("C1", "1"), ("C2", "2")]),
    amount=st.integers(1, 5),
    basis=st.sampled_from(Basis),
    entered_on=dates,
    run_on=st.none() | dates,
    ended_on=st.none() | dates,
    outgoing=st.booleans(),
    counted=st.booleans(),
)


@given(st.lists(takings), st.data())
def test_any_change_of_a_counter_is_found(orders: list[Taking], data: st.DataObject) -> None:
    """Whatever the orders took, one fen more or less in one counter is one fault."""
    used = counted(*orders)
    assert check(orders, used).faults == []
    if used:
        key = data.draw(st.sampled_from(sorted(used)))
        used[key] += data.draw(st.sampled_from([-1, 1]))
        assert len(check(orders, used).faults) == 1
