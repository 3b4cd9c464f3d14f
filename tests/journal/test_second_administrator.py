"""What two administrators hold between them: nobody decides about itself, and always two stay who can decide."""

import pytest

from gateway.administration.change import AdminError
from gateway.administration.operators import set_operator_status
from protocol.codes import Code
from protocol.messages.approval import DecideChanges, DecideItem, Decision
from protocol.messages.enterprise.operators import (
    ChangeOperator,
    DeleteOperator,
    FreezeOperator,
    Rights,
    ServiceList,
)
from protocol.service import Permission
from tests.journal.bank import CUSTOMER_ID, Bank
from tests.journal.changing import Company
from tests.journal.replies import code, rules

MORE = Rights(permission=(Permission.QUERY, Permission.ADMINISTER, Permission.FORCE_AUTHORIZE))


@pytest.fixture
def company(bank: Bank) -> Company:
    """A customer for which the bank asks a second administrator; it has three."""
    made = Company(bank)
    made.add("ADM3", "query", "administer")
    return made


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT])
def test_R1_14_nobody_decides_about_a_change_of_itself(company: Company, decision: Decision) -> None:
    """Neither takes more rights nor keeps off its own freezing; it is not asked, and a third administrator decides."""
    company.ask("ADM1", ChangeOperator(operator="ADM2", rights=MORE), "C1")
    shown = company.pending("ADM3")["C1"]
    item = DecideItem(request_id="C1", digest=shown.digest)

    refused = company.ask("ADM2", DecideChanges(decision=decision, reason="r", item=(item,)))

    assert company.pending("ADM2") == {}
    assert rules(refused) == [Code.OPERATOR_NOT_YOURS]
    assert company.customer().people["ADM2"].permissions == {"query", "administer"}
    assert code(company.decide("ADM3", Decision.APPROVE, "C1")) == Code.DONE
    assert Permission.FORCE_AUTHORIZE in company.customer().people["ADM2"].permissions


def test_R1_14_a_change_that_only_its_subject_could_agree_to_is_refused(company: Company) -> None:
    """With two administrators, neither is changed by the other's message: the bank does it."""
    with company.bank.journal().begin() as tx:
        set_operator_status(tx, CUSTOMER_ID, "ADM3", "frozen", by_bank=True)

    assert rules(company.ask("ADM1", ChangeOperator(operator="ADM2", rights=MORE))) == [Code.PLAN_UNFILLABLE]


@pytest.mark.parametrize("body", [
    FreezeOperator(operator="ADM2"),
    DeleteOperator(operator="ADM2"),
    ChangeOperator(operator="ADM2", rights=Rights(permission=(Permission.QUERY,))),
    ChangeOperator(operator="ADM2", services=ServiceList(service=("QueryTransfer",))),
])  # fmt: skip
def test_R1_1_two_administrators_stay_where_every_change_takes_two(company: Company, body: object) -> None:
    """One alone could change nothing any more, not even add another; the third may go."""
    company.ask("ADM1", body, "C1")

    allowed = code(company.decide("ADM3", Decision.APPROVE, "C1"))
    with company.bank.journal().begin() as tx, pytest.raises(AdminError, match="last two administrators"):
        set_operator_status(tx, CUSTOMER_ID, "ADM3", "frozen")
    one_too_many = company.ask("ADM1", FreezeOperator(operator="ADM3"))

    assert allowed == Code.DONE
    assert rules(one_too_many) == [Code.LAST_ADMINISTRATOR]
    assert company.customer().people["ADM3"].status == "normal"
