"""Caps and rates by themselves: at the limit, one past it, divided among workers, in bounded memory."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from gateway.doors.admission import ALARM_SECONDS, Admission, CustomerRates, Rates, UnprovenRates, address_key
from protocol.codes import Code
from tests.doors.wire import LIMITS, Visitor


def test_a_full_bucket_gives_its_burst_and_no_more() -> None:
    """Then a token comes back each 1/rate seconds."""
    clock = Clock()
    rates = Rates(2.0, 5, share=1, seconds=clock.seconds)

    burst = [rates.take("a") for _ in range(6)]
    clock.advance(0.4)
    early = rates.take("a")
    clock.advance(0.1)

    assert burst == [True] * 5 + [False]
    assert (early, rates.take("a"), rates.take("a")) == (False, True, False)


def test_keys_do_not_share_a_bucket() -> None:
    """One address's flood is not another's."""
    rates = Rates(1.0, 1, share=1, seconds=Clock().seconds)

    assert [rates.take("a"), rates.take("a"), rates.take("b")] == [True, False, True]


def test_a_bucket_is_never_more_than_full() -> None:
    """A long silence saves nothing up."""
    clock = Clock()
    rates = Rates(100.0, 3, share=1, seconds=clock.seconds)
    rates.take("a")
    clock.advance(1000)

    assert [rates.take("a") for _ in range(4)] == [True, True, True, False]


@given(share=st.integers(1, 8), burst=st.integers(1, 100), rate=st.floats(0.1, 1000))
def test_workers_together_give_the_sites_rate(share: int, burst: int, rate: float) -> None:
    """Each worker gives its part of the burst; none gives less than one token."""
    rates = Rates(rate, burst, share=share, seconds=Clock().seconds)

    given_tokens = sum(rates.take("a") for _ in range(burst + 1))

    assert given_tokens == max(1, burst // share)


def test_buckets_are_forgotten_from_the_least_used() -> None:
    """Many addresses do not fill the memory, and who is here now is remembered."""
    rates = Rates(1.0, 1, share=1, seconds=Clock().seconds, keys_max=3)
    for key in ("a", "b", "c"):
        rates.take(key)
    rates.take("d")

    assert len(rates) == 3
    assert [rates.take("d"), rates.take("c"), rates.take("a")] == [False, False, True]


def test_customers_have_rates_of_their_own() -> None:
    """The settings' customer rate, divided among the workers."""
    rates = CustomerRates(replace(LIMITS, customer_rate=10.0, customer_burst=4), share=2, seconds=Clock().seconds)

    assert [rates.take("C1") for _ in range(3)] == [True, True, False]
    assert rates.take("C2")


@pytest.mark.parametrize(("share", "allowed"), [(1, 4), (2, 2), (3, 2), (4, 1), (9, 1)])
def test_workers_divide_the_connections(share: int, allowed: int) -> None:
    """Rounded up, so that a small cap still lets somebody in."""
    admission = Admission(LIMITS, share=share, seconds=Clock().seconds)

    found = []
    for number in range(allowed + 1):
        visitor = Visitor()
        found.append(admission.opened(f"10.0.0.{number}", visitor))
        admission.verified(visitor)

    assert found == [None] * allowed + [Code.TOO_MANY_CONNECTIONS]


def test_the_oldest_stranger_makes_room_and_who_waits_is_spared() -> None:
    """A connection whose message is under way goes only when there is no other; a verified one never goes."""
    admission = Admission(LIMITS, share=1, seconds=Clock().seconds)
    known, waiting, silent, late = Visitor(), Visitor(waits=True), Visitor(), Visitor(waits=True)
    for number, visitor in enumerate((known, waiting, silent, late)):
        admission.opened(f"10.0.0.{number}", visitor)
    admission.verified(known)

    gone = []
    for number in range(4, 8):
        newest = Visitor(waits=True)
        found = admission.opened(f"10.0.0.{number}", newest)
        gone.append((found, known.gone, waiting.gone, silent.gone, late.gone))
        admission.verified(newest)

    assert gone == [
        (None, False, False, True, False),
        (None, False, True, True, False),
        (None, False, True, True, True),
        (Code.TOO_MANY_CONNECTIONS, False, True, True, True),
    ]
    assert admission.connections == 4


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_site_counts_as_one_address(host: str, key: str) -> None:
    """A site has a /64 of addresses to itself; an IPv4 address is one however it is written."""
    assert address_key(host) == key


def test_O1_who_proves_nothing_is_slowed_by_address_and_claimed_customer() -> None:
    """Another address, and another customer from this one, are not; nor is anything held for ever."""
    clock = Clock()
    rates = UnprovenRates(replace(LIMITS, unproven_rate=1.0, unproven_burst=2), share=1, seconds=clock.seconds)

    first = [rates.take("10.0.0.1", "C1") for _ in range(3)]
    others = [rates.take("10.0.0.2", "C1"), rates.take("10.0.0.1", "C2")]
    clock.advance(1)

    assert (first, others, rates.take("10.0.0.1", "C1")) == ([True, True, False], [True, True], True)


def test_O1_the_alarm_names_address_and_customer_once_a_minute() -> None:
    """However many messages come: the alarm is no way to fill the log."""
    clock = Clock()
    rates = UnprovenRates(replace(LIMITS, unproven_rate=0.001, unproven_burst=1), share=1, seconds=clock.seconds)
    with capturedLogs() as seen:
        for _ in range(5):
            rates.take("2001:db8::1", "C1")
        clock.advance(ALARM_SECONDS)
        rates.take("2001:db8::2", "C1")

    alarms = [(event["address"], event["customer"]) for event in seen if event.get("log_namespace") == "admission"]
    assert alarms == [("2001:db8::/64", "C1")] * 2
