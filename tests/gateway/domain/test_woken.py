"""What time alone makes of a matter whose hour has come."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gateway.domain import course
from gateway.domain.calendar import SHANGHAI
from gateway.domain.facts import Moment
from gateway.domain.matter import Basis, Matter, MatterKey, Plan
from gateway.domain.routing import Routing
from protocol.messages.transfer import TransferState
from tests.gateway.domain.moments import RULES, at


def moment(text: str) -> Moment:
    """That moment, in business time and in database time."""
    when: datetime = at(text)
    ms = round(when.timestamp() * 1000)
    return Moment(ms, ms, when.astimezone(SHANGHAI).date())


def scheduled(run: str, **changed: Any) -> Matter:
    """A matter that was entered on 2 November and waits for its time."""
    ms = moment(run).business_ms
    whole = Matter(
        key=MatterKey("C1", "T1", 0),
        service="SubmitTransfer",
        operator_id="ERP1",
        owner="C1",
        payer_account="1",
        payee_account="2",
        payee_name="n",
        amount=100,
        count=1,
        takes="outgoing",
        entered_ms=1,
        entered_on=at("11-02 00:00").date(),
        plan=Plan(customer_id="C1"),
        acts=(),
        content="",
        shown=bytes(32),
        run_ms=ms,
        wake_ms=ms,
        state=TransferState.SCHEDULED,
    )
    return replace(whole, **changed)


@pytest.mark.parametrize(
    ("slot", "woken", "waits_for"),
    [
        ("11-02 09:30", "11-02 09:30:00.020", None),  # a node is always a little behind the slot
        ("11-02 09:30", "11-02 09:30", None),
        ("11-02 16:30", "11-02 16:59:59.999", None),
        ("11-02 16:30", "11-02 17:00", "11-03 09:00"),  # nobody was there for it
        ("11-02 16:30", "11-03 02:00", "11-03 09:00"),
    ],
)
def test_R5_8_a_payroll_whose_slot_has_come_is_handed_over(slot: str, woken: str, waits_for: str | None) -> None:
    """Only one that is woken after hours waits for the next morning."""
    after = course.woken(scheduled(slot, service="SubmitPayroll"), moment(woken), Routing(schedule=RULES))

    if waits_for is None:
        assert (after.state, after.run_on, after.wake_ms) == (TransferState.PROCESSING, at(woken).date(), None)
    else:
        assert (after.state, after.wake_ms) == (TransferState.SCHEDULED, moment(waits_for).business_ms)


@pytest.mark.parametrize(
    ("basis", "woken", "wanted"),
    [
        (Basis.IMMEDIATE, "11-02 23:59:59.999", Basis.IMMEDIATE),
        (Basis.IMMEDIATE, "11-03 00:00", Basis.POSTPONED),
        (Basis.SCHEDULED, "11-05 00:00", Basis.SCHEDULED),
        (Basis.POSTPONED, "11-05 00:00", Basis.POSTPONED),
    ],
)
def test_O46_what_ran_a_day_late_is_postponed(basis: Basis, woken: str, wanted: Basis) -> None:
    """Nobody was there at its hour; then the limits of the day on which it runs are taken."""
    after = course.woken(scheduled("11-02 17:00", basis=basis), moment(woken), Routing(schedule=RULES))

    assert (after.basis, after.run_on) == (wanted, at(woken).date())
