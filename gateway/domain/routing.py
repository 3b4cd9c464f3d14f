"""Which way a payment takes (路由): within the bank, or IBPS, BEPS or HVPS to another, and every reason why so.

Pure: the moment, what the bank sets, the payee's bank as the directory has it and the state of the channels are
arguments. The usual way is IBPS up to and including its threshold and HVPS above (R4.8); NORMAL arrival and batches go
by BEPS up to its cap (O11). A channel in maintenance is asked about only by what would leave now, for nobody knows how
long it lasts; HVPS then holds what it is given until it ends. IBPS does not (R4.9): what may go another way does (O32).

When a payment runs is for `gateway.domain.schedule` to say; here it is asked once the channel is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from gateway.domain.banks import PayeeBank
from gateway.domain.calendar import SHANGHAI
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.hours import LargeValue, ScheduleRules
from gateway.domain.schedule import runs
from gateway.domain.terms import RoutingRules
from gateway.domain.workdays import YearNotHeld
from protocol.messages.transfer import Arrival


class Reason(StrEnum):
    """Why a channel does not take a payment."""

    NOT_A_MEMBER = "not-a-member"
    """The payee's bank takes no part in it."""
    ABOVE_CAP = "above-cap"
    NOT_FOR_REAL_TIME = "not-for-real-time"
    """BEPS is for NORMAL arrival and batches."""
    BELOW_THRESHOLD = "below-threshold"
    """HVPS is for amounts above the threshold, while there is another way for those up to it."""
    SUITS_BEPS = "suits-beps"
    """What is NORMAL, or a row of a batch, goes by BEPS."""
    CLOSED = "closed"
    """This bank does not run it."""
    MAINTENANCE = "maintenance"
    """It takes nothing for a while."""
    BRANCH_MISSING = "branch-missing"
    """In place of IBPS it needs the code of the payee's branch (收款网点)."""
    HVPS_OPEN = "hvps-open"
    """In place of IBPS goes HVPS while it is open."""
    NOT_OPEN_NOW = "not-open-now"
    """HVPS opens later, and another channel is open now."""
    YEAR_MISSING = "year-missing"
    """HVPS would leave on a day of a year whose calendar is not held."""


_Others = Mapping[Channel, tuple[str, Reason]]
_INTERBANK: Final = (Channel.IBPS, Channel.BEPS, Channel.HVPS)
_CAP_RULES: Final = {Channel.IBPS: "R4.8", Channel.BEPS: "O31"}
_OPEN_RULES: Final = {Channel.IBPS: "R4.9", Channel.BEPS: "O31", Channel.HVPS: "R4.10"}
"""By the channel: the rule of when it is open."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A channel that does not take the payment: the id of the rule that excludes it, and why."""

    channel: Channel
    rule: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What is to be paid, `amount` in fen; `bank` is None where the payee is at this bank.

    `ready` is the moment of its last approval, `entered_on` the business date of its entry. `due`: the moment at which
    it was to leave has come, and is `ready`. `batched`: a row of an interbank batch.
    """

    bank: PayeeBank | None
    amount: int
    ready: datetime
    entered_on: date
    arrival: Arrival | None = None
    urgent: bool = False
    scheduled_for: datetime | None = None
    batched: bool = False
    due: bool = False

    @property
    def gives_branch(self) -> bool:
        """Whether the code names a branch (收款网点), by which a payment may go without IBPS, not the head office."""
        return self.bank is not None and self.bank.code != self.bank.ibps

    @property
    def suits_beps(self) -> bool:
        """Whether BEPS suits it: NORMAL arrival and batches (O11); what is urgent leaves at once (O35)."""
        return (self.arrival is Arrival.NORMAL or self.batched) and not self.urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The channel that takes a payment, the id of the rule that chose it, and the others, each with its reason.

    `leaves` is when it leaves, `ready` where that is at once; None where it waits for the end of maintenance, and so
    has no `value_date` yet. That is the day in Shanghai on which it leaves, by HVPS the day of clearing. `fee` is in
    fen.
    """

    channel: Channel
    rule: str
    passed: tuple[PassedOver, ...] = ()
    leaves: datetime | None
    value_date: date | None
    fee: int


