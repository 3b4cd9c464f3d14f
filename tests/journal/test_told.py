"""What is told to whom: of other people's orders, of accounts off the own list, of another customer's people."""

import pytest
from sqlalchemy import text, update

from gateway.administration.change import raise_version
from gateway.administration.closed import add_payee, set_closed
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER
from protocol.codes import Code
from protocol.messages.approval import (
    DecideInstructions,
    DecideItem,
    Decision,
    ListPending,
    ListPendingReply,
    ListTodo,
    ListTodoReply,
    NameActor,
)
from protocol.messages.batch import BatchState, QueryBatch, QueryBatchReply
from protocol.messages.enterprise.accounts import ListClosedPayees
from protocol.messages.grant import Right
from protocol.messages.matter import ActKind
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, SubmitTransferReply, TransferState
from protocol.service import Permission
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, command, transfer
from tests.journal.batching import batch
from tests.journal.company import ask
from tests.journal.granting import GROUP, Side, add_people, grant, two_sides
from tests.journal.replies import code, rules, told
from tests.journal.test_released import _register


def _off_the_lists(bank: Bank, *operators: str, account: str = PAYER) -> None:
    """Take an account off the lists of operators."""
    with bank.journal().begin() as tx:
        for operator in operators:
            change_accounts(tx, CUSTOMER_ID, operator, remove=[account])


def _batches_follow_m1(bank: Bank, *, whole: bool) -> None:
    with bank.journal().begin() as tx:
        insert = "INSERT INTO binding (customer_id, service, mode_id, enabled) VALUES (:c, 'SubmitBatch', 'M1', true)"
        tx.execute(text(insert), {"c": CUSTOMER_ID})
    _register(bank, CUSTOMER, whole_batch=whole)


# -- queries by the sender's own id


def test_R1_5_another_s_order_from_an_account_off_the_list_is_refused_and_not_told_as_not_found(bank: Bank) -> None:
    """Who takes a false not-found for true pays again; who entered it is told, whatever is on its list since."""
    node = bank.node()
    node.answer(transfer("T1"))
    asked = QueryTransfer(request_id="T1")
    before = told(ask(node, "LOOK1", asked), QueryTransferReply)
    _off_the_lists(bank, "LOOK1", "ERP1")

    refused = ask(node, "LOOK1", asked)

    assert before.state is TransferState.SUCCEEDED
    assert rules(refused) == [Code.ACCOUNT_NOT_LISTED]
    assert PAYEE not in refused
    assert told(ask(node, "ERP1", asked), QueryTransferReply).state is TransferState.SUCCEEDED


@pytest.mark.parametrize("whole", [True, False])
def test_R1_5_so_is_another_s_batch_however_it_is_approved(company: Bank, whole: bool) -> None:  # noqa: FBT001  a row
    """Neither QueryTransfer nor QueryBatch tells its state, nor that it was never there."""
    _batches_follow_m1(company, whole=whole)
    node = company.node()
    node.answer(command(batch(100_00, 200_00), "B1"))
    queries = (QueryTransfer(request_id="B1"), QueryBatch(request_id="B1"))
    listed = [code(ask(node, "LOOK1", body)) for body in queries]
    _off_the_lists(company, "LOOK1", "ERP1")

    refused = [ask(node, "LOOK1", body) for body in queries]

    assert listed == [Code.DONE] * 2
    assert [rules(each) for each in refused] == [[Code.ACCOUNT_NOT_LISTED]] * 2
    assert not any("<State>" in each for each in refused)
    assert told(ask(node, "ERP1", queries[1]), QueryBatchReply).state is BatchState.WAITING_REVIEW
    assert code(ask(node, "ERP1", queries[0])) == Code.DONE


# -- refusals of orders


