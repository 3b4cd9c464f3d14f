"""Usage counted again from the orders, against the counters: the check behind `yinqi check limits`.

It is given what the orders take and the counters as plain values, both of one moment; it knows no statement. It holds
the counters of one span of days in memory, never the orders.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gateway.domain.usage import Scope, Taking, UsageKey, add, taken
from gateway.journal.faults import Found
from protocol.money import readable_amount


@dataclass(slots=True)
class Recount(Found):
    """What was compared: `orders` that took something (in each span that they took of), and `counters`."""

    orders: int = 0
    counters: int = 0


def recount(
    takings: Iterable[Taking], counters: Iterable[tuple[UsageKey, int]], found: Recount, *, first: date, last: date
) -> None:
    """Compare the counters of these business dates (both included) with what the orders take of them.

    `takings` are all those that were entered or run on one of the days, and may hold others; `counters` are all of the
    days, each once. What is found is added to `found`, so that a long time can be counted span by span.
    """
    expected: dict[UsageKey, int] = {}
    for taking in takings:
        amounts = [each for each in taken(taking).items() if first <= each[0].business_date <= last]
        found.orders += bool(amounts)
        add(expected, amounts)
    for key, amount in counters:
        found.counters += 1
        if (right := expected.pop(key, 0)) != amount:
            found.fault(f"{_name(key)}: {readable_amount(amount)} counted, the orders take {readable_amount(right)}")
    for key, right in sorted(expected.items()):
        found.fault(f"{_name(key)}: no counter, the orders take {readable_amount(right)}")


def _name(key: UsageKey) -> str:
    owner = "" if key.scope is Scope.CUSTOMER else f" of customer {key.customer_id}"
    return f"{key.scope} {key.subject}{owner} on {key.business_date}"
