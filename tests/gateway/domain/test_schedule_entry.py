"""What may be asked for at entry: every fault of arrival, urgency and chosen hour at once, and the hour to choose."""

from typing import Any

import pytest

from gateway.domain.hours import ScheduleRules
from gateway.domain.schedule import entry_faults
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import Arrival
from tests.gateway.domain.moments import RULES, at

PLACE = "/Message/Body/SubmitTransfer"
HOUR, PAST, OUTSIDE, FAR = (
    Code.SCHEDULE_OFF_THE_HOUR,
    Code.SCHEDULE_PAST,
    Code.SCHEDULE_OUTSIDE_HOURS,
    Code.SCHEDULE_TOO_FAR,
)


def faults(
    arrival: Arrival | None = None, chosen: str | None = None, *, now: str = "11-02 10:00", **said: Any
) -> list[Detail]:
    """The faults of a transfer entered at a moment, by default a Monday at ten, in-bank, to another's account."""
    asked: dict[str, Any] = {"own": False, "interbank": False, "large_value": False, "urgent": False, "rules": RULES}
    return entry_faults(
        arrival,
        at(chosen) if chosen else None,
        now=at(now),
        place=PLACE,
        **(asked | said),
    )


def codes(found: list[Detail]) -> list[str]:
    """Their codes; each fault has a place and words in both languages."""
    assert all((each.place or "").startswith(PLACE) and each.zh and each.en for each in found)
    return [each.rule for each in found]


@pytest.mark.parametrize("arrival", [None, *Arrival])
def test_R4_4_an_outgoing_transfer_knows_three_arrivals(arrival: Arrival | None) -> None:
    """Real time, normal and next day, in-bank and interbank, at any hour of any day."""
    assert faults(arrival) == []
    assert faults(arrival, interbank=True, now="11-07 23:00") == []


@pytest.mark.parametrize(
    ("arrival", "wanted"),
    [(None, []), (Arrival.REAL_TIME, []), (Arrival.NORMAL, [Code.ARRIVAL_NOT_POSSIBLE]),
     (Arrival.NEXT_DAY, [Code.ARRIVAL_NOT_POSSIBLE])],
)  # fmt: skip
def test_O33_between_own_accounts_it_is_real_time_or_a_chosen_hour(arrival: Arrival | None, wanted: list[Code]) -> None:
    """NORMAL and NEXT_DAY are refused; a chosen hour is not."""
    assert codes(faults(arrival, own=True)) == wanted
    assert codes(faults(None, "11-02 11:00", own=True)) == []


def test_O29_next_day_and_a_chosen_time_exclude_one_another() -> None:
    """NORMAL does not: the hour says when it leaves."""
    (fault,) = faults(Arrival.NEXT_DAY, "11-03 11:00")

    assert (fault.rule, fault.place, fault.value) == (Code.ARRIVAL_NOT_POSSIBLE, f"{PLACE}/Arrival", "NEXT_DAY")
    assert faults(Arrival.NORMAL, "11-03 11:00") == []


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ("11-02 10:00:00", []),  # the hour that is just striking
        ("11-02 09:00:00", [PAST]),
        ("11-02 11:00:00", []),
        ("11-02 11:00:01", [HOUR]),
        ("11-02 11:00:00.001", [HOUR]),
        ("11-02 11:30", [HOUR]),
        ("11-02 17:00:00", []),
        ("11-02 17:00:01", [HOUR, OUTSIDE]),
        ("11-02 18:00:00", [OUTSIDE]),
        ("11-03 08:00:00", [OUTSIDE]),
        ("11-03 08:59:59", [HOUR, OUTSIDE]),
        ("11-03 09:00:00", []),
        ("11-07 09:00:00", []),  # a Saturday
        ("11-02 00:00:00", [PAST, OUTSIDE]),
        ("2027-11-02 17:00", []),  # the same date next year
        ("2027-11-03 09:00", [FAR]),
        ("2027-11-03 08:30", [HOUR, FAR, OUTSIDE]),
    ],
)
def test_R4_15_a_chosen_time_is_a_whole_hour_from_9_to_17_within_a_year(chosen: str, wanted: list[Code]) -> None:
    """For own-account and outgoing transfers, on any day (O30); every fault at once."""
    assert codes(faults(None, chosen)) == wanted
    assert codes(faults(None, chosen, own=True, rules=ScheduleRules())) == wanted


