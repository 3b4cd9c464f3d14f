"""Purposes, templates and account groups through whole turns (R4.23, R4.24, R1.24)."""

from itertools import count
from typing import Any

import pytest

from gateway.administration.accounts import detach_account
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.domain import purposes
from gateway.journal.book import ACCOUNT_GROUPS, PURPOSES, TEMPLATES
from gateway.journal.register import read_version
from protocol.catalogue import Permission
from protocol.codes import Code
from protocol.messages.account import QueryAccounts, QueryAccountsReply
from protocol.messages.book import (
    AccountGroup,
    DeleteAccountGroup,
    DeleteAccountGroupReply,
    DeletePurpose,
    DeletePurposeReply,
    DeleteTemplate,
    DeleteTemplateReply,
    ListAccountGroups,
    ListAccountGroupsReply,
    ListChange,
    ListPurposes,
    ListPurposesReply,
    ListTemplates,
    ListTemplatesReply,
    PurposeItem,
    SaveAccountGroup,
    SaveAccountGroupReply,
    SavePurpose,
    SavePurposeReply,
    SaveTemplate,
    SaveTemplateReply,
    SetAccountDisplay,
    SetAccountDisplayReply,
    Template,
)
from protocol.messages.transfer import Arrival
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, Node, command
from tests.journal.replies import code, rules, told

RENT = Template(
    name="每月房租",
    payer_account=PAYER,
    payee_account=PAYEE,
    payee_name="乙公司",
    payee_bank_code="102100099996",
    amount=1_000_00,
    currency="CNY",
    purpose="房租",
    arrival=Arrival.NEXT_DAY,
    urgent=False,
    remark="一季度",
)


class Customer:
    """One customer's operators before one node, each message under a new id."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._ids = count(1)

    def ask(self, body: Any, operator: str = "ERP1") -> str:
        """The reply to a message."""
        return self.node.answer(command(body, f"L{next(self._ids)}", operator=operator))


@pytest.fixture
def customer(bank: Bank) -> Customer:
    """A customer with an administrator beside those who enter and query."""
    with bank.journal().begin() as tx:
        add_operator(tx, CUSTOMER_ID, "ADM1", "管理员", permissions=(Permission.QUERY, Permission.ADMINISTER))
    return Customer(bank.node())


# -- purposes


def test_R4_23_purposes_for_persons_and_for_companies_are_kept_apart(customer: Customer) -> None:
    """The same words may stand in both lists; each is told, added to and taken from alone."""

    def save(text: str, *, for_persons: bool) -> ListChange:
        return told(customer.ask(SavePurpose(text=text, for_persons=for_persons), "ADM1"), SavePurposeReply).change

    assert save("工资", for_persons=True) is ListChange.ADDED
    assert save("工资", for_persons=True) is ListChange.UNCHANGED
    assert save("货款", for_persons=False) is ListChange.ADDED
    assert save("工资", for_persons=False) is ListChange.ADDED
    mine = told(customer.ask(ListPurposes(for_persons=True)), ListPurposesReply).purpose
    both = told(customer.ask(ListPurposes()), ListPurposesReply).purpose

    assert mine == (PurposeItem(text="工资", for_persons=True),)
    assert {(each.text, each.for_persons) for each in both} == {("工资", False), ("货款", False), ("工资", True)}
    gone = [customer.ask(DeletePurpose(text="工资", for_persons=True), "ADM1") for _ in range(2)]
    changes = [told(reply, DeletePurposeReply).change for reply in gone]
    assert changes == [ListChange.DELETED, ListChange.ABSENT]
    assert len(told(customer.ask(ListPurposes()), ListPurposesReply).purpose) == 2


def test_R4_23_a_payment_to_a_person_takes_only_a_purpose_of_the_list() -> None:
    """Exactly the words of the list pass; anything else is refused at its place by its code."""
    listed = frozenset({"工资", "差旅费"})

    assert purposes.faults("工资", listed, "/x/Purpose") == []
    for other in ("工资 ", "货款", ""):
        (fault,) = purposes.faults(other, listed, "/x/Purpose")
        assert (fault.rule, fault.place, fault.value) == (Code.PURPOSE_NOT_LISTED, "/x/Purpose", other)
    assert purposes.faults("工资", frozenset(), "/x/Purpose") != []


def test_R4_23_a_kept_purpose_counts_everywhere_from_the_next_turn_on(bank: Bank, customer: Customer) -> None:
    """What the rules ask about is the register's: its version rises with every change of the list."""

    def version() -> int:
        with bank.journal().connect() as tx:
            return read_version(tx)

    before = version()
    customer.ask(SavePurpose(text="工资", for_persons=True), "ADM1")
    saved = version()
    customer.ask(DeletePurpose(text="工资", for_persons=True), "ADM1")

    assert before < saved < version()


