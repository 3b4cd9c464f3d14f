"""The table [routing] of the settings."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.terms import Fee, RoutingRules, Terms
from gateway.settings.routing import read_routing
from gateway.settings.table import Source, Table


def terms(text: str) -> tuple[RoutingRules, list[str]]:
    """What the table of this text says, and its faults."""
    source = Source(Path(), None, [])
    return read_routing(Table(tomllib.loads(text), "routing", source)), source.faults


def test_the_terms_of_routing_are_settings_and_may_change_on_a_date() -> None:
    """The manuals' figures where nothing is said; amounts as on the wire; each change beside the one before it."""
    usual, _ = terms("")
    rules, found = terms(
        """
beps_max = "50000.00"
urgent_fee = "20.00"
[[fee]]
up_to = "10000.00"
amount = "5.00"
[[fee]]
amount = "10.00"
[[change]]
from = 2027-06-01
ibps_max = "1000000.00"
[[change]]
from = 2027-01-01
beps_max = "1000000.00"
[[change.fee]]
amount = "0.00"
"""
    )

    assert found == []
    assert usual.on(date(2026, 12, 31)) == Terms()
    assert (Terms().ibps_max, Terms().beps_max) == (50_000_00, 1_000_000_00)
    bands = (Fee(10_000_00, 5_00), Fee(None, 10_00))
    assert rules.on(date(2026, 12, 31)) == Terms(beps_max=50_000_00, urgent_fee=20_00, fees=bands)
    assert rules.on(date(2027, 1, 1)) == Terms(urgent_fee=20_00)
    assert rules.on(date(2027, 6, 1)) == Terms(urgent_fee=20_00, ibps_max=1_000_000_00)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ibps_max = 50000", "routing.ibps_max"),
        ('ibps_max = "50000"', "routing.ibps_max"),
        ('beps_max = "-1.00"', "routing.beps_max"),
        ('urgent_fee = "0.001"', "routing.urgent_fee"),
        ("fee = []", "routing.fee"),
        ("[[fee]]", "routing.fee[1].amount"),
        ('[[fee]]\nup_to = "1.00"\namount = "1.00"', "routing.fee[1].up_to"),
        ('[[fee]]\namount = "1.00"\n[[fee]]\namount = "2.00"', "routing.fee[1].up_to"),
        (
            "fee = [{up_to = '2.00', amount = '1.00'}, {up_to = '2.00', amount = '2.00'}, {amount = '3.00'}]",
            "routing.fee[2].up_to",
        ),
        ("[[change]]", "routing.change[1].from"),
        ("[[change]]\nfrom = 2027-01-01\n[[change]]\nfrom = 2027-01-01", "routing.change[2].from"),
        ("ibps_min = 1", "routing.ibps_min"),
    ],
)
def test_terms_of_routing_that_cannot_be_are_refused(text: str, key: str) -> None:
    """No amounts, bands out of order or without an end, a date twice."""
    _, found = terms(text)

    assert [fault.partition(": ")[0] for fault in found] == [key]
