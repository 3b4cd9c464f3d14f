"""The plan that an instruction is entered under, in the customer's form, fixed from then on (R2.10).

What follows from a customer as it stands is remembered with it: entering is the hot path, and a matching of people
and steps is the same for every instruction of the same service, account, band and entry operator.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.domain.approval.filling import Gap, gap, present
from gateway.domain.approval.names import step_name
from gateway.domain.approval.naming import foreign, name_next
from gateway.domain.approval.people import DELETED, PERMISSIONS
from gateway.domain.approval.services import SERVICE_FLOWS, needs_amounts
from gateway.domain.customer import Band, Binding, Customer, Flow, Form, Mode
from gateway.domain.managing import DECIDING
from gateway.domain.matter import Act, ActKind, Plan, Step, StepKind
from protocol.codes import Code
from protocol.errors import Detail, shown

REMEMBERED_MAX: Final = 10_000
"""Plans remembered per customer: services by accounts by bands by entry operators, some five megabytes at most."""

_ON: Final = Binding(None)


class _Entry(NamedTuple):
    """What the plan of an instruction depends on, beside the customer; `band` or `above` stand for its amount.

    `source` is the mode or flow that its service, account and amount lead to, None in form 000; `above` says that the
    amount is above the highest flow.
    """

    service: str
    payer: str
    operator_id: str
    named: str | None
    collected: bool
    source: str | None
    band: int
    above: bool


def entry_plan(
    customer: Customer,
    *,
    service: str,
    payer: str,
    amount: int,
    operator_id: str,
    named: str | None = None,
    collected: bool = False,
) -> Plan | list[Detail]:
    """The plan of an instruction of `amount` fen that `operator_id` enters, or every reason why there is none.

    `named` is the next actor by the entry operator's choice (R2.24). With `collected` the operator is the grantee's
    and `customer` the grantor, whose people approve (R1.19). The amount of a batch row or of the whole is the caller's
    choice (O14). Whether the operator may enter at all is asked elsewhere. Empty steps: nobody need act.
    """
    source = _source(customer, service, payer, amount)
    if isinstance(source, list):
        return source
    entry = _Entry(service, payer, operator_id, named, collected, *source)
    known: dict[_Entry, Plan | list[Detail]] = customer.remembered
    found = known.get(entry)
    if found is None:
        if len(known) >= REMEMBERED_MAX:
            known.clear()
        found = known[entry] = _made(customer, entry)
    return list(found) if isinstance(found, list) else found


def administration_plan(customer: Customer, operator_id: str, *, about: str | None = None) -> Plan | list[Detail]:
    """The plan of an administration message of `operator_id`: another administrator's word, where the bank asks it.

    That other one is not the operator whom the message is `about`: nobody keeps himself.
    """
    if not customer.second_administrator:
        return Plan(customer_id=customer.customer_id)
    plan = Plan(customer_id=customer.customer_id, steps=(Step(kind=StepKind.ADMINISTER, about=about),))
    people = present(customer.people, service=DECIDING)
    return _unfillable(plan, gap(plan.steps, people, {operator_id})) or plan


def _source(customer: Customer, service: str, payer: str, amount: int) -> tuple[str | None, int, bool] | list[Detail]:
    """Which mode and band, or which flow, an amount leads to; the faults of the service's binding."""
    binding = customer.bindings.get(service, _ON)
    if not binding.enabled:
        return [
            Detail(
                Code.SERVICE_OFF,
                None,
                service,
                f"业务{service}已停用，不受理新指令；请由管理员启用",
                f"service {service} is switched off and takes no new instruction; an administrator switches it on",
            )
        ]
    if customer.form is Form.MODE:
        return _band(customer, service, binding, amount)
    if customer.form is Form.FLOW:
        return _flow(customer, service, payer, amount)
    return None, 0, False


def _band(customer: Customer, service: str, binding: Binding, amount: int) -> tuple[str, int, bool] | list[Detail]:
    """The band of the bound mode that holds the amount, its upper bound included (R2.3)."""
    mode = customer.modes.get(binding.mode or "")
    if mode is None:
        return [
            Detail(
                Code.MODE_NOT_BOUND,
                None,
                service,
                f"业务{service}未开通授权模式；请由管理员设定",
                f"no authorization mode is bound to service {service}; an administrator binds one",
            )
        ]
    if not mode.with_amount and needs_amounts(service):
        return [without_amount(mode, service)]
    for index, band in enumerate(mode.bands):
        if band.up_to is None or amount <= band.up_to:
            return mode.mode_id, index, False
    raise AssertionError(f"mode {mode.mode_id} has no last band without end: it is refused when made (O38)")


def without_amount(mode: Mode, service: str) -> Detail:
    """Why a mode without amounts does not serve a transfer service (R2.8)."""
    return Detail(
        Code.MODE_WITHOUT_AMOUNT,
        None,
        mode.mode_id,
        f"授权模式{mode.mode_id}无金额，不能用于业务{service}；请改用有金额的模式",
        f"mode {mode.mode_id} has no amounts and does not serve {service}; bind one with amounts",
    )


