"""Which periods may be asked for."""

from datetime import date

import pytest

from gateway.domain import period
from protocol.codes import Code

TODAY = date(2026, 11, 25)
HERE = "/Message/Body/ListTransfers"


@pytest.mark.parametrize(("first", "last", "places"), [
    (TODAY, TODAY, []),
    (date(2025, 11, 25), TODAY, []),
    (date(2025, 11, 25), date(2025, 11, 25), []),
    (date(2025, 11, 24), date(2025, 11, 30), ["From"]),
    (date(2025, 11, 24), TODAY, ["From"]),
    (TODAY, date(2026, 11, 26), ["To"]),
    (TODAY, date(2026, 11, 24), ["To"]),
    (date(2024, 1, 1), date(2023, 1, 1), ["To", "From"]),
])  # fmt: skip
def test_O15_at_most_one_year_is_the_span_and_the_look_back(first: date, last: date, places: list[str]) -> None:
    """The same date last year is in, the day before it is not, however short the period; every fault is told."""
    faults = period.faults(first, last, TODAY, HERE)

    assert [fault.place for fault in faults] == [f"{HERE}/{place}" for place in places]
    assert {fault.rule for fault in faults} <= {Code.PERIOD_INVALID}


def test_O15_a_year_back_from_the_29th_of_february_is_the_28th() -> None:
    """There is no 29th to begin with in the year before."""
    assert period.faults(date(2027, 2, 28), date(2028, 2, 29), date(2028, 2, 29), HERE) == []
    assert len(period.faults(date(2027, 2, 27), date(2028, 2, 29), date(2028, 2, 29), HERE)) == 1
