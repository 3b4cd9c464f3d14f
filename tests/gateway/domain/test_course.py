"""The course of a matter: who withdraws it when, and what its expiry means for those who come too late."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import course
from gateway.domain.customer import Customer, Form, Person
from gateway.domain.facts import Moment
from gateway.domain.matter import ActKind, Matter
from gateway.domain.routing import Routing
from gateway.domain.states import WAITING
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.transfer import TransferState
from tests.gateway.domain.approval.company import BANK_002, customer_002, entered, matter, person, plan_of

PLAN = plan_of(customer_002())
WAITS = matter("T1", PLAN, entered())
ENTRY, REVIEW = BANK_002["ENTRY"], BANK_002["REVIEW"]
ADMINISTRATOR = person("ADM", "administer")
NOW = Moment(1_000, 1_000, date(2026, 11, 25))


def at(state: TransferState) -> Matter:
    """The matter in that state, to run at some time."""
    return replace(WAITS, state=state, wake_ms=2_000, run_ms=2_000 if state is TransferState.SCHEDULED else None)


def withdrawn(state: TransferState, who: Person, form: Form) -> TransferState | str:
    """The state after a withdrawal, or the code of its refusal."""
    customer: Customer = replace(customer_002(), form=form)
    after = course.withdrawn(at(state), who, customer, NOW, by_request="W1", reason="重复")
    return after.state if isinstance(after, Matter) else after[0].rule


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("state", sorted(WAITING))
def test_O5_what_waits_for_people_is_withdrawn_by_who_entered_it_alone(form: Form, state: TransferState) -> None:
    """In every form, whatever it waits for; not even an administrator does it for another."""
    assert withdrawn(state, ENTRY, form) is TransferState.WITHDRAWN
    assert withdrawn(state, ADMINISTRATOR, form) == Code.WITHDRAWAL_BY_OTHERS
    assert withdrawn(state, REVIEW, form) == Code.WITHDRAWAL_BY_OTHERS


@pytest.mark.parametrize(("form", "by_entry"), [
    (Form.REVIEWER, TransferState.WITHDRAWN),
    (Form.FLOW, TransferState.WITHDRAWN),
    (Form.MODE, Code.WITHDRAWAL_BY_OTHERS),
])  # fmt: skip
def test_R2_21_O5_what_is_scheduled_is_withdrawn_by_an_administrator(
    form: Form, by_entry: TransferState | Code
) -> None:
    """And, where no modes are used, by who entered it, too."""
    assert withdrawn(TransferState.SCHEDULED, ADMINISTRATOR, form) is TransferState.WITHDRAWN
    assert withdrawn(TransferState.SCHEDULED, ENTRY, form) == by_entry
    assert withdrawn(TransferState.SCHEDULED, REVIEW, form) == Code.WITHDRAWAL_BY_OTHERS


@pytest.mark.parametrize("state", [
    TransferState.PROCESSING, TransferState.FAILED, TransferState.REJECTED, TransferState.WITHDRAWN,
])  # fmt: skip
def test_R2_21_O5_what_is_with_the_bank_or_has_ended_is_withdrawn_by_nobody(state: TransferState) -> None:
    """In no form, by nobody."""
    for form in Form:
        assert withdrawn(state, ENTRY, form) == Code.NOT_WITHDRAWABLE
        assert withdrawn(state, ADMINISTRATOR, form) == Code.NOT_WITHDRAWABLE


def test_R1_8_who_is_frozen_withdraws_nothing() -> None:
    """Not even its own entry."""
    frozen = replace(ENTRY, status="frozen")

    assert withdrawn(TransferState.WAITING_REVIEW, frozen, Form.REVIEWER) == Code.OPERATOR_FROZEN


def test_a_withdrawal_keeps_who_and_why_and_wakes_no_more() -> None:
    """It is an act like others, and the business date on which it ended gives back that day's limits."""
    after = course.withdrawn(
        at(TransferState.SCHEDULED), ADMINISTRATOR, customer_002(), NOW, by_request="W1", reason="重复"
    )

    assert isinstance(after, Matter)
    assert (after.acts[-1].operator_id, after.acts[-1].kind, after.acts[-1].reason) == ("ADM", ActKind.WITHDRAW, "重复")
    assert (after.run_ms, after.wake_ms, after.ended_on) == (None, None, NOW.business_date)


def test_O24_who_comes_at_the_moment_of_expiry_comes_too_late() -> None:
    """Nobody has to wake it before: the decision itself finds that it is over."""
    late = Moment(2_000, 2_000, date(2026, 12, 26))
    for moment, rule in ((replace_ms(late, 1_999), None), (late, Code.MATTER_OVER)):
        after = course.decided(
            at(TransferState.WAITING_REVIEW),
            REVIEW,
            Decision.APPROVE,
            moment,
            routing=Routing(),
            by_request="D1",
            people=BANK_002,
        )
        assert (after[0].rule if isinstance(after, list) else None) == rule


def replace_ms(moment: Moment, business_ms: int) -> Moment:
    """The same day at another millisecond."""
    return replace(moment, business_ms=business_ms)
