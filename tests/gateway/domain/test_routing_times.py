"""When a payment leaves by its channel, and what maintenance does to it: every boundary minute."""

from datetime import date
from typing import Any

import pytest

from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.routing import NoChannel, Routed
from protocol.messages.transfer import Arrival
from tests.gateway.domain.banks import CAP, HEAD, THRESHOLD, bank, passed, routed, way
from tests.gateway.domain.moments import at

IN_BANK, IBPS, BEPS, HVPS = Channel
REAL_TIME, NORMAL, NEXT_DAY = Arrival
LARGE = THRESHOLD + 1
OUT = {IBPS: ChannelState.MAINTENANCE}


def times(ready: str, amount: int = LARGE, **asked: Any) -> tuple[str, str]:
    """When it leaves and its value date: "MM-DD HH:MM:SS" and "MM-DD"."""
    found = routed(amount, ready, **asked)
    assert isinstance(found, Routed)
    return f"{found.leaves:%m-%d %H:%M:%S}", f"{found.value_date:%m-%d}"


@pytest.mark.parametrize(
    ("ready", "leaves", "value"),
    [
        ("11-02 00:00", "11-02 00:00:00", "11-02"),
        ("11-02 16:59:59", "11-02 16:59:59", "11-02"),
        ("11-02 20:30:00", "11-02 20:30:00", "11-03"),  # the evening belongs to the next working day
        ("11-02 23:59:59", "11-02 23:59:59", "11-03"),
        ("10-09 20:30:00", "10-09 20:30:00", "10-10"),  # a Friday before a Saturday that is worked
    ],
)
def test_R4_10_hvps_is_open_from_2030_of_the_day_before_to_17(ready: str, leaves: str, value: str) -> None:
    """What is ready then leaves at once; its value date is the day of clearing."""
    assert times(ready) == (leaves, value)


@pytest.mark.parametrize(
    ("ready", "leaves"),
    [
        ("11-02 17:00:00", "11-03 09:00:00"),  # Monday to Thursday
        ("11-02 20:29:59", "11-03 09:00:00"),
        ("11-05 17:00:00", "11-06 09:00:00"),
        ("11-07 00:00:00", "11-09 09:00:00"),  # Saturday
        ("11-08 23:59:59", "11-09 09:00:00"),  # Sunday, also in the evening
        ("10-01 00:00:00", "10-08 09:00:00"),  # a public holiday
        ("10-07 20:30:00", "10-08 09:00:00"),
    ],
)
def test_R4_11_above_50000_outside_its_hours_it_leaves_at_9_of_the_next_working_day(ready: str, leaves: str) -> None:
    """It is not refused, and its value date is that day."""
    assert times(ready) == (leaves, leaves[:5])


@pytest.mark.parametrize(
    ("ready", "leaves"),
    [
        ("11-06 16:59:59", "11-06 16:59:59"),
        ("11-06 17:00:00", "11-09 09:00:00"),  # Friday, which the manual does not name
        ("11-06 20:30:00", "11-09 09:00:00"),
        ("09-30 16:59:59", "09-30 16:59:59"),  # the eve of a holiday
        ("09-30 20:30:00", "10-08 09:00:00"),
    ],
)
def test_O10_the_day_of_the_last_approval_decides(ready: str, leaves: str) -> None:
    """Friday evening and the eve of a holiday wait for the next working day."""
    assert times(ready)[0] == leaves


@pytest.mark.parametrize(
    ("amount", "ready", "leaves"),
    [
        (THRESHOLD, "11-02 14:49:59", "11-02 16:49:59"),  # by BEPS: two hours, which knows no close
        (THRESHOLD, "11-02 16:30", "11-02 18:30:00"),
        (CAP + 1, "11-02 14:49:59", "11-02 16:49:59"),  # by HVPS: ten minutes before it closes at the latest
        (CAP + 1, "11-02 14:50:00", "11-02 16:50:00"),
        (CAP + 1, "11-02 14:50:01", "11-02 16:50:00"),
        (CAP + 1, "11-02 16:59:59", "11-02 16:59:59"),
        (CAP + 1, "11-02 17:00:00", "11-03 09:00:00"),  # closed: postponed, and the hours of R4.6 do not bind
    ],
)
def test_O8_normal_leaves_after_two_hours_or_before_its_channel_closes(amount: int, ready: str, leaves: str) -> None:
    """The channel says which (O11)."""
    assert times(ready, amount, arrival=NORMAL)[0] == leaves


