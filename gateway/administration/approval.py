"""How a customer's instructions are approved: its modes, its flows, and what its services follow (R2.2 to R2.17).

What is under way keeps the plan under which it was entered, whatever is changed here (R2.10).
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from gateway.administration import reach
from gateway.administration.change import (
    BANK,
    AdminError,
    Hand,
    checked_id,
    customer_status,
    raise_version,
    read_customer,
    refusal,
    refuse,
)
from gateway.domain.approval import binding_faults, flow_faults, mode_faults, unfinished
from gateway.domain.customer import Band, Flow, Mode
from gateway.domain.matter import Matter
from gateway.journal.definitions import write_flow, write_mode
from gateway.journal.tables import BINDING, FLOW, MODE
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.money import format_amount


@dataclass(frozen=True, slots=True)
class ModeRow:
    """A mode as staff see it; `bands` in words, `services` that follow it."""

    customer: str
    mode: str
    ordered: bool
    review: bool
    dispatch: str
    bands: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A flow as staff see it: of an account or of a service, up to a limit, reviewers level by level."""

    customer: str
    flow: str
    of: str
    limit: str | None
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service that takes a mode, as a customer has it."""

    customer: str
    service: str
    mode: str | None
    enabled: bool


def save_mode(tx: Connection, customer_id: str, mode: Mode) -> None:
    """Make a mode or put it in the place of the one of its id, whole (R2.17); raises AdminError."""
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    checked_id("mode", mode.mode_id)
    serving = (name for name, binding in customer.bindings.items() if binding.mode == mode.mode_id)
    unfit = (fault for name in serving for fault in binding_faults(mode, name))
    refuse(f"mode {mode.mode_id}", [*mode_faults(mode, customer.people), *unfit])
    row = {"definition": write_mode(mode)}
    key = {"customer_id": customer_id, "mode_id": mode.mode_id}
    if tx.execute(update(MODE).filter_by(**key).values(row)).rowcount == 0:
        tx.execute(insert(MODE), key | row)


def delete_mode(tx: Connection, customer_id: str, mode_id: str) -> None:
    """Delete a mode; raises AdminError while a service follows it. What is under way goes on (R2.10)."""
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    if mode_id not in customer.modes:
        raise _no_mode(customer_id, mode_id)
    if bound := sorted(name for name, binding in customer.bindings.items() if binding.mode == mode_id):
        services = reach.listed(bound)
        raise refusal(
            Code.MODE_IN_USE,
            mode_id,
            f"业务{services}正使用授权模式{mode_id}：请先改用其他模式",
            f"service {services} follows mode {mode_id}: bind it to another first",
        )
    tx.execute(delete(MODE).filter_by(customer_id=customer_id, mode_id=mode_id))


def save_flow(tx: Connection, customer_id: str, flow: Flow) -> None:
    """Make a flow, whole (R2.17); raises AdminError, also where there is one of its id: it is never changed (R2.15)."""
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    checked_id("flow", flow.flow_id)
    account = customer.accounts.get(flow.account or "")
    if flow.account is not None and (account is None or account.owner != customer_id):
        raise refusal(
            Code.ACCOUNT_NOT_ATTACHED,
            flow.account,
            f"账号{flow.account}不是本企业的账户",
            f"flow {flow.flow_id}: account {flow.account} is not attached to customer {customer_id}",
        )
    refuse(f"flow {flow.flow_id}", flow_faults(flow, customer.flows, customer.people))
    row = {"flow_id": flow.flow_id, "account": flow.account, "service": flow.service}
    tx.execute(insert(FLOW), {"customer_id": customer_id, **row, "definition": write_flow(flow)})


def delete_flow(tx: Connection, customer_id: str, flow_id: str, *, confirmed: int = 0, by: Hand = BANK) -> list[Matter]:
    """Delete a flow and what is unfinished under it (R2.15); returns the instructions ended with it.

    `confirmed` is how many of them were shown: AdminError, with count and list, when there are more, for nobody wanted
    those to end; also when there is no such flow.
    """
    raise_version(tx)
    left = [matter.key for matter in unfinished_under(tx, customer_id, flow_id)]
    if len(left) > confirmed:
        raise AdminError(
            f"flow {flow_id} has {len(left)} unfinished: {reach.named(left)}; "
            f"with --confirm {len(left)} they are deleted with it",
            Detail(
                Code.CHANGE_OVERTAKEN,
                None,
                str(confirmed),
                f"流程{flow_id}下未完成的单据现有{len(left)}笔，多于已确认的{confirmed}笔；请重新查看后再确认",
                f"{len(left)} instructions are unfinished under flow {flow_id}, more than the {confirmed} confirmed; "
                "look at them anew",
            ),
        )
    tx.execute(delete(FLOW).filter_by(customer_id=customer_id, flow_id=flow_id))
    return reach.end_orders(tx, left, f"流程{flow_id}已删除 / flow {flow_id} was deleted", by)


def unfinished_under(tx: Connection, customer_id: str, flow_id: str) -> list[Matter]:
    """What is unfinished under a flow, in order of its key (R2.15); raises AdminError when there is no such flow."""
    customer = read_customer(tx, customer_id)
    flow = next((flow for flow in customer.flows if flow.flow_id == flow_id), None)
    if flow is None:
        raise refusal(
            Code.FLOW_UNKNOWN,
            flow_id,
            f"没有转账流程{flow_id}",
            f"customer {customer_id} has no flow {flow_id}",
            hint="; see `yinqi admin flow list`",
        )
    waiting = {matter.key: matter for matter in reach.pending(tx, customer_id)}
    return [waiting[key] for key in unfinished(flow, waiting.values())]


def bind(tx: Connection, customer_id: str, service: str, mode_id: str | None) -> None:
    """Let a service follow a mode (R2.8), or none; raises AdminError, also for a mode that cannot serve it."""
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    if mode_id is None:
        _controlled(service)
    else:
        mode = customer.modes.get(mode_id)
        if mode is None:
            raise _no_mode(customer_id, mode_id)
        refuse(f"service {service}", binding_faults(mode, service))
    _bound(tx, customer_id, service, {"mode_id": mode_id})


def switch_service(tx: Connection, customer_id: str, service: str, *, on: bool) -> None:
    """Switch a service off (停用), so that it takes nothing new, or on again (启用), at once (R2.9).

    Raises AdminError.
    """
    raise_version(tx)
    customer = read_customer(tx, customer_id)
    _controlled(service)
    binding = customer.bindings.get(service)
    if (binding is None or binding.enabled) == on:
        raise AdminError(f"service {service} of customer {customer_id} is {'on' if on else 'off'} already")
    _bound(tx, customer_id, service, {"enabled": on})


def list_modes(tx: Connection, customer_id: str) -> list[ModeRow]:
    """The modes of a customer, by id; raises AdminError."""
    customer = read_customer(tx, customer_id)
    return [
        ModeRow(
            customer=customer_id,
            mode=mode.mode_id,
            ordered=mode.ordered,
            review=mode.review,
            dispatch="manual" if mode.manual_dispatch else "automatic",
            bands=tuple(map(_band, mode.bands)),
            services=tuple(sorted(name for name, binding in customer.bindings.items() if binding.mode == mode.mode_id)),
        )
        for mode in sorted(customer.modes.values(), key=lambda mode: mode.mode_id)
    ]


def list_flows(tx: Connection, customer_id: str) -> list[FlowRow]:
    """The flows of a customer, by id; raises AdminError."""
    return [
        FlowRow(
            customer=customer_id,
            flow=flow.flow_id,
            of=flow.account or flow.service or "",
            limit=None if flow.limit is None else format_amount(flow.limit),
            levels=tuple("|".join(sorted(level)) for level in flow.levels),
        )
        for flow in read_customer(tx, customer_id).flows
    ]


def list_services(tx: Connection, customer_id: str) -> list[ServiceRow]:
    """The services that take a mode, as a customer has them; raises AdminError."""
    customer_status(tx, customer_id)
    rows = tx.execute(select(BINDING).filter_by(customer_id=customer_id))
    bound = {row.service: (row.mode_id, row.enabled) for row in rows}
    names = sorted(service.name for service in CATALOGUE.values() if service.takes_mode)
    return [ServiceRow(customer_id, name, *bound.get(name, (None, True))) for name in names]


def _controlled(name: str) -> None:
    """Refuse a service to which no mode applies."""
    known = sorted(service.name for service in CATALOGUE.values() if service.takes_mode)
    if name not in known:
        told = ", ".join(known)
        raise refusal(
            Code.SERVICE_TAKES_NO_MODE,
            name,
            f"业务{shown(name)}不使用授权模式，可用的有{told}",
            f"no mode applies to a service {shown(name)}; there are {told}",
        )


def _bound(tx: Connection, customer_id: str, service: str, values: dict[str, object]) -> None:
    key = {"customer_id": customer_id, "service": service}
    if tx.execute(update(BINDING).filter_by(**key).values(values)).rowcount == 0:
        tx.execute(insert(BINDING), {"enabled": True} | key | values)


def _band(band: Band) -> str:
    who = "+".join(f"{each.count}xlevel{each.level}" for each in band.authorizers) or "nobody"
    return f"{'any' if band.up_to is None else f'<={format_amount(band.up_to)}'}:{who}"


def _no_mode(customer_id: str, mode_id: str) -> AdminError:
    return refusal(
        Code.MODE_UNKNOWN,
        mode_id,
        f"没有授权模式{mode_id}",
        f"customer {customer_id} has no mode {mode_id}",
        hint="; see `yinqi admin mode list`",
    )
