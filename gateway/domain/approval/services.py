"""What the rules of approval ask about a service, by its name in the catalogue."""

from functools import cache
from typing import Final

from protocol.catalogue import CATALOGUE, Kind, Service

PAYROLL: Final = "SubmitPayroll"

SERVICE_FLOWS: Final = frozenset({PAYROLL})
"""Services with one flow per customer, whatever the account and the amount (R2.16)."""


@cache
def _by_name() -> dict[str, Service]:
    return {row.name: row for row in CATALOGUE.values()}


def service_called(name: str) -> Service | None:
    """The service of that name; None where there is none."""
    return _by_name().get(name)


def needs_amounts(name: str) -> bool:
    """Whether only a mode with amounts may serve it: it moves money (R2.8), or we do not know it."""
    row = service_called(name)
    return row is None or row.kind is Kind.MONEY
