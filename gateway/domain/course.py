"""The course of a matter: from entry over the acts of people to the bank or to another end, and what time alone does.

Each function gives the matter as it is afterwards, or every reason why not; none of them changes anything. Whether an
act counts is for `gateway.domain.approval` to say, and when a matter runs for `gateway.domain.schedule`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from gateway.domain.approval import Decision, act, name_next, naming_faults, stage
from gateway.domain.calendar import SHANGHAI, instant
from gateway.domain.channel import Channel
from gateway.domain.customer import Customer, Form, Person
from gateway.domain.facts import Moment
from gateway.domain.managing import is_administrator
from gateway.domain.matter import Act, ActKind, Basis, Matter
from gateway.domain.passed import no_channel
from gateway.domain.recurrence import Occurrence, due, last_run, next_run, order_of, plan_of
from gateway.domain.routing import NoChannel, Payment, Routed, Routing
from gateway.domain.schedule import Run, expires, payroll_runs, runs
from gateway.domain.states import WAITING
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import Arrival, TransferState

PAYROLL: Final = frozenset({"SubmitPayroll"})
"""Services whose orders are handed to the core in slots (R5.8)."""
MAINTENANCE_MS: Final = 60_000
"""How long after it met maintenance a payment looks at its channel again, in milliseconds."""


def begun(matter: Matter, moment: Moment, routing: Routing) -> Matter:
    """A matter at its entry: it waits for the first step of its plan, or for its time, or the bank may act at once.

    A recurring order waits for people no longer than until its last run; it takes nothing of limits itself (O46).
    """
    scheduled = matter.arrival is Arrival.NEXT_DAY or (
        matter.chosen_ms is not None and _day(matter.chosen_ms) != matter.entered_on
    )
    expires_ms = _ms(expires(matter.entered_on, routing.schedule))
    waiting = replace(
        matter,
        state=stage(matter.plan, matter.acts),
        basis=Basis.SCHEDULED if scheduled else Basis.IMMEDIATE,
        wake_ms=expires_ms,
    )
    if matter.recurs:
        # An approval at the very hour is in time (O12): only after it nothing is left to approve.
        last_ms = _ms(last_run(plan_of(order_of(matter)))) + 1
        waiting = replace(waiting, basis=Basis.POSTPONED, wake_ms=min(last_ms, expires_ms))
    return _completed(waiting, moment, routing) if waiting.state is TransferState.PROCESSING else waiting


def decided(
    matter: Matter,
    person: Person,
    decision: Decision,
    moment: Moment,
    *,
    routing: Routing,
    by_request: str,
    reason: str = "",
    next_operator: str | None = None,
    people: Mapping[str, Person],
) -> Matter | list[Detail]:
    """The matter after somebody approved, rejected, forced or dispatched it; one that is overdue has expired."""
    matter = _overdue(matter, moment)
    counted = act(matter.plan, matter.acts, person, decision, payer=matter.payer_account, service=matter.service)
    if isinstance(counted, list):
        return counted
    done = Act(
        operator_id=person.operator_id,
        kind=counted.kind,
        at_ms=moment.now_ms,
        step=counted.step,
        by_request=by_request,
        reason=reason,
    )
    after = replace(matter, acts=(*matter.acts, done))
    if next_operator is not None and counted.kind is not ActKind.REJECT:
        plan = name_next(
            after.plan, after.acts, next_operator, people, payer=matter.payer_account, service=matter.service
        )
        if isinstance(plan, list):
            return plan
        after = replace(after, plan=plan)
    after = replace(after, state=stage(after.plan, after.acts))
    if after.state is TransferState.REJECTED:
        return replace(after, ended_on=moment.business_date, wake_ms=None)
    return _completed(after, moment, routing) if after.state is TransferState.PROCESSING else after


def named(
    matter: Matter, person: Person, next_operator: str, moment: Moment, *, by_request: str, people: Mapping[str, Person]
) -> Matter | list[Detail]:
    """The matter with another next actor (O42)."""
    matter = _overdue(matter, moment)
    if faults := naming_faults(matter.plan, matter.acts, person):
        return faults
    plan = name_next(
        matter.plan, matter.acts, next_operator, people, payer=matter.payer_account, service=matter.service
    )
    if isinstance(plan, list):
        return plan
    done = Act(
        operator_id=person.operator_id,
        kind=ActKind.NAME,
        at_ms=moment.now_ms,
        by_request=by_request,
        reason=next_operator,
    )
    return replace(matter, plan=plan, acts=(*matter.acts, done))


def withdrawn(
    matter: Matter, person: Person, customer: Customer, moment: Moment, *, by_request: str, reason: str = ""
) -> Matter | list[Detail]:
    """The matter withdrawn (撤销): while it waits for people by who entered it, later also by an administrator.

    In form 002 what is scheduled is withdrawn by an administrator only (R2.20, R2.21, O5). With the bank by nobody. A
    recurring order is withdrawn by either until its end (R4.17).
    """
    matter = _overdue(matter, moment)
    if faults := _withdrawal_faults(matter, person, customer):
        return faults
    return _ended(
        matter,
        TransferState.WITHDRAWN,
        Act(
            operator_id=person.operator_id,
            kind=ActKind.WITHDRAW,
            at_ms=moment.now_ms,
            by_request=by_request,
            reason=reason,
        ),
        moment,
    )


def acknowledged(
    matter: Matter, person: Person, customer: Customer, moment: Moment, *, by_request: str
) -> Matter | list[Detail]:
    """A rejected matter that its entry operator has seen: it leaves the to-do list (O4)."""
    entered = person.operator_id == matter.operator_id and customer.customer_id == matter.key.customer_id
    if matter.state is not TransferState.REJECTED or not entered:
        return [Detail(Code.NOT_REJECTED, None, matter.state)]
    return matter if _is_acknowledged(matter) else amended(matter, moment, by_request=by_request)


def can_amend(matter: Matter, operator_id: str) -> bool:
    """Whether that operator of the customer that entered it may amend it: its own rejected one, not dealt with yet."""
    return matter.state is TransferState.REJECTED and matter.operator_id == operator_id and not _is_acknowledged(matter)


def amended(matter: Matter, moment: Moment, *, by_request: str) -> Matter:
    """A rejected matter that its entry operator amends by a new instruction (O4): it leaves the to-do list."""
    done = Act(operator_id=matter.operator_id, kind=ActKind.ACKNOWLEDGE, at_ms=moment.now_ms, by_request=by_request)
    return replace(matter, acts=(*matter.acts, done))


def ended(matter: Matter, moment: Moment, *, by: str, by_request: str, reason: str) -> Matter:
    """The matter ended with its flow (R2.15) or its grant (O22), by an administrator's act."""
    done = Act(operator_id=by, kind=ActKind.END, at_ms=moment.now_ms, by_request=by_request, reason=reason)
    return _ended(matter, TransferState.ENDED, done, moment)


