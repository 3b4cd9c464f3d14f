"""Changes under a second administrator: entered, decided, made or not, and asked about; on both databases."""

import pytest
from sqlalchemy import select

from gateway.administration.customers import add_customer, set_switch
from gateway.administration.operators import set_operator_status, set_permissions
from gateway.journal.tables import MATTER
from protocol import binding
from protocol.codes import Code
from protocol.messages.approval import (
    DecideChanges,
    DecideChangesReply,
    DecideInstructions,
    DecideItem,
    Decision,
    ListTodo,
    ListTodoReply,
    QueryChange,
)
from protocol.messages.book import (
    DeletePurpose,
    ListChange,
    SavePayee,
    SavePurpose,
    SavePurposeReply,
    SetAccountDisplay,
)
from protocol.messages.enterprise.operators import FreezeOperator
from protocol.messages.grant import OfferGrant, Right
from protocol.messages.orders import CancelTransfer
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, TransferState
from protocol.tree import parse
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, Bank, command
from tests.journal.changing import Company
from tests.journal.replies import code, rules, told

WAGES = SavePurpose(text="工资", for_persons=True)


@pytest.fixture
def company(bank: Bank) -> Company:
    """A customer for which the bank asks a second administrator; ERP1, who pays, administers beside the two."""
    with bank.journal().begin() as tx:
        set_permissions(tx, CUSTOMER_ID, "ERP1", ("query", "enter", "administer"))
    return Company(bank)


def test_a_change_waits_for_another_administrator_and_is_made_when_that_one_agrees(company: Company) -> None:
    """Entered it changes nothing; the second administrator sees its body, agrees, and the register has changed."""
    entered = company.ask("ERP1", WAGES, "C1")
    before, version = company.purposes(), company.version()
    shown = company.pending()["C1"]
    decided = company.decide("ADM2", Decision.APPROVE, "C1")

    assert code(entered) == Code.AWAITING_APPROVAL
    assert (before, company.purposes()) == (set(), {"工资"})
    assert shown.content.entry_operator == "ERP1"
    assert binding.read(SavePurpose, parse(shown.body.encode())) == WAGES
    assert shown.may == (Decision.APPROVE, Decision.REJECT)
    (result,) = told(decided, DecideChangesReply).result
    assert (result.accepted, result.code, result.state, result.final) == (True, "DONE", "succeeded", True)
    assert company.version() > version
    assert company.pending() == {}


def test_the_author_learns_what_became_of_a_change_by_its_request_id(company: Company) -> None:
    """QueryTransfer tells the state; QueryChange also the body of the reply, and who decided."""
    company.ask("ERP1", WAGES, "C1")
    waiting = company.result("C1")
    company.decide("ADM2", Decision.APPROVE, "C1")
    made = company.result("C1")
    queried = told(company.ask("ERP1", QueryTransfer(request_id="C1")), QueryTransferReply)

    assert (waiting.state, waiting.final, waiting.answer) == (TransferState.WAITING_ADMINISTRATOR, False, None)
    assert (made.state, made.final, made.service) == (TransferState.SUCCEEDED, True, "SavePurpose")
    answer = binding.read(SavePurposeReply, parse((made.answer or "").encode()))
    assert answer.change is ListChange.ADDED
    assert [(act.operator_id, act.act.value) for act in made.history] == [("ERP1", "enter"), ("ADM2", "administer")]
    assert (queried.state, queried.final) == (TransferState.SUCCEEDED, True)


