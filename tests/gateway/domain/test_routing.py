"""Which channel takes a payment, by whose rule, and why the others do not: every threshold to the fen."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel
from gateway.domain.hours import ScheduleRules
from gateway.domain.routing import NoChannel, PassedOver, Reason, Routed
from gateway.domain.terms import Fee, RoutingRules, Terms
from protocol.messages.transfer import Arrival
from tests.gateway.domain.banks import CAP, HEAD, MEMBER, THRESHOLD, bank, passed, routed, way
from tests.gateway.domain.moments import RULES, moments

IN_BANK, IBPS, BEPS, HVPS = Channel
REAL_TIME, NORMAL, NEXT_DAY = Arrival


@pytest.mark.parametrize("ready", ["11-02 10:00", "11-07 03:00", "10-01 23:59:59.999", "2031-01-01 00:00"])
@pytest.mark.parametrize("amount", [1, THRESHOLD + 1, CAP + 1])
def test_R4_3_within_the_bank_it_goes_at_once_and_free_on_every_day(ready: str, amount: int) -> None:
    """7x24 and of any amount, in a year without calendar too (O30)."""
    found = routed(amount, ready, to=None)

    assert isinstance(found, Routed)
    assert (found.channel, found.rule, found.fee, found.passed) == (IN_BANK, "R4.3", 0, ())
    assert found.leaves is not None
    assert found.value_date == found.leaves.date()


@pytest.mark.parametrize(
    ("amount", "channel"), [(1, IBPS), (THRESHOLD - 1, IBPS), (THRESHOLD, IBPS), (THRESHOLD + 1, HVPS), (CAP + 1, HVPS)]
)
@pytest.mark.parametrize("arrival", [None, REAL_TIME])
def test_R4_8_up_to_and_including_50000_by_ibps_and_one_fen_more_by_hvps(
    amount: int, channel: Channel, arrival: Arrival | None
) -> None:
    """The boundary is inside; the reply explains the choice and what was passed over."""
    found = routed(amount, arrival=arrival)

    assert way(found) == (channel, "R4.8", "11-02 10:00:00")
    other = {HVPS: ("R4.8", "below-threshold")} if channel is IBPS else {IBPS: ("R4.8", "above-cap")}
    assert passed(found) == {BEPS: ("O11", "not-for-real-time")} | other


@pytest.mark.parametrize("ready", ["11-02 17:00", "11-02 20:29:59", "11-07 03:00", "10-01 12:00", "2031-06-01 12:00"])
def test_R8_1_ibps_takes_a_payment_at_any_hour_of_any_day(ready: str) -> None:
    """Fast transfer (快速转账): evenings, weekends, holidays and years without calendar (O30)."""
    found = routed(THRESHOLD, ready)

    assert way(found)[0] is IBPS
    assert isinstance(found, Routed)
    assert found.leaves is not None
    assert found.value_date == found.leaves.date()


@pytest.mark.parametrize(
    ("amount", "channel", "rule"),
    [
        (1, BEPS, "O11"),
        (THRESHOLD, BEPS, "O11"),
        (THRESHOLD + 1, BEPS, "O11"),
        (CAP - 1, BEPS, "O11"),
        (CAP, BEPS, "O11"),
        (CAP + 1, HVPS, "R4.8"),
    ],
)
@pytest.mark.parametrize("asked", [{"arrival": NORMAL}, {"batched": True}])
def test_O11_normal_arrival_and_batches_go_by_beps_up_to_its_cap(
    amount: int, channel: Channel, rule: str, asked: dict[str, Any]
) -> None:
    """Above the cap, to the fen, R4.8 holds."""
    found = routed(amount, **asked)

    assert way(found)[:2] == (channel, rule)
    if channel is HVPS:
        assert passed(found) == {IBPS: ("R4.8", "above-cap"), BEPS: ("O31", "above-cap")}
    else:
        assert passed(found) == {IBPS: ("O11", "suits-beps"), HVPS: ("O11", "suits-beps")}


@pytest.mark.parametrize("amount", [1, THRESHOLD, THRESHOLD + 1, CAP])
@pytest.mark.parametrize("asked", [{"arrival": REAL_TIME}, {"arrival": NEXT_DAY}, {}, {"urgent": True}])
def test_R4_14_beps_is_never_chosen_for_real_time_or_the_next_day(amount: int, asked: dict[str, Any]) -> None:
    """Nor for what is urgent (O35), whatever the amount."""
    found = routed(amount, **asked)

    assert way(found)[0] is not BEPS
    assert passed(found)[BEPS] == ("O11", "not-for-real-time")


@pytest.mark.parametrize("ready", ["11-02 21:00", "11-07 03:00", "10-01 12:00", "2031-06-01 12:00"])
def test_O31_beps_takes_a_payment_at_any_hour_of_any_day(ready: str) -> None:
    """7x24: no calendar is asked for it (O30)."""
    assert way(routed(CAP, ready, batched=True))[0] is BEPS


@pytest.mark.parametrize(("amount", "channel"), [(CAP, BEPS), (CAP + 1, HVPS)])
def test_O31_the_cap_of_beps_is_dated(amount: int, channel: Channel) -> None:
    """It has been raised for a few days: the terms of the day on which it would leave hold."""
    higher = Terms(beps_max=500_000_000_00)
    rules = RoutingRules(changes=((date(2026, 11, 3), higher), (date(2026, 11, 5), Terms())))

    assert way(routed(amount, "11-02 21:59:59", rules=rules, arrival=NORMAL))[0] is channel
    assert way(routed(amount, "11-02 22:00", rules=rules, arrival=NORMAL))[0] is BEPS  # leaves at midnight
    assert way(routed(amount, "11-05 00:00", rules=rules, arrival=NORMAL))[0] is channel


def test_R4_8_the_threshold_is_dated() -> None:
    """From a date on it is another; the next day has the terms of the next day."""
    rules = RoutingRules(changes=((date(2026, 11, 3), Terms(ibps_max=CAP)),))

    assert way(routed(CAP, "11-02 10:00", rules=rules))[0] is HVPS
    assert way(routed(CAP, "11-02 10:00", rules=rules, arrival=NEXT_DAY)) == (IBPS, "R4.8", "11-03 09:00:00")
    assert way(routed(CAP, "11-03 00:00", rules=rules))[0] is IBPS
    assert way(routed(CAP + 1, "11-03 00:00", rules=rules))[0] is HVPS


@pytest.mark.parametrize(
    ("to", "amount", "arrival", "channel"),
    [
        (bank(ibps=None), THRESHOLD, None, HVPS),
        (bank(ibps=None, hvps=False), THRESHOLD, NORMAL, BEPS),
        (bank(beps=False), THRESHOLD, NORMAL, IBPS),
        (bank(beps=False), THRESHOLD + 1, NORMAL, HVPS),
        (bank(beps=False, ibps=None), 1, NORMAL, HVPS),
        (bank(hvps=False), THRESHOLD, None, IBPS),
        (bank(hvps=False), THRESHOLD + 1, NORMAL, BEPS),
        (bank(code=HEAD), THRESHOLD + 1, None, HVPS),
    ],
)
def test_O36_only_a_channel_that_the_payees_bank_takes_part_in_is_chosen(
    to: PayeeBank, amount: int, arrival: Arrival | None, channel: Channel
) -> None:
    """The directory says so, and what IBPS needs: the head office of the code that was found there."""
    found = routed(amount, to=to, arrival=arrival)

    assert way(found)[0] is channel


@pytest.mark.parametrize(
    ("to", "amount", "asked", "reasons"),
    [
        (
            bank(ibps=None, beps=False, hvps=False),
            1,
            {"arrival": NORMAL},
            {IBPS: ("O36", "not-a-member"), BEPS: ("O36", "not-a-member"), HVPS: ("O36", "not-a-member")},
        ),
        (
            bank(hvps=False),
            THRESHOLD + 1,
            {},
            {IBPS: ("R4.8", "above-cap"), BEPS: ("O11", "not-for-real-time"), HVPS: ("O36", "not-a-member")},
        ),
        (
            bank(hvps=False),
            CAP + 1,
            {"arrival": NORMAL},
            {IBPS: ("R4.8", "above-cap"), BEPS: ("O31", "above-cap"), HVPS: ("O36", "not-a-member")},
        ),
    ],
)
def test_R4_20_where_no_channel_reaches_the_payees_bank_every_reason_is_told(
    to: PayeeBank, amount: int, asked: dict[str, Any], reasons: dict[Channel, tuple[str, str]]
) -> None:
    """One for each channel, in their order."""
    found = routed(amount, to=to, **asked)

    assert isinstance(found, NoChannel)
    assert passed(found) == reasons
    assert [each.channel for each in found.passed] == [IBPS, BEPS, HVPS]


@pytest.mark.parametrize(
    ("amount", "urgent", "fee"),
    [
        (1, 0, 5_00),
        (10_000_00, 0, 5_00),
        (10_000_01, 0, 10_00),
        (10_000_01, 1, 30_00),
        (CAP + 1, 1, 30_00),
    ],
)
def test_R4_19_what_is_urgent_pays_the_urgent_fee_on_top(amount: int, urgent: int, fee: int) -> None:
    """Bands include their last fen; the terms of the day on which it leaves hold."""
    terms = Terms(fees=(Fee(10_000_00, 5_00), Fee(None, 10_00)), urgent_fee=20_00)

    rules = RoutingRules(changes=((date(2026, 11, 3), terms),))

    fees = [
        found.fee
        for ready in ("11-02 23:59:59", "11-03 00:00")
        if isinstance(found := routed(amount, ready, rules=rules, urgent=bool(urgent)), Routed)
    ]

    assert fees == [0, fee]


@pytest.mark.parametrize(("amount", "channel"), [(THRESHOLD, IBPS), (THRESHOLD + 1, HVPS)])
def test_O35_what_is_urgent_leaves_at_once(amount: int, channel: Channel) -> None:
    """Never by BEPS, which waits for its rounds, not even from a batch that says so."""
    assert way(routed(amount, urgent=True)) == (channel, "R4.8", "11-02 10:00:00")
    assert way(routed(amount, urgent=True, arrival=NORMAL))[0] is channel


def test_O36_what_the_directory_says_of_the_bank_is_all_that_routing_knows_of_it() -> None:
    """Another name, region or branch of the same memberships goes the same way."""
    other = replace(MEMBER, name="另一银行", region="5810", code="102581000013")

    assert routed(THRESHOLD, to=other) == routed(THRESHOLD)


@pytest.mark.parametrize("ready", ["12-31 17:00", "12-31 20:30", "2027-01-04 10:00"])
def test_R4_13_in_a_year_without_calendar_hvps_takes_nothing_and_says_so(ready: str) -> None:
    """The other channels go on (O30)."""
    found = routed(THRESHOLD + 1, ready)

    assert isinstance(found, NoChannel)
    assert found.passed[-1] == PassedOver(HVPS, "R4.13", Reason.YEAR_MISSING)
    assert way(routed(THRESHOLD, ready))[0] is IBPS
    assert way(routed(THRESHOLD + 1, ready, arrival=NORMAL))[0] is BEPS


@given(
    amount=st.integers(1, 2 * CAP),
    ready=moments("2026-01-01 00:00", "2026-11-30 00:00"),
    arrival=st.sampled_from([None, *Arrival]),
    batched=st.booleans(),
    ibps=st.sampled_from([None, HEAD]),
    beps=st.booleans(),
    hvps=st.booleans(),
)
def test_whatever_is_asked_every_channel_is_chosen_or_passed_over(
    amount: int, ready: datetime, arrival: Arrival | None, *, batched: bool, ibps: str | None, beps: bool, hvps: bool
) -> None:
    """Exactly one is chosen, or none; what is chosen could take it, and it leaves no earlier than it is ready."""
    to = bank(ibps=ibps, beps=beps, hvps=hvps)
    found = routed(amount, f"{ready:%Y-%m-%d %H:%M:%S}", to=to, arrival=arrival, batched=batched)

    told = [each.channel for each in found.passed]
    if isinstance(found, NoChannel):
        assert told == [IBPS, BEPS, HVPS]
        return
    assert sorted([*told, found.channel]) == sorted([IBPS, BEPS, HVPS])
    members = {IBPS: ibps is not None and amount <= THRESHOLD, BEPS: beps and amount <= CAP, HVPS: hvps}
    assert members[found.channel]
    assert found.leaves is not None
    assert found.value_date is not None
    assert found.value_date >= found.leaves.date()


def test_O30_without_any_calendar_all_but_hvps_go_on() -> None:
    """Only where a working day matters a calendar is asked."""
    assert way(routed(THRESHOLD, schedule=ScheduleRules()))[0] is IBPS
    assert way(routed(CAP, schedule=ScheduleRules(), arrival=NORMAL))[0] is BEPS
    assert isinstance(routed(CAP, schedule=ScheduleRules()), NoChannel)
    assert RULES.workdays.years == {2026}