def _flow(customer: Customer, service: str, payer: str, amount: int) -> tuple[str, int, bool] | list[Detail]:
    """The smallest sufficient flow of the account (R2.13), else the highest, with the supervisor above it (R2.14)."""
    if service in SERVICE_FLOWS:
        flows = [flow for flow in customer.flows if flow.service == service]
    else:
        flows = [flow for flow in customer.flows if flow.account == payer]
    if not flows:
        what = service if service in SERVICE_FLOWS else payer
        return [
            Detail(
                Code.FLOW_MISSING,
                None,
                what,
                f"{what}没有设定转账流程；请由主管设定",
                f"there is no flow for {what}; the supervisor makes one",
            )
        ]
    enough = [flow for flow in flows if flow.limit is None or amount <= flow.limit]
    taken = min(enough, key=_limit) if enough else max(flows, key=_limit)
    return taken.flow_id, 0, not enough


def _limit(flow: Flow) -> int:
    """The limit by which flows are ordered; a flow without one is the only one of its service (R2.16)."""
    return flow.limit or 0


def _made(customer: Customer, entry: _Entry) -> Plan | list[Detail]:
    steps, ordered = _steps(customer, entry)
    plan = Plan(
        customer_id=customer.customer_id,
        steps=steps,
        ordered=ordered,
        mode=entry.source or "",
        collected=entry.collected,
    )
    if _is_by_one(plan) and not _one_is_enough(customer, entry):
        return [_single(customer, entry)]
    barred = set() if entry.collected else {entry.operator_id}
    people = present(customer.people, entry.payer, entry.service)
    if faults := _unfillable(plan, gap(plan.steps, people, barred)):
        return faults
    if entry.named is None:
        return plan
    if entry.collected:
        return [foreign(entry.named)]
    entered = (Act(operator_id=entry.operator_id, kind=ActKind.ENTER, at_ms=0),)
    chosen = name_next(plan, entered, entry.named, customer.people, payer=entry.payer, service=entry.service)
    if isinstance(chosen, list):
        return chosen
    return _unfillable(chosen, gap(chosen.steps, people, barred)) or chosen


def _steps(customer: Customer, entry: _Entry) -> tuple[tuple[Step, ...], bool]:
    """The steps, and whether the authorizing ones keep their order."""
    if customer.form is Form.MODE:
        mode = customer.modes[entry.source or ""]
        return tuple(band_steps(mode, mode.bands[entry.band])), mode.ordered
    if customer.form is Form.FLOW:
        flow = next(flow for flow in customer.flows if flow.flow_id == entry.source)
        supervised = (Step(kind=StepKind.SUPERVISE),) if entry.above else ()
        return (*flow_steps(flow), *supervised), True
    reviewers = {
        person.operator_id
        for person in customer.people.values()
        if person.status != DELETED and PERMISSIONS[StepKind.REVIEW] in person.permissions
    }
    nobody_else = not reviewers or (reviewers == {entry.operator_id} and customer.single_person)
    return (() if nobody_else and not entry.collected else (Step(kind=StepKind.REVIEW),)), True


def band_steps(mode: Mode, band: Band) -> Iterator[Step]:
    """The steps of an amount band of a mode (R2.2, R2.3, R2.6)."""
    if mode.review:
        yield Step(kind=StepKind.REVIEW)
    for wanted in band.authorizers:
        yield Step(kind=StepKind.AUTHORIZE, count=wanted.count, level=wanted.level)
    if mode.manual_dispatch:
        yield Step(kind=StepKind.DISPATCH)


def flow_steps(flow: Flow) -> Iterator[Step]:
    """The review steps of a flow, a step for each level (R2.12)."""
    for level, operators in enumerate(flow.levels, start=1):
        yield Step(kind=StepKind.REVIEW, level=level, operators=operators)


def _is_by_one(plan: Plan) -> bool:
    """Whether one person may complete it: who entered it may also dispatch it (R1.3)."""
    return all(step.kind is StepKind.DISPATCH for step in plan.steps)


def _one_is_enough(customer: Customer, entry: _Entry) -> bool:
    """R2.11, O41: where the bank allowed it; in form 000 also where the customer has no reviewer (R2.1)."""
    return not entry.collected and (customer.single_person or customer.form is Form.REVIEWER)


def _single(customer: Customer, entry: _Entry) -> Detail:
    subject = shown(entry.source or customer.customer_id)
    if entry.collected:
        return Detail(
            Code.SINGLE_PERSON,
            None,
            subject,
            "倒进账须由账户所属企业复核或授权，其模式在该金额下无人审批",
            "a collection is approved by the customer that owns the account, and its mode asks nobody for this amount",
        )
    return Detail(
        Code.SINGLE_PERSON,
        None,
        subject,
        f"{subject}在该金额下可由录入员一人完成，银行未准许；请改用有复核或授权的模式，或向银行申请",
        f"under {subject} the entry operator alone completes this amount, which the bank did not allow; "
        "use a mode with review or authorization, or apply to the bank",
    )


def _unfillable(plan: Plan, found: Gap | None) -> list[Detail]:
    if found is None:
        return []
    name = step_name(found.step)
    return [
        Detail(
            Code.PLAN_UNFILLABLE,
            None,
            shown(plan.mode or plan.customer_id),
            f"{name.zh}步骤没有足够的、与其他角色不同的人员；须状态正常、权限与级别相符，且账户与业务在其可操作之列",
            f"too few people for the step {name.en} who have no other role; they need normal state, permission and "
            "level, and account and service on their lists",
        )
    ]