def test_what_cannot_be_made_is_refused_at_its_entry_and_never_waits(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried and undone: the sender need not wait for another's word to learn that it is wrong."""
    monkeypatch.setattr("gateway.journal.book.PURPOSES.most", 0)
    version = company.version()

    refused = company.ask("ERP1", WAGES, "C1")

    assert code(refused) == Code.LIST_FULL
    assert company.pending() == {}
    assert company.version() == version
    assert (company.result("C1").state, company.result("C1").code) == (TransferState.REFUSED, Code.LIST_FULL)
    assert [fault.rule for fault in company.result("C1").fault] == [Code.LIST_FULL]


def test_a_rejected_change_is_not_made_and_its_author_is_told_why(company: Company) -> None:
    """A rejection needs a reason; the author finds it on the to-do list and in the history."""
    company.ask("ERP1", WAGES, "C1")
    unreasoned = company.decide("ADM2", Decision.REJECT, "C1")
    rejected = company.decide("ADM2", Decision.REJECT, "C1", reason="不需要")

    assert rules(unreasoned) == [Code.REASON_MISSING]
    assert told(rejected, DecideChangesReply).result[0].state is TransferState.REJECTED
    assert company.purposes() == set()
    assert company.result("C1").history[-1].reason == "不需要"
    assert [item.request_id for item in told(company.ask("ERP1", ListTodo()), ListTodoReply).rejected] == ["C1"]


def test_R1_3_nobody_agrees_to_a_change_of_its_own(company: Company) -> None:
    """The author is refused by its role; who does not administer is not asked at all."""
    with company.bank.journal().begin() as tx:
        set_permissions(tx, CUSTOMER_ID, "ERP1", ("query", "enter"))
    company.ask("ADM1", WAGES, "C1")
    digest = company.pending()["C1"].digest
    item = (DecideItem(request_id="C1", digest=digest),)

    own = company.ask("ADM1", DecideChanges(decision=Decision.APPROVE, item=item))
    other = company.ask("ERP1", DecideChanges(decision=Decision.APPROVE, item=item))

    assert code(own) == Code.OWN_ENTRY
    assert code(other) == Code.NOT_PERMITTED
    assert company.purposes() == set()


def test_a_change_is_made_with_the_rights_its_author_has_by_then(company: Company) -> None:
    """A frozen author's change fails with that reason; nothing is changed, and everybody is told."""
    company.ask("ERP1", WAGES, "C1")
    with company.bank.journal().begin() as tx:
        set_operator_status(tx, CUSTOMER_ID, "ERP1", "frozen")

    decided = company.decide("ADM2", Decision.APPROVE, "C1")
    result = company.result("C1", "ADM1")

    (told_result,) = told(decided, DecideChangesReply).result
    assert code(decided) == Code.PARTLY_DONE
    assert (told_result.accepted, told_result.code) == (True, Code.OPERATOR_FROZEN)
    assert told_result.state is TransferState.FAILED
    assert company.purposes() == set()
    assert (result.state, result.code) == (TransferState.FAILED, Code.OPERATOR_FROZEN)
    assert [fault.rule for fault in result.fault] == [Code.OPERATOR_FROZEN]


@pytest.mark.parametrize("gone", ["deleted", "stripped"])
def test_a_change_of_an_author_without_rights_fails(company: Company, gone: str) -> None:
    """Deleted or without the permission: it is not made."""
    company.ask("ERP1", WAGES, "C1")
    with company.bank.journal().begin() as tx:
        if gone == "deleted":
            set_operator_status(tx, CUSTOMER_ID, "ERP1", "deleted")
        else:
            set_permissions(tx, CUSTOMER_ID, "ERP1", ("query",))

    company.decide("ADM2", Decision.APPROVE, "C1")

    assert company.result("C1", "ADM1").code == Code.NOT_PERMITTED
    assert company.purposes() == set()


def test_many_changes_are_decided_at_once_each_seeing_those_before(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second fills the last place, the third finds no room: it alone fails, and nothing of it is left."""
    for number in range(3):
        company.ask("ERP1", SavePurpose(text=f"用途{number}", for_persons=False), f"C{number}")
    monkeypatch.setattr("gateway.journal.book.PURPOSES.most", 2)

    decided = company.decide("ADM2", Decision.APPROVE, "C0", "NEVER", "C1", "C2", "C1")

    results = told(decided, DecideChangesReply).result
    assert [each.code for each in results] == [
        "DONE",
        Code.INSTRUCTION_NOT_FOUND,
        "DONE",
        Code.LIST_FULL,
        Code.MATTER_OVER,
    ]
    assert code(decided) == Code.PARTLY_DONE
    assert company.purposes() == {"用途0", "用途1"}
    states = [company.result(f"C{number}").state for number in range(3)]
    assert states == [TransferState.SUCCEEDED, TransferState.SUCCEEDED, TransferState.FAILED]


def test_a_change_is_decided_by_the_digest_that_was_shown(company: Company) -> None:
    """Another digest is refused, and a change is decided as a change, not as an instruction."""
    company.ask("ERP1", WAGES, "C1")
    digest = company.pending()["C1"].digest

    stale = company.ask(
        "ADM2", DecideChanges(decision=Decision.APPROVE, item=(DecideItem(request_id="C1", digest="ab" * 32),))
    )
    other = company.ask(
        "ADM2", DecideInstructions(decision=Decision.APPROVE, item=(DecideItem(request_id="C1", digest=digest),))
    )

    assert (code(stale), code(other)) == (Code.DIGEST_STALE, Code.DECIDED_AS_CHANGE)


def test_R2_20_the_author_withdraws_a_change_that_waits(company: Company) -> None:
    """As an instruction; then nobody can agree to it any more."""
    company.ask("ERP1", WAGES, "C1")
    digest = company.pending()["C1"].digest

    withdrawn = company.ask("ERP1", CancelTransfer(request_id="C1"))
    late = company.ask(
        "ADM2", DecideChanges(decision=Decision.APPROVE, item=(DecideItem(request_id="C1", digest=digest),))
    )

    assert code(withdrawn) == Code.DONE
    assert code(late) == Code.MATTER_OVER
    assert company.result("C1").state is TransferState.WITHDRAWN


def test_O41_where_nobody_else_administers_a_change_is_refused(company: Company) -> None:
    """The only other administrator is frozen: a matter that hangs from the start is not entered."""
    with company.bank.journal().begin() as tx:
        set_permissions(tx, CUSTOMER_ID, "ERP1", ("query", "enter"))
        set_operator_status(tx, CUSTOMER_ID, "ADM2", "frozen", by_bank=True)

    assert code(company.ask("ADM1", WAGES)) == Code.PLAN_UNFILLABLE


def test_what_a_customer_keeps_for_itself_and_decisions_do_not_wait(company: Company) -> None:
    """Only administration waits; without the bank's word it does not either."""
    assert code(company.ask("ERP1", SavePayee(account=PAYEE, name="乙公司"))) == Code.DONE
    company.put(second_administrator=False)

    assert code(company.ask("ERP1", WAGES, "C1")) == Code.DONE
    assert company.purposes() == {"工资"}
    result = company.result("C1")
    assert (result.state, result.history, result.body) == (TransferState.SUCCEEDED, (), None)
    assert result.answer is not None


def test_every_family_s_changes_wait(company: Company) -> None:
    """An offer of an account, a preset mode, an operator: whoever asks, and whatever is asked."""
    company.put(advanced=True)
    with company.bank.journal().begin() as tx:
        add_customer(tx, "C2", "乙公司")
        set_switch(tx, "C2", "advanced", on=True)
    bodies = (
        OfferGrant(account=PAYER, grantee="C2", right=(Right.QUERY,)),
        SetAccountDisplay(account=PAYER, priority=9),
        FreezeOperator(operator="LOOK1"),
    )

    entered = [company.ask("ADM1", body, f"C{number}") for number, body in enumerate(bodies)]
    account, state = company.customer().accounts[PAYER], company.customer().people["LOOK1"].status
    company.decide("ADM2", Decision.APPROVE, "C0", "C1", "C2")

    assert [code(reply) for reply in entered] == [Code.AWAITING_APPROVAL] * 3
    assert (account.priority, state) == (0, "normal")
    assert {company.result(f"C{number}", "ADM2").state for number in range(3)} == {TransferState.SUCCEEDED}
    assert company.customer().accounts[PAYER].priority == 9
    assert company.customer().people["LOOK1"].status == "frozen"


def test_one_change_that_is_approved_may_be_what_the_next_one_meets(company: Company) -> None:
    """Its author is frozen by the first of two changes: the second is made with no rights any more, and fails."""
    company.ask("ERP1", WAGES, "C1")
    company.ask("ADM1", FreezeOperator(operator="ERP1"), "C0")

    decided = company.decide("ADM2", Decision.APPROVE, "C0", "C1")

    assert [each.code for each in told(decided, DecideChangesReply).result] == ["DONE", Code.OPERATOR_FROZEN]
    assert company.purposes() == set()


def test_a_change_is_told_to_its_author_and_to_administrators_only(company: Company) -> None:
    """Others find nothing, and no instruction is told as a change."""
    company.ask("ERP1", WAGES, "C1")
    company.ask("ERP1", SavePayee(account=PAYEE, name="乙公司"), "P1")

    asked = [("LOOK1", "C1"), ("ADM1", "P1"), ("ADM1", "NEVER")]
    replies = [company.ask(operator, QueryChange(request_id=each)) for operator, each in asked]

    assert [code(reply) for reply in replies] == [Code.INSTRUCTION_NOT_FOUND] * 3
    assert company.result("C1", "ADM1").entry_operator == "ERP1"


def test_a_decision_sent_again_is_answered_again_and_changes_nothing(company: Company) -> None:
    """The stored reply; the change was made once."""
    company.ask("ERP1", WAGES, "C1")
    item = DecideItem(request_id="C1", digest=company.pending()["C1"].digest)
    decision = DecideChanges(decision=Decision.APPROVE, item=(item,))
    first = company.ask("ADM2", decision, "D1")
    company.ask("ADM1", DeletePurpose(text="工资", for_persons=True))

    again = company.ask("ADM2", decision, "D1")

    assert first == again


def test_two_administrators_on_two_nodes_make_a_change_once(company: Company) -> None:
    """At the same moment: one makes it, the other finds that nothing is open any more."""
    company.add("ADM3", "query", "administer")
    second = company.bank.node()
    for number in range(8):
        company.ask("ERP1", SavePurpose(text=f"用途{number}", for_persons=False), f"C{number}")
    shown = company.pending()

    waiting = []
    for request_id, item in shown.items():
        body = DecideChanges(decision=Decision.APPROVE, item=(DecideItem(request_id=request_id, digest=item.digest),))
        for node, operator in ((company.node, "ADM2"), (second, "ADM3")):
            waiting.append((request_id, node.ask(command(body, f"{operator}-{request_id}", operator=operator))))

    codes: dict[str, list[str]] = {}
    for request_id, future in waiting:
        reply = future.result(30)
        assert isinstance(reply, bytes)
        codes.setdefault(request_id, []).append(code(reply.decode()))
    assert all(sorted(each) == sorted([Code.DONE, Code.MATTER_OVER]) for each in codes.values()), codes
    assert len(company.purposes()) == 8
    with company.bank.journal().connect() as tx:
        assert set(tx.execute(select(MATTER.c.state)).scalars()) == {"succeeded"}