@pytest.mark.parametrize("to", [None, bank(), bank(beps=False)])
def test_R4_6_normal_leaves_within_4_hours_within_the_bank_too(to: PayeeBank | None) -> None:
    """By every channel that is open."""
    found = routed(THRESHOLD, to=to, arrival=NORMAL)

    assert isinstance(found, Routed)
    assert found.leaves == at("11-02 12:00")


@pytest.mark.parametrize(("to", "amount"), [(None, 1), (None, CAP), (bank(), THRESHOLD)])
def test_R4_7_next_day_leaves_at_9_of_the_next_day(to: PayeeBank | None, amount: int) -> None:
    """Within the bank and by IBPS the next day of the calendar, a Saturday too (O9)."""
    assert times("11-06 10:00", amount, to=to, arrival=NEXT_DAY) == ("11-07 09:00:00", "11-07")


def test_O9_next_day_above_50000_is_the_next_working_day() -> None:
    """By HVPS alone."""
    assert times("11-06 10:00", arrival=NEXT_DAY) == ("11-09 09:00:00", "11-09")
    assert times("09-30 23:59:59", arrival=NEXT_DAY) == ("10-08 09:00:00", "10-08")


def test_O34_next_day_counts_from_the_last_approval() -> None:
    """Whenever it was entered."""
    entered = date(2026, 11, 2)

    assert times("11-04 00:00", 1, arrival=NEXT_DAY, entered_on=entered)[0] == "11-05 09:00:00"


@pytest.mark.parametrize("arrival", [None, REAL_TIME])
def test_R4_5_real_time_leaves_at_once(arrival: Arrival | None) -> None:
    """To the microsecond, where its channel is open."""
    found = routed(THRESHOLD, "11-07 23:59:59.999", arrival=arrival)

    assert isinstance(found, Routed)
    assert found.leaves == at("11-07 23:59:59.999")


@pytest.mark.parametrize(
    ("amount", "approved", "leaves"),
    [
        (THRESHOLD, "11-05 10:00", "11-06 11:00:00"),
        (THRESHOLD, "11-06 11:00", "11-06 11:00:00"),  # at the very hour it is in time
        (THRESHOLD, "11-06 11:00:01", "11-06 12:00:00"),
        (THRESHOLD, "11-06 17:00:01", "11-07 09:00:00"),
        (LARGE, "11-06 16:00:00", "11-06 16:00:00"),
        (LARGE, "11-06 16:00:01", "11-09 09:00:00"),  # HVPS: 16:00 is the last slot (O29)
    ],
)
def test_O12_a_chosen_hour_that_has_passed_rolls_by_the_hours_of_its_channel(
    amount: int, approved: str, leaves: str
) -> None:
    """HVPS rolls to the next working day, the others to the next day."""
    asked: dict[str, Any] = {"scheduled_for": at("11-06 11:00"), "entered_on": date(2026, 11, 5)}

    assert times(approved, amount, **asked)[0] == leaves


# -- maintenance


def test_R4_9_ibps_in_maintenance_takes_nothing_without_a_branch_code() -> None:
    """清算行已退出: the code of the head office names no branch (收款网点) by which it could go on."""
    found = routed(THRESHOLD, to=bank(code=HEAD), states=OUT)

    assert isinstance(found, NoChannel)
    assert passed(found) == {
        IBPS: ("R4.9", "maintenance"),
        BEPS: ("O32", "branch-missing"),
        HVPS: ("O32", "branch-missing"),
    }


@pytest.mark.parametrize("arrival", [None, REAL_TIME])
@pytest.mark.parametrize(
    ("ready", "channel", "other"),
    [
        ("11-02 16:59:59", HVPS, {BEPS: ("O32", "hvps-open")}),
        ("11-02 17:00:00", BEPS, {HVPS: ("O32", "not-open-now")}),
        ("11-02 20:29:59", BEPS, {HVPS: ("O32", "not-open-now")}),
        ("11-02 20:30:00", HVPS, {BEPS: ("O32", "hvps-open")}),
        ("11-07 12:00:00", BEPS, {HVPS: ("O32", "not-open-now")}),
        ("2027-01-04 10:00:00", BEPS, {HVPS: ("R4.13", "year-missing")}),
    ],
)
def test_O32_with_a_branch_code_it_goes_by_hvps_if_open_else_by_beps(
    ready: str, channel: Channel, other: dict[Channel, tuple[str, str]], arrival: Arrival | None
) -> None:
    """Also for real time, here only; at once."""
    found = routed(THRESHOLD, ready, states=OUT, arrival=arrival)

    assert way(found)[:2] == (channel, "O32")
    assert passed(found) == {IBPS: ("R4.9", "maintenance")} | other
    assert isinstance(found, Routed)
    assert found.leaves == at(ready)


