"""What every order goes through at its entry, one payment or many: its time, its plan, its limits; and its matter.

Pure. Which accounts may pay, and what is wrong with a payment itself, is judged by the service before.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from gateway.domain import course, limits, schedule
from gateway.domain.approval import entry_plan
from gateway.domain.calendar import SHANGHAI, instant, same_date
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.command import Command
from gateway.domain.customer import Account, Customer, Limits, Person, Right
from gateway.domain.facts import Facts, Moment, Takes
from gateway.domain.hours import LargeValue
from gateway.domain.leg import Leg
from gateway.domain.limits import Bounds, Demand, Judged, Row
from gateway.domain.matter import Act, ActKind, Basis, Matter, MatterKey, Plan
from gateway.domain.recurrence import Recurrence, recurrence_faults
from gateway.domain.usage import UsageKey, counters
from gateway.services.service import Bank
from protocol import binding
from protocol.errors import Detail
from protocol.limits import SCHEDULE_YEARS_MAX
from protocol.messages.transfer import Arrival, TransferState

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What is ordered: the account that pays, and everything that time, plan and limits depend on.

    `rows` are the payments as limits see them, with their total at `total_place`; `planned` are the amounts that pick
    amount bands, each for a plan of its own (O14), where the place of its faults is its place unless that is empty.
    `place` is the path of the order's element. `recurrence` is when it runs, where that is again and again: it has
    neither arrival nor chosen hour then.

    `interbank`: the payee is at another bank. `leg` is then the way there, if there is one, and `postponed` says that
    its channel does not take it now; `channels` are the states of the channels. `urgent`: by its highest priority.
    """

    account: Account
    planned: Sequence[Row]
    rows: Sequence[Row]
    takes: Takes
    place: str
    total_place: str
    arrival: Arrival | None = None
    scheduled_for: datetime | None = None
    named: str | None = None
    recurrence: Recurrence | None = None
    interbank: bool = False
    leg: Leg | None = None
    postponed: bool = False
    urgent: bool = False
    channels: Mapping[Channel, ChannelState] = field(default_factory=dict)

    @property
    def large_value(self) -> bool:
        """Whether it is to leave by HVPS."""
        return self.leg is not None and self.leg.channel is Channel.HVPS

    @property
    def at_once(self) -> bool:
        """Whether it is to be made as soon as nobody is waited for."""
        if self.recurrence is not None or self.postponed:
            return False
        return self.arrival in (None, Arrival.REAL_TIME) and self.scheduled_for is None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An order that may be entered: the plans that were asked for, and what may stand against it on its day (O47)."""

    plans: tuple[Plan, ...]
    warnings: tuple[Detail, ...]


def own(facts: Facts) -> tuple[Customer, Person]:
    """The customer and the person who ask; entitlement was judged before, so both are there."""
    assert facts.customer is not None
    assert facts.person is not None
    return facts.customer, facts.person


def owner_of(account: Account, facts: Facts) -> Customer:
    """The customer whose account it is: another than that of the order under a grant."""
    customer = facts.customer
    assert customer is not None
    return customer if account.owner == customer.customer_id else facts.grantors[account.owner]


def approving(account: Account, facts: Facts) -> Customer:
    """The customer whose people approve what is paid from an account: its owner under a grant to collect (R1.19)."""
    customer, _ = own(facts)
    return owner_of(account, facts) if Right.COLLECT in account.rights else customer


def is_own(facts: Facts, payer: Account, payee: str) -> bool:
    """Whether a payment stays with the owner of the account that pays (企业内部, R4.1); under a grant it does not."""
    known = facts.customer.accounts.get(payee) if facts.customer else None
    return known is not None and known.owner == payer.owner


def takes(facts: Facts, payer: Account, payee: str) -> Takes:
    """What a payment takes of limits as things stand now: nothing of the customer's where it stays with it (R3.3)."""
    return Takes.OWN if is_own(facts, payer, payee) else Takes.OUTGOING


def counters_of(command: Command, facts: Facts, moment: Moment, _bank: Bank, *also: date) -> Iterable[UsageKey]:
    """The counters that the limits of an order look at: those of today, and of the day on which it may run.

    `also` are further days, where a channel says that it may run on one.
    """
    if facts.customer is None or facts.person is None:
        return ()
    account = facts.customer.accounts.get(command.body.payer_account)
    if account is None:
        return ()
    operator = (command.head.customer_id, command.head.operator_id)
    days = [moment.business_date, *also]
    arrival = getattr(command.body, "arrival", None)
    chosen = getattr(command.body, "scheduled_for", None) or getattr(command.body, "first_run", None)
    if chosen is not None:
        days.append(min(chosen.astimezone(SHANGHAI).date(), same_date(moment.business_date, years=SCHEDULE_YEARS_MAX)))
    elif arrival in (Arrival.NORMAL, Arrival.NEXT_DAY):
        days.append(moment.business_date + _DAY)
    return [key for day in days for key in counters(operator, (account.owner, account.number), day)]