def test_R1_5_a_refusal_tells_nothing_of_an_account_off_the_list(bank: Bank) -> None:
    """Neither its limits and what is used and left of them, nor whom it may pay; by batch neither."""
    with bank.journal().begin() as tx:
        set_closed(tx, CUSTOMER_ID, PAYER, closed=True)
        add_payee(tx, CUSTOMER_ID, PAYER, SAVINGS, name="甲公司")
    _register(bank, ATTACHED_ACCOUNT, limit_transfer=50_00, limit_day=60_00)
    _register(bank, CUSTOMER, limit_transfer=70_00)
    node = bank.node()
    orders = (transfer("T1", 100_00), command(batch(100_00), "B1"))
    listed = [rules(node.answer(each)) for each in orders]
    _off_the_lists(bank, "ERP1")

    again = (transfer("T2", 100_00), command(batch(100_00), "B2"))
    refused = [node.answer(each) for each in again]

    assert all({Code.PAYEE_NOT_IN_CLOSED_LIST, Code.ACCOUNT_LIMIT} <= set(each) for each in listed)
    assert [rules(each) for each in refused] == [[Code.ACCOUNT_NOT_LISTED]] * 2


# -- hidden batches


def test_R5_9_a_batch_that_hides_its_rows_is_approved_as_a_whole(company: Bank) -> None:
    """Where the customer has it row by row, too: an approver sees count and total, and no payee."""
    _batches_follow_m1(company, whole=False)
    node = company.node()
    node.answer(command(batch(100_00, 200_00, hide_detail=True), "B1"))
    node.answer(command(batch(300_00, 400_00), "B2"))

    shown = told(ask(node, "REV1", ListPending()), ListPendingReply).item

    assert [(item.content.request_id, item.content.row) for item in shown] == [("B1", None), ("B2", 1), ("B2", 2)]
    hidden = shown[0].content
    assert (hidden.count, hidden.amount) == (2, 300_00)
    assert (hidden.payee_account, hidden.payee_name) == (None, None)


# -- under a grant


@pytest.fixture
def sides(bank: Bank) -> tuple[Side, Side]:
    """Two customers with a reviewer each; one of the group enters."""
    made = two_sides(bank)
    add_people(bank)
    return made


def test_R3_3_what_a_grantee_pays_to_its_own_account_leaves_the_owner_and_counts_there(
    bank: Bank, sides: tuple[Side, Side]
) -> None:
    """It is no own payment of the account's owner: its limits per customer hold."""
    _, group = sides
    grant(bank, sides, Right.TRANSFER)
    _register(bank, CUSTOMER, limit_transfer=10_00)

    over = group.node.answer(command(transfer("T1", 10_01, payee_account=PAYEE).body, "T1", customer=GROUP))
    at = group.node.answer(command(transfer("T2", 10_00, payee_account=PAYEE).body, "T2", customer=GROUP))

    assert rules(over) == [Code.CUSTOMER_LIMIT]
    assert code(at) == Code.AWAITING_APPROVAL
    assert bank.usage()["customer", CUSTOMER_ID] == 10_00


