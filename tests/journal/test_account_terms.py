"""What accounts can do, limits, and closed payees, as administrators keep and see them by message; both databases."""

import pytest

from gateway.administration.accounts import open_abilities
from gateway.administration.closed import add_payee, set_closed
from gateway.administration.lists import change_accounts
from gateway.domain.customer import Limits
from protocol.codes import Code
from protocol.messages.enterprise import LimitsItem
from protocol.messages.enterprise.accounts import (
    Ability,
    AccountTerms,
    ClosedPayee,
    ListAccountTerms,
    ListAccountTermsReply,
    ListClosedPayees,
    ListClosedPayeesReply,
    SetAccountTerms,
    SetAccountTermsReply,
    SetCustomerLimits,
    SetCustomerLimitsReply,
)
from tests.journal.asking import Asking
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, transfer
from tests.journal.replies import code, rules

OPEN, SHUT = Ability(opened=True, on=True), Ability(opened=False, on=False)
OTHER = "6200000000000000042"
BANK_CODE = "102100099996"


@pytest.fixture
def asking(bank: Bank) -> Asking:
    """A customer with its administrator."""
    return Asking(bank)


def test_R1_7_the_administrator_changes_abilities_within_what_the_bank_opened(asking: Asking) -> None:
    """Payments go off and on again; payroll, which the bank has not opened, cannot be switched on."""

    def put(*, payment: bool | None = None, payroll: bool | None = None) -> AccountTerms:
        body = SetAccountTerms(account=PAYER, payment=payment, payroll=payroll)
        return asking.told("ADM1", body, SetAccountTermsReply).terms

    off = put(payment=False)
    refused = asking.node.answer(transfer("T1"))
    wrong = asking.ask("ADM1", SetAccountTerms(account=PAYER, payment=True, payroll=True))
    with asking.bank.journal().begin() as tx:
        open_abilities(tx, CUSTOMER_ID, PAYER, {"wages": True})

    assert (off.payment, off.payroll) == (Ability(opened=True, on=False), SHUT)
    assert code(refused) == Code.PAYMENT_NOT_OPEN
    assert rules(wrong) == [Code.WAGES_NOT_OPEN]
    assert "SetAccountTerms/Payroll" in wrong
    assert not asking.customer().accounts[PAYER].may_pay, "a refusal changes nothing"
    assert put(payment=True, payroll=False).payroll == Ability(opened=True, on=False)
    assert code(asking.node.answer(transfer("T2"))) == Code.DONE


def test_R3_1_limits_of_an_account_are_kept_by_the_administrator(asking: Asking) -> None:
    """Both are set whole: what is left out is not limited any more."""
    both = LimitsItem(per_transfer=100_00, per_day=150_00)
    asking.told("ADM1", SetAccountTerms(account=PAYER, limits=both), SetAccountTermsReply)
    over = asking.node.answer(transfer("T1", 100_01))
    at = asking.node.answer(transfer("T2", 100_00))
    day = asking.node.answer(transfer("T3", 50_01))
    terms = asking.told("ADM1", SetAccountTerms(account=PAYER, limits=LimitsItem()), SetAccountTermsReply).terms

    assert [code(each) for each in (over, at, day)] == [Code.ACCOUNT_LIMIT, Code.DONE, Code.ACCOUNT_DAY_LIMIT]
    assert terms.limits == LimitsItem()
    assert code(asking.node.answer(transfer("T4", 100_01))) == Code.DONE


def test_R1_5_an_account_of_somebody_else_has_no_terms_here(asking: Asking) -> None:
    """Neither to be set nor to be seen."""
    assert rules(asking.ask("ADM1", SetAccountTerms(account=PAYEE))) == [Code.ACCOUNT_NOT_ATTACHED]