def test_a_full_list_of_purposes_is_refused(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than there may be is refused by its code, and nothing of it is left: neither row nor version."""
    monkeypatch.setattr(PURPOSES, "most", 1)
    customer.ask(SavePurpose(text="工资", for_persons=True), "ADM1")

    refusal = customer.ask(SavePurpose(text="货款", for_persons=False), "ADM1")

    assert rules(refusal) == [Code.LIST_FULL]
    assert "1" in refusal
    assert code(customer.ask(SavePurpose(text="工资", for_persons=True), "ADM1")) == Code.DONE


# -- templates


def test_R4_24_an_entry_is_saved_and_used_again(customer: Customer) -> None:
    """Every field comes back as it was saved, those left open too; a name has one template."""
    bare = Template(name="空模板")

    def save(template: Template) -> ListChange:
        return told(customer.ask(SaveTemplate(template=template)), SaveTemplateReply).change

    assert [save(RENT), save(bare), save(RENT)] == [ListChange.ADDED, ListChange.ADDED, ListChange.UNCHANGED]
    kept = told(customer.ask(ListTemplates()), ListTemplatesReply).template
    assert {template.name: template for template in kept} == {RENT.name: RENT, bare.name: bare}
    other = Template(name=RENT.name, purpose="水费")
    assert save(other) is ListChange.CHANGED
    assert other in told(customer.ask(ListTemplates()), ListTemplatesReply).template
    gone = [told(customer.ask(DeleteTemplate(name=RENT.name)), DeleteTemplateReply).change for _ in range(2)]
    assert gone == [ListChange.DELETED, ListChange.ABSENT]


def test_R1_5_a_template_for_an_account_that_is_not_the_operator_s_is_neither_kept_nor_seen(
    bank: Bank, customer: Customer
) -> None:
    """It cannot be saved, listed, deleted or replaced by those who do not see its payer account."""
    customer.ask(SaveTemplate(template=RENT))
    foreign = customer.ask(SaveTemplate(template=Template(name="别人的", payer_account=PAYEE)))
    with bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "ERP1", remove=[PAYER])

    assert rules(customer.ask(SaveTemplate(template=RENT))) == [Code.ACCOUNT_NOT_LISTED]
    assert rules(foreign) == [Code.PAYER_NOT_ATTACHED]
    assert told(customer.ask(ListTemplates()), ListTemplatesReply).template == ()
    gone = told(customer.ask(DeleteTemplate(name=RENT.name)), DeleteTemplateReply).change
    assert gone is ListChange.ABSENT
    assert rules(customer.ask(SaveTemplate(template=Template(name=RENT.name)))) == [Code.NAME_TAKEN]


def test_a_full_list_of_templates_is_refused(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last place can be taken, one more cannot."""
    monkeypatch.setattr(TEMPLATES, "most", 1)

    assert code(customer.ask(SaveTemplate(template=RENT))) == Code.DONE
    assert code(customer.ask(SaveTemplate(template=Template(name="第二个")))) == Code.LIST_FULL


# -- account groups


def test_R1_24_accounts_are_grouped_by_the_administrator_and_seen_by_all(bank: Bank, customer: Customer) -> None:
    """A group holds each account once; shown are those on one's own list, and none that was detached."""
    both = SaveAccountGroup(name="结算账户", account=(SAVINGS, PAYER, SAVINGS))

    def groups() -> tuple[AccountGroup, ...]:
        return told(customer.ask(ListAccountGroups(), "LOOK1"), ListAccountGroupsReply).group

    assert told(customer.ask(both, "ADM1"), SaveAccountGroupReply).change is ListChange.ADDED
    assert groups() == (AccountGroup(name="结算账户", account=(PAYER, SAVINGS)),)
    with bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "LOOK1", remove=[SAVINGS])
    assert groups() == (AccountGroup(name="结算账户", account=(PAYER,)),)
    with bank.journal().begin() as tx:
        detach_account(tx, CUSTOMER_ID, PAYER)
    assert groups() == (AccountGroup(name="结算账户"),)
    one = SaveAccountGroup(name="结算账户", account=(SAVINGS,))
    assert told(customer.ask(one, "ADM1"), SaveAccountGroupReply).change is ListChange.CHANGED
    gone = [customer.ask(DeleteAccountGroup(name="结算账户"), "ADM1") for _ in range(2)]
    changes = [told(reply, DeleteAccountGroupReply).change for reply in gone]
    assert changes == [ListChange.DELETED, ListChange.ABSENT]
    assert groups() == ()