@dataclass(frozen=True, slots=True)
class NoChannel:
    """No channel takes the payment: why, for each in the order IBPS, BEPS, HVPS."""

    passed: tuple[PassedOver, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """How this bank routes: its terms, its hours and the state of each channel, open where nothing is said."""

    rules: RoutingRules = field(default_factory=RoutingRules)
    schedule: ScheduleRules = field(default_factory=ScheduleRules)
    states: Mapping[Channel, ChannelState] = field(default_factory=dict)

    def route(self, payment: Payment) -> Routed | NoChannel:
        """The way that a payment takes now, or why there is none."""
        if payment.bank is None:
            leaves = self.leaves(payment, Channel.IN_BANK)
            return Routed(
                channel=Channel.IN_BANK,
                rule="R4.3",
                leaves=leaves,
                value_date=leaves.date(),
                fee=0,
            )
        return _Interbank(self, payment, payment.bank).chosen()

    def state(self, channel: Channel) -> ChannelState:
        """The state of a channel now."""
        return self.states.get(channel, ChannelState.OPEN)

    def leaves(self, payment: Payment, channel: Channel) -> datetime:
        """When the payment leaves by that channel, whatever its state; by HVPS raises YearNotHeld."""
        planned = not payment.due
        run = runs(
            payment.arrival if planned else None,
            payment.scheduled_for if planned else None,
            approved_at=payment.ready,
            entered_on=payment.entered_on,
            large_value=channel is Channel.HVPS,
            rules=self.schedule,
        )
        return (run.at or payment.ready).astimezone(SHANGHAI)


@dataclass(frozen=True, slots=True)
class _Interbank:
    """One payment to another bank on its way through the rules."""

    routing: Routing
    payment: Payment
    bank: PayeeBank

    def chosen(self) -> Routed | NoChannel:
        """BEPS for what suits it, then the usual way, then what may stand in for IBPS."""
        if self.payment.suits_beps and self._obstacle(Channel.BEPS) is None:
            return self._by(Channel.BEPS, "O11", dict.fromkeys(_INTERBANK, ("O11", Reason.SUITS_BEPS)))
        usual = {} if self.payment.suits_beps else {Channel.BEPS: ("O11", Reason.NOT_FOR_REAL_TIME)}
        out = self._obstacle(Channel.IBPS)
        if out is None:
            rule = "O32" if self._is_maintained(Channel.IBPS) else "R4.8"
            return self._by(Channel.IBPS, rule, {**usual, Channel.HVPS: ("R4.8", Reason.BELOW_THRESHOLD)})
        if out.reason is Reason.MAINTENANCE:
            return self._around_maintenance()
        if self._obstacle(Channel.HVPS) is None:
            return self._by(Channel.HVPS, "R4.8", usual)
        return self._nobody(usual)

    def _around_maintenance(self) -> Routed | NoChannel:
        """IBPS is in maintenance: HVPS if it is open, else BEPS up to its cap, also for real time, else HVPS later."""
        if not self.payment.gives_branch:
            return self._nobody(dict.fromkeys((Channel.BEPS, Channel.HVPS), ("O32", Reason.BRANCH_MISSING)))
        large = self._obstacle(Channel.HVPS) is None
        if large and self._is_open():
            return self._by(Channel.HVPS, "O32", {Channel.BEPS: ("O32", Reason.HVPS_OPEN)})
        if self._obstacle(Channel.BEPS) is None:
            return self._by(Channel.BEPS, "O32", {Channel.HVPS: ("O32", Reason.NOT_OPEN_NOW)} if large else {})
        return self._by(Channel.HVPS, "O32") if large else self._nobody({})

    # -- what stands against a channel

    def _obstacle(self, channel: Channel) -> PassedOver | None:
        """Why a channel could not take the payment, however it suits; HVPS alone asks the calendar (O30)."""
        state = self.routing.state(channel)
        if not self._is_member(channel):
            found = "O36", Reason.NOT_A_MEMBER
        elif self.payment.amount > self._cap(channel):
            found = _CAP_RULES[channel], Reason.ABOVE_CAP
        elif state is ChannelState.CLOSED:
            found = _OPEN_RULES[channel], Reason.CLOSED
        elif self._is_maintained(channel) and not self._holds_out(channel):
            found = _OPEN_RULES[channel], Reason.MAINTENANCE
        elif channel is Channel.HVPS and self._is_year_missing():
            found = "R4.13", Reason.YEAR_MISSING
        else:
            return None
        return PassedOver(channel, *found)

    def _is_member(self, channel: Channel) -> bool:
        if channel is Channel.IBPS:
            return self.bank.ibps is not None
        return self.bank.beps if channel is Channel.BEPS else self.bank.hvps

    def _cap(self, channel: Channel) -> int:
        """The most that a channel takes, by the terms of the day on which the payment would leave at any hour."""
        terms = self.routing.rules.on(self._at_any_hour().date())
        return {Channel.IBPS: terms.ibps_max, Channel.BEPS: terms.beps_max}.get(channel, self.payment.amount)

    def _is_maintained(self, channel: Channel) -> bool:
        """Whether it would leave now and meets maintenance."""
        maintained = self.routing.state(channel) is ChannelState.MAINTENANCE
        return maintained and self._at_any_hour() <= self.payment.ready

    def _holds_out(self, channel: Channel) -> bool:
        """Whether it waits for the end of maintenance: by HVPS always, by IBPS what is for the next day (O32)."""
        return channel is Channel.HVPS or (channel is Channel.IBPS and self.payment.arrival is Arrival.NEXT_DAY)

    def _is_year_missing(self) -> bool:
        try:
            self.routing.leaves(self.payment, Channel.HVPS)
        except YearNotHeld:
            return True
        return False

    def _at_any_hour(self) -> datetime:
        """When it leaves by a channel that is open at any hour."""
        return self.routing.leaves(self.payment, Channel.IBPS)

    def _is_open(self) -> bool:
        """Whether HVPS takes a payment at this moment."""
        ready = self.payment.ready
        in_hours = LargeValue(self.routing.schedule).leaves(ready) == ready
        return in_hours and self.routing.state(Channel.HVPS) is ChannelState.OPEN

    # -- the answer

    def _by(self, channel: Channel, rule: str, others: _Others | None = None) -> Routed:
        """The payment by that channel; `others` says why the others are passed over, else what stands against them."""
        leaves = self.routing.leaves(self.payment, channel)
        waits = self.routing.state(channel) is ChannelState.MAINTENANCE and leaves <= self.payment.ready
        clears = LargeValue(self.routing.schedule).closes(leaves) if channel is Channel.HVPS else leaves
        return Routed(
            channel=channel,
            rule=rule,
            passed=self._passed(channel, others or {}),
            leaves=None if waits else leaves,
            value_date=None if waits else clears.date(),
            fee=self.routing.rules.on(leaves.date()).fee(self.payment.amount, urgent=self.payment.urgent),
        )

    def _nobody(self, others: _Others) -> NoChannel:
        return NoChannel(self._passed(None, others))

    def _passed(self, chosen: Channel | None, others: _Others) -> tuple[PassedOver, ...]:
        found = (
            PassedOver(each, *others[each]) if each in others else self._obstacle(each)
            for each in _INTERBANK
            if each is not chosen
        )
        return tuple(each for each in found if each is not None)
