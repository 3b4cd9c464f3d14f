"""Stub until the approval branch lands."""

from gateway.domain.matter import Plan


def plan_json(plan: Plan) -> str:
    """Stub."""
    return plan.customer_id


def read_plan(text: str) -> Plan:
    """Stub."""
    return Plan(customer_id=text)
