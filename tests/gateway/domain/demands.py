"""What is asked of the limits in tests: transfers and batches entered today, and limits that are out of the way."""

from dataclasses import replace
from datetime import date
from typing import Any

from gateway.domain.customer import Limits
from gateway.domain.limits import Bounds, Demand, Judged, Row
from gateway.domain.matter import Basis
from gateway.domain.usage import UsageKey, counters
from protocol.errors import Detail

TODAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)
OPERATOR, ACCOUNT = ("C1", "ERP1"), ("C1", "62001")
AMOUNT = "/Message/Body/SubmitTransfer/Amount"
UNSET = Limits()
BOUNDS = Bounds(operator=OPERATOR, account=ACCOUNT, operator_limits=UNSET, account_limits=UNSET, own=UNSET, caps=UNSET)
HIGH = Limits(10**12, 10**12)
"""The bank's limits of a customer that are out of the way."""


def bounds(**change: Any) -> Bounds:
    """No limits but those given; the bank's are out of the way."""
    return replace(BOUNDS, **{"caps": HIGH, **change})


def demand(amount: int, of: Bounds, basis: Basis = Basis.IMMEDIATE, **change: Any) -> Demand:
    """A transfer of `amount` that is entered today."""
    run_on = TODAY if basis is Basis.IMMEDIATE else TOMORROW
    fields: dict[str, Any] = {"rows": [Row(amount, AMOUNT)], "place": AMOUNT, "entered_on": TODAY, "run_on": run_on}
    return Demand(bounds=of, basis=basis, **fields | change)


def used(amount: int, *days: date) -> dict[UsageKey, int]:
    """So much used of every limit on these days."""
    return {key: amount for day in days for key in counters(OPERATOR, ACCOUNT, day)}


def codes(details: list[Detail]) -> list[str]:
    """Which limits are named, in order."""
    return [detail.rule for detail in details]


def refused(judged: Judged) -> list[str]:
    """Which limits refuse, in order."""
    return codes(judged.faults)