@pytest.mark.parametrize(
    ("chosen", "possible"),
    [
        ("11-02 11:30", "2026-11-02 12:00"),
        ("11-02 17:30", "2026-11-03 09:00"),
        ("11-03 05:00", "2026-11-03 09:00"),
        ("11-01 11:00", "2026-11-02 10:00"),
    ],
)
def test_R4_15_a_refused_hour_comes_with_the_next_possible_one(chosen: str, possible: str) -> None:
    """In both languages, so that the sender can correct it."""
    for fault in faults(None, chosen):
        assert possible in (fault.zh or "")
        assert possible in (fault.en or "")


def test_the_last_day_of_february_next_year_is_the_28th() -> None:
    """Who schedules on a 29th can choose the same date less one a year on."""
    assert codes(faults(None, "2029-02-28 09:00", now="2028-02-29 10:00")) == []
    assert codes(faults(None, "2029-03-01 09:00", now="2028-02-29 10:00")) == [FAR]


@pytest.mark.parametrize(
    ("chosen", "wanted", "possible"),
    [
        ("11-02 16:00:00", [], ""),
        ("11-02 16:00:01", [HOUR, OUTSIDE], "2026-11-03 09:00"),
        ("11-02 17:00:00", [OUTSIDE], "2026-11-03 09:00"),
        ("11-06 17:00:00", [OUTSIDE], "2026-11-09 09:00"),
        ("11-07 10:00:00", [OUTSIDE], "2026-11-09 09:00"),  # a Saturday
        ("11-03 09:00:00", [], ""),
        ("11-03 08:00:00", [OUTSIDE], "2026-11-03 09:00"),
        ("11-02 09:00:00", [PAST], "2026-11-02 10:00"),
    ],
)
def test_O29_large_value_is_scheduled_on_working_days_from_9_to_16(
    chosen: str, wanted: list[Code], possible: str
) -> None:
    """Otherwise it is refused, naming the next possible hour."""
    found = faults(None, chosen, interbank=True, large_value=True)

    assert codes(found) == wanted
    assert all(possible in (fault.en or "") and possible in (fault.zh or "") for fault in found)


@pytest.mark.parametrize(
    ("arrival", "chosen", "place"),
    [
        (None, "2027-01-04 10:00", "/ScheduledFor"),
        (None, None, ""),
        (Arrival.NEXT_DAY, None, "/Arrival"),
        (Arrival.NORMAL, None, "/Arrival"),
    ],
)
def test_R4_13_large_value_in_a_year_without_calendar_is_refused(
    arrival: Arrival | None, chosen: str | None, place: str
) -> None:
    """At entry, as if it were approved now; its place is what asked for that day. Nothing else asks (O30)."""
    asked: dict[str, Any] = {"now": "12-31 18:00", "interbank": True}

    (fault,) = faults(arrival, chosen, large_value=True, **asked)
    assert (fault.rule, fault.place, fault.value) == (Code.CALENDAR_YEAR_MISSING, PLACE + place, "2027")
    assert faults(arrival, chosen, **asked) == []


def test_R4_13_the_other_faults_of_the_hour_are_told_beside_the_missing_year() -> None:
    """All of a stage at once; the next possible hour is then not known."""
    found = faults(None, "12-31 17:30", interbank=True, large_value=True)

    assert codes(found) == [HOUR, OUTSIDE, Code.CALENDAR_YEAR_MISSING]


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ({"interbank": True}, 0),
        ({"interbank": True, "arrival": Arrival.REAL_TIME}, 0),
        ({}, 1),
        ({"own": True}, 1),
        ({"interbank": True, "arrival": Arrival.NORMAL}, 1),
        ({"interbank": True, "arrival": Arrival.NEXT_DAY}, 1),
        ({"interbank": True, "chosen": "11-03 10:00"}, 1),
        ({"arrival": Arrival.NORMAL, "chosen": "11-03 10:00"}, 3),
    ],
)
def test_O35_urgent_is_for_interbank_that_leaves_at_once(said: dict[str, Any], count: int) -> None:
    """Each thing that contradicts it is told."""
    found = faults(urgent=True, **said)

    assert codes(found) == [Code.URGENT_NOT_POSSIBLE] * count
    assert {fault.place for fault in found} <= {f"{PLACE}/Urgent"}


def test_every_fault_of_the_entry_is_told_at_once() -> None:
    """Arrival, urgency and hour."""
    found = faults(Arrival.NEXT_DAY, "11-01 08:30", own=True, urgent=True)

    assert codes(found) == [
        *[Code.ARRIVAL_NOT_POSSIBLE] * 2,
        *[Code.URGENT_NOT_POSSIBLE] * 3,
        *[HOUR, PAST, OUTSIDE],
    ]