def assess(ordered: Ordered, command: Command, facts: Facts, *, moment: Moment, bank: Bank) -> Assessed | list[Detail]:
    """The plans of an order, or everything that stands against it: its time, its plans, its limits, in this order."""
    faults: list[Detail] = []
    if ordered.recurrence is not None:
        faults += recurrence_faults(
            ordered.recurrence,
            large_value=False,
            now=instant(moment.business_ms),
            rules=bank.schedule,
            place=ordered.place,
        )
    elif not ordered.at_once or ordered.arrival is not None or ordered.interbank:
        faults += schedule.entry_faults(
            ordered.arrival,
            ordered.scheduled_for,
            own=ordered.takes is Takes.OWN,
            interbank=ordered.interbank,
            large_value=ordered.large_value,
            urgent=ordered.urgent,
            now=instant(moment.business_ms),
            rules=bank.schedule,
            place=ordered.place,
        )
    made = [plan_for(ordered, command, facts, amount=each.amount) for each in ordered.planned]
    plans = [plan for plan in made if isinstance(plan, Plan)]
    faults += [
        replace(fault, place=each.place or fault.place)
        for each, plan in zip(ordered.planned, made, strict=True)
        if isinstance(plan, list)
        for fault in plan
    ]
    waits = len(plans) < len(made) or any(plan.steps for plan in plans)
    judged = _judged(ordered, facts, _runs(ordered, moment, bank, waits=waits))
    faults += judged.faults
    return faults or Assessed(tuple(plans), tuple(judged.warnings))


def plan_for(ordered: Ordered, command: Command, facts: Facts, *, amount: int) -> Plan | list[Detail]:
    """The plan of an amount, or why there is none; a collection follows the grantor's (R1.19, O22)."""
    _, person = own(facts)
    return entry_plan(
        approving(ordered.account, facts),
        service=command.service.name if command.service else "",
        payer=ordered.account.number,
        amount=amount,
        operator_id=person.operator_id,
        named=ordered.named,
        collected=Right.COLLECT in ordered.account.rights,
    )


def bounds(account: Account, owner: Customer, operator: tuple[str, str], person: Person | None) -> Bounds:
    """Whose limits hold for an order of that operator (its customer, its id) from that account of `owner`."""
    return Bounds(
        operator=operator,
        account=(account.owner, account.number),
        operator_limits=person.limits if person else Limits(),
        account_limits=account.limits,
        own=owner.limits,
        caps=owner.caps,
    )


def matter_of(
    ordered: Ordered,
    plan: Plan,
    content: str,
    command: Command,
    *,
    moment: Moment,
    bank: Bank,
    amount: int,
    row: int = 0,
    count: int = 1,
    payee: tuple[str, str] = ("", ""),
    hidden: bool = False,
) -> Matter:
    """The matter of an order, or of a row of it, after its entry.

    `content` is the canonical XML of what is shown of it; `payee` its account and name where there is one.
    """
    assert command.service
    head, recurrence = command.head, ordered.recurrence
    chosen = recurrence.first if recurrence is not None else ordered.scheduled_for
    entered = Act(operator_id=head.operator_id, kind=ActKind.ENTER, at_ms=moment.now_ms, by_request=head.request_id)
    matter = Matter(
        key=MatterKey(head.customer_id, head.request_id, row),
        service=command.service.name,
        operator_id=head.operator_id,
        owner=ordered.account.owner,
        payer_account=ordered.account.number,
        payee_account=payee[0],
        payee_name=payee[1],
        amount=amount,
        count=count,
        takes=ordered.takes,
        entered_ms=moment.now_ms,
        entered_on=moment.business_date,
        plan=plan,
        acts=(entered,),
        state=TransferState.PROCESSING,
        content=content,
        shown=hashlib.sha256(content.encode()).digest(),
        arrival=ordered.arrival or Arrival.REAL_TIME,
        chosen_ms=round(chosen.timestamp() * 1000) if chosen is not None else None,
        hidden=hidden,
        body=binding.write(command.body) if recurrence is not None else None,
        leg=ordered.leg,
    )
    return course.begun(matter, moment, bank.routes(ordered.channels))


class _Runs(NamedTuple):
    """On which day an order is to run, why on that day, and when it was entered."""

    run_on: date
    basis: Basis
    entered_on: date


def _runs(ordered: Ordered, moment: Moment, bank: Bank, *, waits: bool) -> _Runs:
    """When it runs as far as that is known; `waits` for people, it is taken to be let go today."""
    today = moment.business_date
    arrival, chosen = ordered.arrival, ordered.scheduled_for
    if ordered.recurrence is not None:
        return _Runs(ordered.recurrence.first.astimezone(SHANGHAI).date(), Basis.POSTPONED, today)
    if chosen is not None:
        run_on = chosen.astimezone(SHANGHAI).date()
    elif arrival is Arrival.NEXT_DAY:
        run_on = LargeValue(bank.schedule).morning_after(today).date() if ordered.large_value else today + _DAY
    elif (arrival is Arrival.NORMAL or ordered.large_value) and not waits:
        now, large = instant(moment.business_ms), ordered.large_value
        run = schedule.runs(arrival, None, approved_at=now, entered_on=today, large_value=large, rules=bank.schedule)
        return _Runs(run.at.astimezone(SHANGHAI).date() if run.at else today, run.basis, today)
    else:
        run_on = today
    return _Runs(run_on, Basis.IMMEDIATE if run_on == today else Basis.SCHEDULED, today)


def _judged(ordered: Ordered, facts: Facts, runs: _Runs) -> Judged:
    """What limits say of it today, and of the day on which it is to run (O47); payroll takes nothing (R3.11)."""
    if ordered.takes is Takes.NOTHING:
        return Judged([], [])
    customer, person = own(facts)
    operator = (customer.customer_id, person.operator_id)
    demand = Demand(
        bounds=bounds(ordered.account, owner_of(ordered.account, facts), operator, person),
        rows=ordered.rows,
        place=ordered.total_place,
        basis=runs.basis,
        entered_on=runs.entered_on,
        run_on=runs.run_on,
    )
    return limits.entry_faults(demand, facts.used)
