"""Commands on how instructions are approved: modes, flows, and what services follow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gateway.administration import approval
from gateway.administration.change import AdminError
from gateway.administration.definitions import flow_of, mode_of
from gateway.administration.presets import PRESETS
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _mode_save(hands: Hands, *, customer: str, mode: str, definition: Any = None, preset: str | None = None) -> Answer:
    if (definition is None) == (preset is None):
        raise AdminError("give a definition of the mode or the name of a preset one, and one of them alone")
    if preset is not None and preset not in PRESETS:
        raise AdminError(f"there is no preset mode {preset}; there are {', '.join(PRESETS)}")
    saved = replace(PRESETS[preset], mode_id=mode) if preset is not None else mode_of(mode, definition)
    hands.write(lambda tx: approval.save_mode(tx, customer, saved))
    return {"text": f"mode {mode} of customer {customer} saved; what is under way keeps the plan that it has"}


def _mode_delete(hands: Hands, *, customer: str, mode: str) -> Answer:
    hands.write(lambda tx: approval.delete_mode(tx, customer, mode))
    return {"text": f"mode {mode} of customer {customer} deleted; what is under way keeps the plan that it has"}


def _mode_list(hands: Hands, *, customer: str) -> Answer:
    with hands.reading() as tx:
        return listed("mode", approval.list_modes(tx, customer))


def _flow_save(hands: Hands, *, customer: str, flow: str, definition: Any) -> Answer:
    made = flow_of(flow, definition)
    hands.write(lambda tx: approval.save_flow(tx, customer, made))
    return {"text": f"flow {flow} of customer {customer} made"}


def _flow_delete(hands: Hands, *, customer: str, flow: str, confirm: int = 0) -> Answer:
    ended = len(hands.write(lambda tx: approval.delete_flow(tx, customer, flow, confirmed=confirm)))
    return {"text": f"flow {flow} of customer {customer} deleted, and {ended} unfinished with it", "ended": ended}


def _flow_list(hands: Hands, *, customer: str) -> Answer:
    with hands.reading() as tx:
        return listed("flow", approval.list_flows(tx, customer))


def _bind(hands: Hands, *, customer: str, service: str, mode: str) -> Answer:
    hands.write(lambda tx: approval.bind(tx, customer, service, mode))
    return {"text": f"service {service} of customer {customer} follows mode {mode}"}


def _unbind(hands: Hands, *, customer: str, service: str) -> Answer:
    hands.write(lambda tx: approval.bind(tx, customer, service, None))
    return {"text": f"service {service} of customer {customer} follows no mode"}


def _on(hands: Hands, *, customer: str, service: str) -> Answer:
    hands.write(lambda tx: approval.switch_service(tx, customer, service, on=True))
    return {"text": f"service {service} of customer {customer} is on"}


def _off(hands: Hands, *, customer: str, service: str) -> Answer:
    hands.write(lambda tx: approval.switch_service(tx, customer, service, on=False))
    return {"text": f"service {service} of customer {customer} takes nothing new; what is under way goes on"}


def _service_list(hands: Hands, *, customer: str) -> Answer:
    with hands.reading() as tx:
        return listed("service", approval.list_services(tx, customer))


COMMANDS: Final[Mapping[str, Command]] = {
    "mode save": Command(_mode_save),
    "mode delete": Command(_mode_delete),
    "mode list": Command(_mode_list, changes=False),
    "flow save": Command(_flow_save),
    "flow delete": Command(_flow_delete),
    "flow list": Command(_flow_list, changes=False),
    "service bind": Command(_bind),
    "service unbind": Command(_unbind),
    "service on": Command(_on),
    "service off": Command(_off),
    "service list": Command(_service_list, changes=False),
}
"""By their words."""