def test_R3_4_a_customer_sets_its_own_limits_up_to_the_bank_s(asking: Asking) -> None:
    """At the cap it is accepted, one fen over not, each fault at its place; unset is the bank's."""
    asking.put(cap_transfer=1_000_00, cap_day=5_000_00)

    over = asking.ask("ADM1", SetCustomerLimits(limits=LimitsItem(per_transfer=1_000_01, per_day=5_000_01)))
    at = LimitsItem(per_transfer=1_000_00, per_day=5_000_00)
    most = asking.told("ADM1", SetCustomerLimits(limits=at), SetCustomerLimitsReply)
    low = asking.told("ADM1", SetCustomerLimits(limits=LimitsItem(per_transfer=10_00)), SetCustomerLimitsReply)

    assert rules(over) == [Code.LIMIT_ABOVE_CAP, Code.LIMIT_ABOVE_CAP]
    assert all(f"SetCustomerLimits/Limits/{each}<" in over for each in ("PerTransfer", "PerDay"))
    assert most.limits == at
    assert low.limits == LimitsItem(per_transfer=10_00, per_day=5_000_00)
    assert asking.customer().limits == Limits(10_00, None)
    assert code(asking.node.answer(transfer("T1", 10_01))) == Code.CUSTOMER_LIMIT


def test_R1_17_the_administrator_sees_all_accounts_and_limits(asking: Asking) -> None:
    """Also those on nobody's list, a page at a time, with the customer's own limits and the bank's for it."""
    asking.put(cap_transfer=1_000_00, cap_day=5_000_00, limit_day=20_00)
    with asking.bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "ADM1", remove=[PAYER, SAVINGS])

    first = asking.told("ADM1", ListAccountTerms(page_size=1), ListAccountTermsReply)
    second = asking.told("ADM1", ListAccountTerms(page_size=1, cursor=first.next_cursor), ListAccountTermsReply)

    plain = AccountTerms(account=PAYER, payment=OPEN, payroll=SHUT, limits=LimitsItem(), closed=False)
    assert first.item == (plain,)
    assert [item.account for item in second.item] == [SAVINGS]
    assert second.next_cursor is None
    assert first.customer_limits == LimitsItem(per_day=20_00)
    assert first.bank_limits == LimitsItem(per_transfer=1_000_00, per_day=5_000_00)


def test_R1_23_a_closed_account_shows_whom_it_may_pay(asking: Asking) -> None:
    """The bank keeps the list; whoever uses the account sees it, a page at a time."""
    with asking.bank.journal().begin() as tx:
        set_closed(tx, CUSTOMER_ID, PAYER, closed=True)
        add_payee(tx, CUSTOMER_ID, PAYER, PAYEE, name="乙公司")
        add_payee(tx, CUSTOMER_ID, PAYER, OTHER, name="丙公司", bank=BANK_CODE)
        change_accounts(tx, CUSTOMER_ID, "LOOK1", remove=[PAYER])

    asked = ListClosedPayees(account=PAYER, page_size=1)
    first = asking.told("ERP1", asked, ListClosedPayeesReply)
    second = asking.told(
        "ADM1", ListClosedPayees(account=PAYER, page_size=1, cursor=first.next_cursor), ListClosedPayeesReply
    )
    unlisted = asking.ask("LOOK1", asked)
    foreign = asking.ask("ERP1", ListClosedPayees(account=PAYEE))
    free = asking.told("ERP1", ListClosedPayees(account=SAVINGS), ListClosedPayeesReply)

    assert (first.closed, first.payee) == (True, (ClosedPayee(account=PAYEE, name="乙公司"),))
    assert second.payee == (ClosedPayee(account=OTHER, bank_code=BANK_CODE, name="丙公司"),)
    assert second.next_cursor is None
    assert (rules(unlisted), rules(foreign)) == ([Code.ACCOUNT_NOT_LISTED], [Code.ACCOUNT_NOT_ATTACHED])
    assert (free.closed, free.payee) == (False, ())
    assert code(asking.node.answer(transfer("T1"))) == Code.DONE
    closed = asking.node.answer(transfer("T2", payee_account=SAVINGS, payee_name="甲公司"))
    assert code(closed) == Code.PAYEE_NOT_IN_CLOSED_LIST