def can_end(matter: Matter) -> bool:
    """Whether the matter is still with the enterprise."""
    return matter.state in WAITING or matter.state is TransferState.SCHEDULED


def woken(matter: Matter, moment: Moment, routing: Routing) -> Matter:
    """The matter when its moment has come: it expires, or the bank may act; a payroll waits for its hours (R5.8).

    A payment to another bank takes the way that is open then; where none is it fails, or waits (O32).
    """
    if matter.state in WAITING:
        return _overdue(matter, moment)
    assert matter.state is TransferState.SCHEDULED
    planned_ms = matter.run_ms
    assert planned_ms is not None
    if matter.service in PAYROLL:
        run = payroll_runs(_now(moment), routing.schedule)
        closed = _now(moment) < routing.schedule.first_on(moment.business_date) or run.basis is Basis.POSTPONED
        if run.at is not None and closed:
            return _scheduled(matter, run)
    matter, way = _routed(matter, moment, routing, due=True)
    if matter.state is TransferState.FAILED:
        return matter
    if way is not None:
        if way.leaves is None:
            return _maintained(matter, moment)
        if way.leaves > _now(moment):
            later = matter.basis is Basis.IMMEDIATE and way.leaves.date() > _day(planned_ms)
            return _scheduled(matter, Run(at=way.leaves, basis=Basis.POSTPONED if later else matter.basis))
    late = matter.basis is Basis.IMMEDIATE and moment.business_date > _day(planned_ms)
    return _released(replace(matter, basis=Basis.POSTPONED) if late else matter, moment)


def recurred(matter: Matter, moment: Moment) -> tuple[Matter, Occurrence | None]:
    """A recurring order when a run of it has come: as it waits for the next, and the run, unless its hour has passed.

    What passed with no gateway there is skipped, never made up for (R4.18).
    """
    assert matter.state is TransferState.SCHEDULED
    assert matter.run_ms is not None
    run, then = due(plan_of(order_of(matter)), instant(matter.run_ms), _now(moment))
    return _awaiting(matter, then), run


def failed(matter: Matter, faults: list[Detail], moment: Moment) -> Matter:
    """The matter whose time came and which may not run or be made: it fails, and is not tried again (O47)."""
    return replace(
        matter,
        state=TransferState.FAILED,
        reasons=tuple(dict.fromkeys(fault.rule for fault in faults)),
        faults=tuple(faults),
        run_on=None,
        ended_on=moment.business_date,
        wake_ms=None,
    )


def _is_acknowledged(matter: Matter) -> bool:
    return any(done.kind is ActKind.ACKNOWLEDGE for done in matter.acts)


def made(matter: Matter, moment: Moment, answer: str | None) -> Matter:
    """An act of administration that was approved and made, with the body of its reply."""
    return replace(
        matter,
        state=TransferState.SUCCEEDED,
        answer=answer,
        run_on=moment.business_date,
        run_ms=None,
        wake_ms=None,
    )


