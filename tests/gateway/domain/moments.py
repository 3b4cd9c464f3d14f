"""Moments on the clock in Shanghai, and the manuals' rules with a calendar of 2026, for tables of tests.

Of 2026: 2 November is a Monday, 7 November a Saturday; 1 to 7 October are holidays; 10 October is a Saturday that is
worked.
"""

from datetime import date, datetime

from hypothesis import strategies as st

from gateway.domain.calendar import SHANGHAI
from gateway.domain.hours import ScheduleRules
from gateway.domain.workdays import Workdays

RULES = ScheduleRules(
    workdays=Workdays(
        years=frozenset({2026}),
        holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
        make_up_days=frozenset({date(2026, 10, 10)}),
    )
)


def at(text: str) -> datetime:
    """The moment of "MM-DD HH:MM[:SS[.fff]]" in 2026, or of a whole date and time."""
    whole = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(whole).replace(tzinfo=SHANGHAI)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Any moment from one to another."""
    return st.datetimes(*(at(text).replace(tzinfo=None) for text in (first, last)), timezones=st.just(SHANGHAI))
