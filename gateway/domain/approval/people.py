"""Who is entitled to a step of a plan, whatever was done so far: state, permission, level, flow, lists (R1.2-R1.8)."""

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.domain.customer import Person, Role
from gateway.domain.managing import is_administrator
from gateway.domain.matter import Plan, Step, StepKind
from protocol.codes import Code
from protocol.service import Permission

NORMAL: Final = "normal"
DELETED: Final = "deleted"

PERMISSIONS: Final[Mapping[StepKind, Permission]] = {
    StepKind.REVIEW: Permission.REVIEW,
    StepKind.AUTHORIZE: Permission.AUTHORIZE,
    StepKind.DISPATCH: Permission.DISPATCH,
    StepKind.ADMINISTER: Permission.ADMINISTER,
}
"""The permission that a step takes (R1.2); the supervisor's step takes the supervisor, and no permission."""


def able(person: Person, step: Step) -> bool:
    """Whether permission, level, role and flow of `person` fit the step, whatever its state and lists."""
    if step.kind is StepKind.SUPERVISE:
        return person.role is Role.SUPERVISOR
    if step.kind is StepKind.ADMINISTER:
        return is_administrator(person) and person.operator_id != step.about
    if PERMISSIONS[step.kind] not in person.permissions:
        return False
    if step.operators is not None:
        return person.operator_id in step.operators
    return step.level is None or step.level == person.level


def lacks(person: Person, step: Step) -> Iterator[Code]:
    """What `able` finds missing, each as its code."""
    if step.kind is StepKind.SUPERVISE:
        if person.role is not Role.SUPERVISOR:
            yield Code.NOT_SUPERVISOR
        return
    if step.kind is StepKind.ADMINISTER:
        yield Code.OPERATOR_NOT_YOURS if person.operator_id == step.about else Code.NOT_PERMITTED
        return
    if PERMISSIONS[step.kind] not in person.permissions:
        yield Code.NOT_PERMITTED
    if step.operators is not None:
        if person.operator_id not in step.operators:
            yield Code.REVIEWER_NOT_LISTED
    elif step.level not in (None, person.level):
        yield Code.LEVEL_DIFFERS


def listed(person: Person, payer: str | None, service: str | None) -> bool:
    """Whether account (R1.5) and service (R1.6) are on the lists of `person`; None where it is not asked."""
    return (payer is None or payer in person.accounts) and (
        service is None or person.services is None or service in person.services
    )


def is_administrative(plan: Plan) -> bool:
    """Whether it is the plan of an administration message: no account or service of anybody's lists is in it."""
    return bool(plan.steps) and plan.steps[0].kind is StepKind.ADMINISTER