def test_R1_24_a_group_takes_only_accounts_of_the_customer(customer: Customer) -> None:
    """Every account that is not one of them is named at its place; only an administrator keeps groups."""
    refusal = customer.ask(SaveAccountGroup(name="组", account=(PAYEE, PAYER, "999")), "ADM1")

    assert rules(refusal) == [Code.ACCOUNT_NOT_ATTACHED, Code.ACCOUNT_NOT_ATTACHED]
    assert "Account[1]" in refusal
    assert "Account[3]" in refusal
    entered = customer.ask(SaveAccountGroup(name="组", account=(PAYER,)), "ERP1")
    assert code(entered) == Code.NOT_PERMITTED


def test_R1_24_alias_and_priority_say_how_an_account_is_shown(customer: Customer) -> None:
    """From the next message on accounts come in the new order; without an alias it has none again."""
    assert _shown(customer) == [(PAYER, None, 0), (SAVINGS, None, 0)]

    first = _display(customer, SAVINGS, alias="备用金", priority=9)
    again = _display(customer, SAVINGS, alias="备用金", priority=9)
    _display(customer, PAYER, alias="基本户", priority=0)

    assert (first, again) == (ListChange.CHANGED, ListChange.UNCHANGED)
    assert _shown(customer) == [(SAVINGS, "备用金", 9), (PAYER, "基本户", 0)]
    _display(customer, SAVINGS, priority=0)
    assert _shown(customer) == [(PAYER, "基本户", 0), (SAVINGS, None, 0)]
    foreign = customer.ask(SetAccountDisplay(account=PAYEE, priority=1), "ADM1")
    assert rules(foreign) == [Code.ACCOUNT_NOT_ATTACHED]
    assert code(customer.ask(SetAccountDisplay(account=PAYER, priority=1))) == Code.NOT_PERMITTED


def _display(customer: Customer, account: str, *, alias: str | None = None, priority: int) -> ListChange:
    body = SetAccountDisplay(account=account, alias=alias, priority=priority)
    return told(customer.ask(body, "ADM1"), SetAccountDisplayReply).change


def _shown(customer: Customer) -> list[tuple[str, str | None, int]]:
    reply = told(customer.ask(QueryAccounts()), QueryAccountsReply)
    return [(account.account, account.alias, account.priority) for account in reply.accounts]


def test_a_full_list_of_groups_is_refused(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last place can be taken, one more cannot."""
    monkeypatch.setattr(ACCOUNT_GROUPS, "most", 1)
    saved = [customer.ask(SaveAccountGroup(name=name, account=(PAYER,)), "ADM1") for name in ("一", "二")]

    assert [code(reply) for reply in saved] == [Code.DONE, Code.LIST_FULL]