@pytest.fixture
def collected(bank: Bank, sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """T1 is a collection that the group entered; the owner's REV1 or REV2 reviews it."""
    owner, group = sides
    grant(bank, sides, Right.COLLECT)
    with bank.journal().begin() as tx:
        add_operator(tx, CUSTOMER_ID, "REV2", "复核员", permissions=(Permission.QUERY, Permission.REVIEW))
        change_accounts(tx, CUSTOMER_ID, "REV2", add=[PAYER])
    entered = owner.node.answer(command(transfer("T1").body, "T1", customer=GROUP))
    plan = told(entered, SubmitTransferReply).plan
    assert plan is not None
    assert [(step.operator, step.named) for step in plan.step] == [((), None)]
    return owner, group


def _decide(owner: Side, operator: str, decision: Decision) -> str:
    """The decision of one of the owner's people about the collection, by the digest that it is shown."""
    shown = (
        told(owner.ask(ListPending(), "REV1"), ListPendingReply).item
        + told(owner.ask(ListPending(), "REV2"), ListPendingReply).item
    )
    item = DecideItem(customer_id=GROUP, request_id="T1", digest=shown[0].digest)
    return owner.ask(DecideInstructions(decision=decision, reason="不符", item=(item,)), operator)


def test_O42_the_owner_s_administrator_names_who_reviews_a_collection(collected: tuple[Side, Side]) -> None:
    """By the id of the customer that entered it; then nobody else reviews it."""
    owner, _ = collected
    name = NameActor(customer_id=GROUP, request_id="T1", operator="REV2")

    named = owner.ask(name)

    assert code(named) == Code.DONE
    assert rules(_decide(owner, "REV1", Decision.APPROVE)) == [Code.OTHER_NAMED]
    assert code(_decide(owner, "REV2", Decision.APPROVE)) == Code.DONE


def test_O44_who_entered_a_collection_names_nobody_of_the_owner_s_people(collected: tuple[Side, Side]) -> None:
    """Whether there is such an operator is not told: the answer is the same for any code."""
    _, group = collected

    replies = [
        group.ask(NameActor(request_id="T1", operator=name), asker)
        for asker in ("ERP1", "ADM1")
        for name in ("REV2", "NOBODY")
    ]

    assert [rules(each) for each in replies] == [[Code.ACTOR_NOT_ENTITLED]] * 4
    assert all("there is no operator" not in each and "REV1" not in each for each in replies)


def test_O44_who_entered_a_collection_sees_what_is_waited_for_and_not_the_owner_s_people(
    collected: tuple[Side, Side],
) -> None:
    """Of plan, history and the to-do list: who it was that was named and rejected it is not told, why is."""
    owner, group = collected
    owner.ask(NameActor(customer_id=GROUP, request_id="T1", operator="REV2"))
    _decide(owner, "REV2", Decision.REJECT)

    seen = told(group.ask(QueryTransfer(request_id="T1"), "ERP1"), QueryTransferReply)
    (rejected,) = told(group.ask(ListTodo(), "ERP1"), ListTodoReply).rejected

    assert seen.plan is not None
    assert [(step.kind, step.operator, step.named) for step in seen.plan.step] == [("review", (), None)]
    history = [(each.act, each.operator_id, each.reason) for each in seen.history]
    assert history == [
        (ActKind.ENTER, "ERP1", None),
        (ActKind.NAME, None, None),
        (ActKind.REJECT, None, "不符"),
    ]
    assert [each.request_id for each in seen.history][1:] == [None, None]
    assert (rejected.rejected_by, rejected.reason) == (None, "不符")


@pytest.mark.parametrize("owner_whole", [True, False])
def test_O14_the_owner_says_how_a_batch_of_a_collection_is_approved(
    bank: Bank,
    sides: tuple[Side, Side],
    owner_whole: bool,  # noqa: FBT001  a row
) -> None:
    """Its people approve: a grantee that splits a sum into rows evades none of the owner's amount bands."""
    owner, group = sides
    grant(bank, sides, Right.COLLECT)
    with bank.journal().begin() as tx:
        raise_version(tx)
        for customer, whole in ((CUSTOMER_ID, owner_whole), (GROUP, not owner_whole)):
            tx.execute(update(CUSTOMER).where(CUSTOMER.c.customer_id == customer).values(whole_batch=whole))

    group.node.answer(command(batch(30_000_00, 30_000_00), "B1", customer=GROUP))

    shown = told(owner.ask(ListPending(), "REV1"), ListPendingReply).item
    rows = [None] if owner_whole else [1, 2]
    assert [item.content.row for item in shown] == rows


def test_R1_18_a_grant_to_query_tells_nobody_whom_the_account_may_pay(bank: Bank, sides: tuple[Side, Side]) -> None:
    """The list of a closed account is for its owner, and for who may pay from it."""
    owner, group = sides
    with bank.journal().begin() as tx:
        set_closed(tx, CUSTOMER_ID, PAYER, closed=True)
        add_payee(tx, CUSTOMER_ID, PAYER, SAVINGS, name="甲公司")
    grant(bank, sides, Right.QUERY)

    refused = group.ask(ListClosedPayees(account=PAYER), "ERP1")

    assert rules(refused) == [Code.RIGHT_NOT_GRANTED]
    assert SAVINGS not in refused
    assert code(owner.ask(ListClosedPayees(account=PAYER))) == Code.DONE