def test_O32_where_beps_does_not_take_it_either_it_is_postponed() -> None:
    """By HVPS, until it opens."""
    found = routed(THRESHOLD, "11-06 18:00", to=bank(beps=False), states=OUT)

    assert way(found) == (HVPS, "O32", "11-09 09:00:00")
    assert passed(found) == {IBPS: ("R4.9", "maintenance"), BEPS: ("O36", "not-a-member")}


def test_O32_where_nothing_stands_in_every_reason_is_told() -> None:
    """清算行已退出 among them."""
    found = routed(THRESHOLD, to=bank(beps=False, hvps=False), states=OUT)

    assert isinstance(found, NoChannel)
    assert passed(found) == {
        IBPS: ("R4.9", "maintenance"),
        BEPS: ("O36", "not-a-member"),
        HVPS: ("O36", "not-a-member"),
    }


def test_O32_next_day_that_meets_maintenance_at_9_waits_for_its_end() -> None:
    """It leaves nobody knows when; without maintenance it leaves then."""
    asked: dict[str, Any] = {"arrival": NEXT_DAY, "due": True, "entered_on": date(2026, 11, 2)}
    waits = routed(THRESHOLD, "11-03 09:00", states=OUT, **asked)

    assert way(waits) == (IBPS, "O32", None)
    assert isinstance(waits, Routed)
    assert waits.value_date is None
    assert way(routed(THRESHOLD, "11-03 09:00", **asked)) == (IBPS, "R4.8", "11-03 09:00:00")


@pytest.mark.parametrize("asked", [{"arrival": NEXT_DAY}, {"scheduled_for": at("11-06 11:00")}])
def test_O32_maintenance_of_today_is_nothing_to_what_leaves_later(asked: dict[str, Any]) -> None:
    """It is asked about again when it is due."""
    assert way(routed(THRESHOLD, to=bank(code=HEAD), states=OUT, **asked))[:2] == (IBPS, "R4.8")


def test_O32_what_was_scheduled_and_is_due_goes_around_maintenance() -> None:
    """As what is ready at that moment."""
    asked: dict[str, Any] = {"scheduled_for": at("11-06 11:00"), "due": True, "states": OUT}

    assert way(routed(THRESHOLD, "11-06 11:00", **asked))[:2] == (HVPS, "O32")
    assert isinstance(routed(THRESHOLD, "11-06 11:00", to=bank(code=HEAD), **asked), NoChannel)


def test_O32_hvps_in_maintenance_is_not_open_and_holds_what_it_is_given() -> None:
    """BEPS is before it; above the threshold it waits for the end, whenever that is."""
    both = OUT | {HVPS: ChannelState.MAINTENANCE}

    around = routed(THRESHOLD, states=both)
    assert way(around)[:2] == (BEPS, "O32")
    assert passed(around)[HVPS] == ("O32", "not-open-now")
    assert way(routed(LARGE, states=both)) == (HVPS, "R4.8", None)
    assert way(routed(LARGE, "11-02 17:00", states=both)) == (HVPS, "R4.8", "11-03 09:00:00")


@pytest.mark.parametrize(
    ("channel", "amount", "arrival", "instead", "rule"),
    [
        (IBPS, THRESHOLD, None, HVPS, "R4.9"),
        (BEPS, THRESHOLD, NORMAL, IBPS, "O31"),
        (BEPS, LARGE, NORMAL, HVPS, "O31"),
    ],
)
def test_R4_9_a_channel_that_this_bank_does_not_run_gives_way_to_the_next(
    channel: Channel, amount: int, arrival: Arrival | None, instead: Channel, rule: str
) -> None:
    """It is passed over whenever the payment leaves."""
    found = routed(amount, states={channel: ChannelState.CLOSED}, arrival=arrival)

    assert way(found)[0] is instead
    assert passed(found)[channel] == (rule, "closed")


def test_R4_10_nothing_goes_above_50000_where_this_bank_does_not_run_hvps() -> None:
    """There is no other way for it in real time."""
    found = routed(LARGE, states={HVPS: ChannelState.CLOSED})

    assert isinstance(found, NoChannel)
    assert passed(found)[HVPS] == ("R4.10", "closed")


def test_O11_beps_in_maintenance_gives_way_once_it_is_due() -> None:
    """Two hours before nobody knows."""
    states = {BEPS: ChannelState.MAINTENANCE}

    assert way(routed(THRESHOLD, states=states, arrival=NORMAL))[0] is BEPS
    found = routed(THRESHOLD, states=states, arrival=NORMAL, due=True)
    assert way(found) == (IBPS, "R4.8", "11-02 10:00:00")
    assert passed(found)[BEPS] == ("O31", "maintenance")
