"""A deputy is no administrator of the whole customer (R1.13): what it neither sees nor does beside its operators."""

import pytest

from gateway.administration.closed import set_closed
from protocol.codes import Code
from protocol.messages.approval import Decision, NameActor, QueryChange
from protocol.messages.book import ListOperations, ListOperationsReply
from protocol.messages.enterprise import LimitsItem
from protocol.messages.enterprise.accounts import ListClosedPayees, SetCustomerLimits
from protocol.messages.enterprise.operators import AccountList, ChangeOperator
from protocol.messages.orders import CancelTransfer
from protocol.messages.transfer import QueryTransfer
from tests.journal.bank import CUSTOMER_ID, PAYER, SAVINGS, Bank, transfer
from tests.journal.company import decide
from tests.journal.replies import code, rules
from tests.journal.scheduling import MONDAY, TUESDAY, at
from tests.journal.staff import Staff


@pytest.fixture
def staff(bank: Bank) -> Staff:
    """See Staff; the deputy reviews, and so does REV1."""
    bank.set_clock(f"{MONDAY} 10:00")
    made = Staff(bank)
    made.add("REV1", "query", "review")
    return made


def test_R2_21_a_deputy_withdraws_no_scheduled_transfer(staff: Staff) -> None:
    """Administrators do, and who entered it where its form lets it."""
    staff.node.answer(transfer("T1", scheduled_for=at(f"{TUESDAY} 10:00")))
    decide(staff.node, "REV1", Decision.APPROVE, "T1")

    refused = staff.ask("DEP1", CancelTransfer(request_id="T1"))

    assert rules(refused) == [Code.WITHDRAWAL_BY_OTHERS]
    assert code(staff.ask("SUP", CancelTransfer(request_id="T1"))) == Code.DONE


def test_O42_a_deputy_names_nobody_not_even_itself(staff: Staff) -> None:
    """It could keep all others from reviewing what somebody else entered."""
    staff.node.answer(transfer("T1"))

    refused = staff.ask("DEP1", NameActor(request_id="T1", operator="DEP1"))

    assert rules(refused) == [Code.NAMING_NOT_YOURS]
    assert code(staff.ask("SUP", NameActor(request_id="T1", operator="REV1"))) == Code.DONE


def test_R6_8_a_deputy_sees_its_own_log_only(staff: Staff) -> None:
    """As any operator; the supervisor sees everyone's."""
    staff.node.answer(transfer("T1"))
    day = at(f"{MONDAY} 10:00").date()

    def log(operator: str) -> set[str]:
        asked = ListOperations(from_date=day, to_date=day)
        return {each.operator_id for each in staff.told(operator, asked, ListOperationsReply).operation}

    assert (log("DEP1"), log("SUP")) == (set(), {"ERP1"})
    asked = ListOperations(from_date=day, to_date=day, operator_id="ERP1")
    assert rules(staff.ask("DEP1", asked)) == [Code.NOT_PERMITTED]


def test_R1_13_a_deputy_learns_nothing_of_what_others_administer(staff: Staff) -> None:
    """Neither that it was asked for, nor its body, nor whom an account pays that is not on its list."""
    staff.ask("SUP", SetCustomerLimits(limits=LimitsItem(per_day=5_00)), "C1")
    staff.ask("SUP", ChangeOperator(operator="DEP1", accounts=AccountList(account=(SAVINGS,))))
    with staff.bank.journal().begin() as tx:
        set_closed(tx, CUSTOMER_ID, PAYER, closed=True)

    def asked(operator: str) -> list[str]:
        bodies = QueryChange(request_id="C1"), QueryTransfer(request_id="C1"), ListClosedPayees(account=PAYER)
        return [code(staff.ask(operator, body)) for body in bodies]

    assert asked("DEP1") == [Code.INSTRUCTION_NOT_FOUND, Code.NOT_PERMITTED, Code.ACCOUNT_NOT_LISTED]
    assert asked("ERP1") == [Code.INSTRUCTION_NOT_FOUND, Code.NOT_PERMITTED, Code.DONE]
    assert asked("ADM1") == [Code.DONE] * 3