def _completed(matter: Matter, moment: Moment, routing: Routing) -> Matter:
    """The matter when nobody is waited for any more: it runs now, or waits for its time.

    A payment to another bank takes the way that is open then; where none is it fails, or waits (O32).
    """
    approved_at, rules = _now(moment), routing.schedule
    matter, way = _routed(matter, moment, routing, due=False)
    if matter.state is TransferState.FAILED:
        return matter
    if matter.recurs:
        return _awaiting(matter, next_run(plan_of(order_of(matter)), approved_at))
    if matter.service in PAYROLL:
        run = payroll_runs(approved_at, rules)
    else:
        run = runs(
            matter.arrival,
            instant(matter.chosen_ms) if matter.chosen_ms is not None else None,
            approved_at=approved_at,
            entered_on=matter.entered_on,
            large_value=way is not None and way.channel is Channel.HVPS,
            rules=rules,
        )
    if run.rolled:
        rolled = Act(operator_id="", kind=ActKind.ROLL, at_ms=moment.now_ms)
        matter = replace(matter, acts=(*matter.acts, rolled))
    matter = replace(matter, basis=run.basis)
    if way is not None and way.leaves is None:
        return _maintained(replace(matter, run_ms=moment.business_ms), moment)
    return _released(matter, moment) if run.at is None else _scheduled(matter, run)


def _routed(matter: Matter, moment: Moment, routing: Routing, *, due: bool) -> tuple[Matter, Routed | None]:
    """The matter with its leg by the way that is open now, and that way; failed where there is none.

    `due`: the moment at which it was to leave has come. Within this bank there is neither leg nor way.
    """
    if (leg := matter.leg) is None:
        return matter, None
    way = routing.route(
        Payment(
            bank=leg.bank,
            amount=matter.amount,
            ready=_now(moment),
            entered_on=matter.entered_on,
            arrival=matter.arrival,
            urgent=leg.urgent,
            scheduled_for=instant(matter.chosen_ms) if matter.chosen_ms is not None else None,
            due=due,
        )
    )
    if isinstance(way, NoChannel):
        return failed(matter, [no_channel(way, leg.bank.code)], moment), None
    planned = replace(leg, channel=way.channel, rule=way.rule, fee=way.fee, value_date=way.value_date)
    return replace(matter, leg=planned), way


def _maintained(matter: Matter, moment: Moment) -> Matter:
    """A matter whose channel is in maintenance: nobody knows for how long, so it is looked at again and again."""
    return replace(matter, state=TransferState.SCHEDULED, wake_ms=moment.business_ms + MAINTENANCE_MS)


def _released(matter: Matter, moment: Moment) -> Matter:
    return replace(matter, state=TransferState.PROCESSING, run_on=moment.business_date, run_ms=None, wake_ms=None)


def _scheduled(matter: Matter, run: Run) -> Matter:
    assert run.at is not None
    at_ms = _ms(run.at)
    return replace(matter, state=TransferState.SCHEDULED, basis=run.basis, run_ms=at_ms, wake_ms=at_ms)


def _awaiting(matter: Matter, run: Occurrence | None) -> Matter:
    """A recurring order that waits for a run of it, or has none left."""
    if run is None:
        return replace(matter, state=TransferState.SUCCEEDED, run_ms=None, wake_ms=None)
    at_ms = _ms(run.at)
    return replace(matter, state=TransferState.SCHEDULED, run_ms=at_ms, wake_ms=at_ms)


def _overdue(matter: Matter, moment: Moment) -> Matter:
    """The matter, expired if it still waits for people after its last moment (O24)."""
    if matter.state not in WAITING or matter.wake_ms is None or moment.business_ms < matter.wake_ms:
        return matter
    expired = Act(operator_id="", kind=ActKind.EXPIRE, at_ms=moment.now_ms)
    return _ended(matter, TransferState.EXPIRED, expired, moment)


def _ended(matter: Matter, state: TransferState, done: Act, moment: Moment) -> Matter:
    return replace(
        matter, state=state, acts=(*matter.acts, done), ended_on=moment.business_date, run_ms=None, wake_ms=None
    )


def _withdrawal_faults(matter: Matter, person: Person, customer: Customer) -> list[Detail]:
    if not can_end(matter):
        return [Detail(Code.NOT_WITHDRAWABLE, None, matter.state)]
    if person.status != "normal":
        return [Detail(Code.OPERATOR_FROZEN, None, person.operator_id)]
    entered = person.operator_id == matter.operator_id and customer.customer_id == matter.key.customer_id
    administers = is_administrator(person)
    # A scheduled one is withdrawn by an administrator, and in the other forms also by who entered it.
    later = administers or (entered and customer.form is not Form.MODE)
    allowed = entered if matter.state in WAITING else later
    if matter.recurs:
        allowed = entered or administers
        words = (
            "定时转账由录入员或管理员撤销",
            "a recurring transfer is withdrawn by who entered it or an administrator",
        )
        return [] if allowed else [Detail(Code.WITHDRAWAL_BY_OTHERS, None, person.operator_id, *words)]
    return [] if allowed else [Detail(Code.WITHDRAWAL_BY_OTHERS, None, person.operator_id)]


def _now(moment: Moment) -> datetime:
    return instant(moment.business_ms)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _day(business_ms: int) -> date:
    return instant(business_ms).astimezone(SHANGHAI).date()
