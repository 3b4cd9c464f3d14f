"""Modes, flows, and what services follow: listed, made whole or not at all, bound, deleted (R2.2 to R2.17)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.administration import approval as register
from gateway.administration.change import AdminError, Hand
from gateway.administration.presets import PRESETS
from gateway.domain import entitlement
from gateway.domain.command import Command, Decision, Read, Refuse, Reply
from gateway.domain.customer import Authorizers, Band, Binding, Customer, Flow, Mode
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Matter
from gateway.services.enterprise.changing import Standing, change, instruction, refused
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, changing, done, refuse
from protocol import binding
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.head import Outcome
from protocol.limits import PAGE_ROWS_MAX
from protocol.messages.book import ListChange
from protocol.messages.enterprise import modes as told

_ON: Final = Binding(None)
_CONTROLLED: Final = sorted(service.name for service in CATALOGUE.values() if service.takes_mode)
"""The services that take a mode, by name."""


# -- listing


def _list(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)
    return done(
        told.ListModesReply(
            form=told.ApprovalForm(customer.form.value),
            single_person=customer.single_person,
            mode=tuple(_mode_item(customer.modes[name]) for name in sorted(customer.modes)),
            flow=tuple(map(_flow_item, customer.flows)),
            service=tuple(_service_item(name, customer.bindings.get(name, _ON)) for name in _CONTROLLED),
            preset=tuple(map(_mode_item, PRESETS.values())),
        )
    )


def _mode_item(mode: Mode) -> told.Mode:
    return told.Mode(
        mode_id=mode.mode_id,
        with_amount=mode.with_amount,
        ordered=mode.ordered,
        review=mode.review,
        manual_dispatch=mode.manual_dispatch,
        band=tuple(
            told.Band(
                up_to=band.up_to,
                authorizers=tuple(told.Authorizers(level=each.level, count=each.count) for each in band.authorizers),
            )
            for band in mode.bands
        ),
    )


def _flow_item(flow: Flow) -> told.Flow:
    return told.Flow(
        flow_id=flow.flow_id,
        account=flow.account,
        service=flow.service,
        limit=flow.limit,
        level=tuple(told.Level(reviewer=tuple(sorted(level))) for level in flow.levels),
    )


def _service_item(name: str, bound: Binding) -> told.ServiceItem:
    return told.ServiceItem(service=name, mode_id=bound.mode, enabled=bound.enabled)


# -- modes


def _save_mode(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: told.SaveMode = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)
    mode = _mode(body.mode)
    known = customer.modes.get(mode.mode_id)
    # Where a band begins is repeated by its maker alone, and judged; it is not kept.
    if known == replace(mode, bands=tuple(replace(band, above=None) for band in mode.bands)):
        return done(told.SaveModeReply(change=ListChange.UNCHANGED))

    def make(tx: Connection) -> told.SaveModeReply:
        register.save_mode(tx, customer.customer_id, mode)
        return told.SaveModeReply(change=ListChange.ADDED if known is None else ListChange.CHANGED)

    return change(command, make, {"": "Mode"})


def _mode(item: told.Mode) -> Mode:
    return Mode(
        mode_id=item.mode_id,
        with_amount=item.with_amount,
        ordered=item.ordered,
        review=item.review,
        manual_dispatch=item.manual_dispatch,
        bands=tuple(
            Band(band.up_to, tuple(Authorizers(each.level, each.count) for each in band.authorizers), band.above)
            for band in item.band
        ),
    )


def _delete_mode(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: told.DeleteMode = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> told.DeleteModeReply:
        register.delete_mode(tx, command.head.customer_id, body.mode_id)
        return told.DeleteModeReply(mode_id=body.mode_id)

    return change(command, make, {"": "ModeId"})


# -- services


def _bind(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: told.BindService = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> told.BindServiceReply:
        register.bind(tx, command.head.customer_id, body.service, body.mode_id)
        return told.BindServiceReply(service=body.service, mode_id=body.mode_id)

    places = {Code.MODE_UNKNOWN: "ModeId", Code.MODE_WITHOUT_AMOUNT: "ModeId", "": "Service"}
    return change(command, make, places)


def _switch(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: told.SwitchService = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)
    reply = told.SwitchServiceReply(service=body.service, enabled=body.enabled)
    if body.service in _CONTROLLED and customer.bindings.get(body.service, _ON).enabled is body.enabled:
        return done(reply)

    def make(tx: Connection) -> told.SwitchServiceReply:
        register.switch_service(tx, customer.customer_id, body.service, on=body.enabled)
        return reply

    return change(command, make, {"": "Service"})


# -- flows


def _save_flow(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: told.SaveFlow = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    item = body.flow
    flow = Flow(
        flow_id=item.flow_id,
        account=item.account,
        service=item.service,
        limit=item.limit,
        levels=tuple(frozenset(level.reviewer) for level in item.level),
    )

    def make(tx: Connection) -> told.SaveFlowReply:
        register.save_flow(tx, command.head.customer_id, flow)
        return told.SaveFlowReply(flow_id=flow.flow_id)

    return change(command, make, {Code.ACCOUNT_NOT_ATTACHED: "Flow/Account", "": "Flow"})


def _delete_flow(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    """Shown first, deleted with as many under it as were shown once they are confirmed (R2.15), in one transaction."""
    body: told.DeleteFlow = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, person = own(facts)

    def show(tx: Connection) -> Reply | Refuse:
        try:
            left = register.unfinished_under(tx, customer.customer_id, body.flow_id)
        except AdminError as error:
            return refused(command, error, places)
        reply = _deleted(body.flow_id, left, deleted=False)
        return Reply(Outcome(Code.CONFIRM_NEEDED), binding.write(reply))

    def make(tx: Connection) -> told.DeleteFlowReply:
        by = Hand(person.operator_id, command.head.request_id)
        ended = register.delete_flow(tx, customer.customer_id, body.flow_id, confirmed=body.confirm or 0, by=by)
        return _deleted(body.flow_id, ended, deleted=True)

    places = {"": "FlowId", Code.CHANGE_OVERTAKEN: "Confirm"}
    return Read(show) if body.confirm is None else change(command, make, places)


def _deleted(flow_id: str, under: list[Matter], *, deleted: bool) -> told.DeleteFlowReply:
    return told.DeleteFlowReply(
        flow_id=flow_id,
        deleted=deleted,
        count=len(under),
        instruction=tuple(map(instruction, under[:PAGE_ROWS_MAX])),
    )


def _standing_mode(customer: Customer, body: told.SaveMode) -> told.SaveMode | None:
    mode = customer.modes.get(body.mode.mode_id)
    return told.SaveMode(mode=_mode_item(mode)) if mode else None


def _standing_binding(customer: Customer, body: told.BindService) -> told.BindService | None:
    mode = customer.bindings.get(body.service, _ON).mode
    return told.BindService(service=body.service, mode_id=mode) if mode else None


STANDING: Final[Standing] = {told.SaveMode: _standing_mode, told.BindService: _standing_binding}
FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListModes": Functions(decide=_list, needs_core=False),
    "SaveMode": changing(_save_mode),
    "DeleteMode": changing(_delete_mode),
    "BindService": changing(_bind),
    "SwitchService": changing(_switch),
    "SaveFlow": changing(_save_flow),
    "DeleteFlow": changing(_delete_flow),
}
"""By the name of the service."""
