"""What the bank sets about the ways a payment may take: thresholds, caps and fees, each from a date on.

When HVPS is open is among the hours of `gateway.domain.hours`; IBPS and BEPS are open at any hour of any day (R4.8,
O31). Amounts are in fen.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of an interbank transfer up to and including an amount; without one, of every amount."""

    up_to: int | None
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one day, with the manuals' figures.

    Up to and including `ibps_max` IBPS is the usual way, above it HVPS (R4.8); BEPS takes at most `beps_max` (O31).
    `fees` are bands by rising amounts, the last of them open-ended, for what goes to another bank; the manuals name no
    figure, so that none is taken until the bank sets it. `urgent_fee` comes on top for what is urgent (R4.19, O35).
    """

    ibps_max: int = 50_000_00
    beps_max: int = 1_000_000_00
    fees: tuple[Fee, ...] = (Fee(None, 0),)
    urgent_fee: int = 0

    def fee(self, amount: int, *, urgent: bool) -> int:
        """The fee of an interbank transfer of that amount."""
        band = next(each for each in self.fees if each.up_to is None or amount <= each.up_to)
        return band.fee + (self.urgent_fee if urgent else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRules:
    """The terms, and in `changes` other terms from a date on, in order of their dates."""

    terms: Terms = Terms()
    changes: tuple[tuple[date, Terms], ...] = ()

    def on(self, day: date) -> Terms:
        """The terms of that day."""
        for since, terms in reversed(self.changes):
            if since <= day:
                return terms
        return self.terms
