"""Where working days come from: the package, the operator's file, and what is wrong with one."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.control.config import config_faults
from gateway.domain.workdays import Workdays, YearNotHeld
from gateway.node import bank_of
from gateway.settings import SettingsError, read
from gateway.site import Plan, make_site
from gateway.workdays_source import load_workdays, packaged

Load = Callable[[str], Workdays]
LAST = max(packaged().years)
"""The last year that the installed package holds."""
NEXT = LAST + 1


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """The calendar with an operator's file of this text."""

    def loaded(text: str) -> Workdays:
        (tmp_path / "calendar.toml").write_text(text, "utf-8")
        return load_workdays(tmp_path / "calendar.toml")

    return loaded


def faults(load: Load, text: str) -> tuple[str, ...]:
    """What is wrong with this file."""
    with pytest.raises(SettingsError) as caught:
        load(text)
    assert caught.value.path.name == "calendar.toml"
    return caught.value.faults


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 10, 11), False),
        (date(2020, 1, 31), False),  # the Spring Festival that was prolonged
        (date(2025, 1, 26), True),  # a Sunday that was worked
    ],
)
def test_R4_13_the_state_councils_calendar_comes_with_the_package(day: date, working: bool) -> None:  # noqa: FBT001  a row
    """Days that everybody in China remembers."""
    assert load_workdays(None).is_working_day(day) is working


def test_R4_13_a_year_that_the_package_does_not_hold_is_refused() -> None:
    """Until it is announced and loaded."""
    with pytest.raises(YearNotHeld):
        load_workdays(None).is_working_day(date(NEXT, 6, 1))


def test_the_operators_file_has_the_last_word(load: Load) -> None:
    """A year more, a holiday more, a holiday that is worked after all, a make-up day that is not."""
    calendar = load(
        f"""
years = [{NEXT}]
holidays = [{NEXT}-01-01, 2026-09-30, 2026-10-10]
make_up_days = [{NEXT}-01-02, 2026-10-07]
"""
    )

    assert calendar.is_working_day(date(NEXT, 1, 2))
    assert not calendar.is_working_day(date(NEXT, 1, 1))
    assert not calendar.is_working_day(date(2026, 9, 30))
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.next_working_day(date(2026, 9, 29)) == date(2026, 10, 7)


def test_an_empty_file_changes_nothing(load: Load) -> None:
    """Every list may be left out; a year that the package came to hold meanwhile may stay in the file."""
    assert load("") == packaged()
    assert load(f"years = [{LAST}]") == packaged()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("holidays = [2026-11-02, 2026-11-03, 2026-11-02]", "holidays[3]: 2026-11-02 is there twice"),
        ("holidays = [2026-11-02]\nmake_up_days = [2026-11-02]", "make_up_days: 2026-11-02 is there twice"),
        ('holidays = ["2026-11-02"]', "holidays[1]: '2026-11-02' is not a date"),
        ("holidays = [2026-11-02T00:00:00]", "holidays[1]: '2026-11-02 00:00:00' is not a date"),
        ("holidays = [20261102]", "holidays[1]: '20261102' is not a date"),
        ("holidays = 2026-11-02", "holidays: datetime.date(2026, 11, 2) is not a list"),
        ("holidays = [2026-02-30]", ""),  # the parser's own words
        (f"holidays = [{NEXT}-01-01]", f"holidays: {NEXT}-01-01 is out of range: the years 2004 to {LAST} are held"),
        (f"make_up_days = [{NEXT}-01-02]", f"make_up_days: {NEXT}-01-02 is out of range"),
        ("make_up_days = [1999-01-02]", "make_up_days: 1999-01-02 is out of range"),
        ("years = [2003]", "years[1]: 2003 is not a whole number from 2004 to 2199"),
        ("years = [2200]", "years[1]: 2200 is not a whole number from 2004 to 2199"),
        (f"years = [{NEXT}]", f"years: {NEXT} has no holidays here"),
        ("holiday = []", "holiday: unknown key; did you mean 'holidays'?"),
        ("holidays = [", ""),
    ],
)
def test_what_is_wrong_with_the_file_is_told(load: Load, text: str, told: str) -> None:
    """A date twice, not a date, a year out of range, a slip of the pen; one fault, in its place."""
    (fault,) = faults(load, text)

    assert fault.startswith(told)


def test_every_fault_of_the_file_comes_at_once(load: Load) -> None:
    """Not only the first."""
    assert len(faults(load, 'years = ["x"]\nholidays = [1, 2026-11-02, 2026-11-02]\nmake_up_days = [1999-01-01]')) == 4


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A folder in its place, and bytes that are no UTF-8."""
    (tmp_path / "bytes.toml").write_bytes(b"# \xff")
    for path in (tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(SettingsError):
            load_workdays(path)


def test_a_calendar_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """The daemon tells every fault and does not start; the check of the settings tells the same."""
    path = make_site(Plan(tmp_path / "site"), datetime(2026, 11, 2, tzinfo=UTC))
    path.write_text(path.read_text("utf-8").replace("# overrides", "overrides"), "utf-8")
    (path.parent / "calendar.toml").write_text("holidays = [2026-11-02, 2026-11-02, 1]", "utf-8")

    command = [sys.executable, "-m", "gateway", "serve", "-c", str(path)]
    served = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (served.returncode, served.stdout) == (2, "")
    assert "calendar.toml cannot be used:\n  holidays[2]: 2026-11-02 is there twice\n  holidays[3]: " in served.stderr
    found = config_faults(read(path))
    assert [fault.partition(": ")[2].partition(":")[0] for fault in found] == ["holidays[2]", "holidays[3]"]

    (path.parent / "calendar.toml").write_text("holidays = [2026-11-02]", "utf-8")
    assert config_faults(read(path)) == []
    assert not bank_of(read(path)).schedule.workdays.is_working_day(date(2026, 11, 2))
