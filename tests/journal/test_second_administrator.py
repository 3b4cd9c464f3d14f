"""What two administrators hold between them: nobody decides about itself, and always two stay who can decide."""

import pytest

from gateway.administration.change import AdminError
from gateway.administration.operators import set_operator_status
from protocol.codes import Code
from protocol.messages.approval import DecideChanges, DecideChangesReply, DecideItem, Decision
from protocol.messages.enterprise import LimitsItem
from protocol.messages.enterprise.accounts import SetAccountTerms, SetCustomerLimits
from protocol.messages.enterprise.modes import Band, Mode, SaveMode
from protocol.messages.enterprise.operators import (
    AccountList,
    ChangeOperator,
    DeleteOperator,
    FreezeOperator,
    Rights,
    ServiceList,
)
from protocol.messages.transfer import TransferState
from protocol.service import Permission
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank
from tests.journal.changing import Company
from tests.journal.replies import code, rules, told

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


LEAVING = [
    FreezeOperator(operator="ADM2"),
    DeleteOperator(operator="ADM2"),
    ChangeOperator(operator="ADM2", rights=Rights(permission=(Permission.QUERY,))),
    ChangeOperator(operator="ADM2", services=ServiceList(service=("QueryTransfer",))),
]


@pytest.mark.parametrize("body", LEAVING, ids=lambda body: type(body).__name__)
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


def test_R1_1_neither_of_the_last_two_leaves(company: Company) -> None:
    """Whichever way it would be taken from administering: the bank has to do it, who sees to another first."""
    with company.bank.journal().begin() as tx:
        set_operator_status(tx, CUSTOMER_ID, "ADM3", "frozen", by_bank=True)

    refused = [company.ask("ADM1", body) for body in LEAVING]

    assert [rules(each) for each in refused] == [[Code.LAST_ADMINISTRATOR]] * len(LEAVING)


LISTS = AccountList(account=(PAYER,))
LATE = [
    (ChangeOperator(operator="ERP1", accounts=LISTS), ChangeOperator(operator="ERP1", accounts=AccountList())),
    (SetAccountTerms(account=PAYER, payment=True), SetAccountTerms(account=PAYER, payment=False)),
    (SetCustomerLimits(limits=LimitsItem(per_day=9_00)), SetCustomerLimits(limits=LimitsItem(per_day=1_00))),
]


@pytest.mark.parametrize(("late", "between"), LATE, ids=lambda body: type(body).__name__)
def test_a_change_that_another_has_overtaken_is_not_made(company: Company, late: object, between: object) -> None:
    """It would undo what was done since its entry, and who agrees was not shown that."""
    company.ask("ADM1", late, "C1")
    company.ask("ADM3", between, "C2")

    decided = told(company.decide("ADM2", Decision.APPROVE, "C2", "C1"), DecideChangesReply)

    assert [each.code for each in decided.result] == ["DONE", Code.CHANGE_OVERTAKEN]
    result = company.result("C1", "ADM1")
    assert (result.state, [fault.rule for fault in result.fault]) == (TransferState.FAILED, [Code.CHANGE_OVERTAKEN])


def test_changes_of_one_operator_that_do_not_meet_are_both_made(company: Company) -> None:
    """One gives limits, the other accounts: what the one replaces the other leaves as it is."""
    company.ask("ADM1", ChangeOperator(operator="ERP1", accounts=LISTS), "C1")
    company.ask("ADM3", ChangeOperator(operator="ERP1", limits=LimitsItem(per_day=1_00)), "C2")

    assert code(company.decide("ADM2", Decision.APPROVE, "C2", "C1")) == Code.DONE

    person = company.customer().people["ERP1"]
    assert (person.accounts, person.limits.per_day) == (frozenset({PAYER}), 1_00)


def test_a_mode_that_was_changed_since_is_not_overwritten(company: Company) -> None:
    """Nor one that was made meanwhile under the id of a new one."""
    first, second = (
        Mode(mode_id="M1", with_amount=True, ordered=ordered, review=True, manual_dispatch=False, band=(Band(),))
        for ordered in (True, False)
    )
    company.add("REV1", "query", "review")
    company.ask("ADM1", SaveMode(mode=first), "C1")
    company.ask("ADM3", SaveMode(mode=second), "C2")

    decided = told(company.decide("ADM2", Decision.APPROVE, "C2", "C1"), DecideChangesReply)

    assert [each.code for each in decided.result] == ["DONE", Code.CHANGE_OVERTAKEN]
    assert not company.customer().modes["M1"].ordered
