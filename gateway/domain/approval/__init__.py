"""Approval as one pure model: plans of all three forms, what acts count as, what modes and flows may be made.

A plan is made at entry (`making`) and never asks the customer again (R2.10); what happened is its acts, from which
alone its progress follows (`progress`). The names below are what the rest of the gateway asks.
"""

from gateway.domain.approval.deciding import Counted, act, may
from gateway.domain.approval.flows import flow_faults
from gateway.domain.approval.making import administration_plan, entry_plan
from gateway.domain.approval.modes import binding_faults, mode_faults
from gateway.domain.approval.names import Words, state_name, step_name
from gateway.domain.approval.naming import name_next, naming_faults
from gateway.domain.approval.people import is_administrative
from gateway.domain.approval.progress import given, stage
from gateway.domain.approval.reach import Hanging, Needed, hanging, needed_by, unfinished
from gateway.domain.approval.text import plan_json, read_plan
from protocol.messages.approval import Decision

__all__ = [
    "Counted",
    "Decision",
    "Hanging",
    "Needed",
    "Words",
    "act",
    "administration_plan",
    "binding_faults",
    "entry_plan",
    "flow_faults",
    "given",
    "hanging",
    "is_administrative",
    "may",
    "mode_faults",
    "name_next",
    "naming_faults",
    "needed_by",
    "plan_json",
    "read_plan",
    "stage",
    "state_name",
    "step_name",
    "unfinished",
]
