"""What the bank's changes of the register do to orders under way: what they name, what they refuse, what they end."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from gateway.administration import accounts, approval, customers, grants, lists, operators
from gateway.administration.change import AdminError, read_customer
from gateway.administration.reach import hanging_since
from gateway.domain.approval import Hanging
from gateway.domain.customer import Authorizers, Band, Flow, Mode
from gateway.domain.matter import MatterKey
from protocol.codes import Code
from tests.journal.bank import CUSTOMER_ID, OPERATOR_ID, PAYER, SAVINGS, Bank, query, transfer
from tests.journal.replies import code, state

GRANTOR, LENT = "C2", "6200000000000000042"
"""Another customer and its account, which it grants."""
MODE = Mode(
    mode_id="M1",
    with_amount=True,
    ordered=True,
    review=True,
    manual_dispatch=False,
    bands=(Band(None, (Authorizers(1, 1),)),),
)


@pytest.fixture
def company(bank: Bank) -> Bank:
    """A customer whose transfers take a review and one authorizer, with one operator for each."""
    with bank.journal().begin() as tx:
        for name, permission, level in (("REV1", "review", None), ("AUTH1", "authorize", 1)):
            operators.add_operator(tx, CUSTOMER_ID, name, name, permissions=["query", permission], level=level)
            lists.change_accounts(tx, CUSTOMER_ID, name, add=[PAYER, SAVINGS])
        customers.set_form(tx, CUSTOMER_ID, "mode")
        approval.save_mode(tx, CUSTOMER_ID, MODE)
        approval.bind(tx, CUSTOMER_ID, "SubmitTransfer", "M1")
    return bank


def changed(bank: Bank, change: Callable[[Connection], object]) -> Hanging:
    """Make a change of the register; what nobody can complete any more."""
    with bank.journal().begin() as tx:
        before = read_customer(tx, CUSTOMER_ID)
        change(tx)
        return hanging_since(tx, before)


def used(bank: Bank) -> set[int]:
    """The amounts of all counters of limits."""
    return set(bank.usage().values())


def test_R1_11_an_operator_that_a_pending_instruction_needs_is_not_deleted(company: Bank) -> None:
    """It may be frozen at any time; what only it could do waits and is named (O23)."""
    node = company.node()
    assert state(node.answer(transfer("T1"))) == "waiting-review"

    with pytest.raises(AdminError, match=f"needed to complete {CUSTOMER_ID}/T1"):
        changed(company, lambda tx: operators.set_operator_status(tx, CUSTOMER_ID, "REV1", "deleted"))
    left = changed(company, lambda tx: operators.set_operator_status(tx, CUSTOMER_ID, "REV1", "frozen"))

    assert left == Hanging(("M1",), (), (MatterKey(CUSTOMER_ID, "T1", 0),))
    assert state(node.answer(query("T1"))) == "waiting-review"


def test_R1_12_a_permission_change_names_what_nobody_could_complete(company: Bank) -> None:
    """Modes and pending instructions; a change that leaves somebody for each step names nothing."""
    node = company.node()
    node.answer(transfer("T1"))

    def stripped(tx: Connection) -> None:
        operators.set_permissions(tx, CUSTOMER_ID, "AUTH1", ["query"])

    assert changed(company, stripped) == Hanging(("M1",), (), (MatterKey(CUSTOMER_ID, "T1", 0),))
    assert changed(company, lambda tx: lists.change_services(tx, CUSTOMER_ID, OPERATOR_ID, ["*"])) == ((), (), ())


def test_R2_10_a_mode_that_is_changed_or_deleted_leaves_what_is_under_way(company: Bank) -> None:
    """An instruction follows the mode under which it was entered."""
    node = company.node()
    node.answer(transfer("T1"))

    def deleted(tx: Connection) -> None:
        approval.bind(tx, CUSTOMER_ID, "SubmitTransfer", None)
        approval.delete_mode(tx, CUSTOMER_ID, "M1")

    assert changed(company, deleted) == ((), (), ())
    assert state(node.answer(query("T1"))) == "waiting-review"
    assert code(node.answer(transfer("T2"))) == Code.MODE_NOT_BOUND


def test_R2_15_a_flow_is_deleted_with_what_is_unfinished_once_that_was_shown(company: Bank) -> None:
    """Count and list are shown first; confirmed, the instructions end, and the limits they took are given back."""
    node = company.node()
    flow = Flow(flow_id="F1", account=PAYER, service=None, limit=100_000_00, levels=(frozenset({"REV1"}),))
    with company.journal().begin() as tx:
        customers.set_form(tx, CUSTOMER_ID, "flow")
        approval.save_flow(tx, CUSTOMER_ID, flow)
    assert state(node.answer(transfer("T1", 1234))) == "waiting-review"
    assert used(company) == {1234}

    with company.journal().begin() as tx:
        with pytest.raises(AdminError, match=f"flow F1 has 1 unfinished: {CUSTOMER_ID}/T1; with --confirm 1"):
            approval.delete_flow(tx, CUSTOMER_ID, "F1")
        ended = approval.delete_flow(tx, CUSTOMER_ID, "F1", confirmed=1)

    assert [matter.key.request_id for matter in ended] == ["T1"]

    assert state(node.answer(query("T1"))) == "ended"
    assert used(company) == {0}
    assert code(node.answer(transfer("T2"))) == Code.FLOW_MISSING


def test_R1_21_a_grant_that_is_taken_back_ends_what_waits_under_it(company: Bank) -> None:
    """Pending instructions of the grantee end (O22); those from its own accounts go on."""
    node = company.node()
    with company.journal().begin() as tx:
        customers.add_customer(tx, GRANTOR, "子公司")
        accounts.attach_accounts(tx, GRANTOR, [LENT])
        for each in (CUSTOMER_ID, GRANTOR):
            customers.set_switch(tx, each, "advanced", on=True)
        grants.record_letter(tx, grants.read_terms(GRANTOR, LENT, CUSTOMER_ID, ["transfer"]), "L-1")
        for name in (OPERATOR_ID, "REV1", "AUTH1"):
            lists.change_accounts(tx, CUSTOMER_ID, name, add=[LENT])
    for name, payer in (("T1", LENT), ("T2", PAYER)):
        assert state(node.answer(transfer(name, payer_account=payer))) == "waiting-review"

    with company.journal().begin() as tx:
        with pytest.raises(AdminError, match="has orders under way"):
            accounts.detach_account(tx, GRANTOR, LENT)
        assert grants.withdraw(tx, GRANTOR, LENT, CUSTOMER_ID) == 1

    assert state(node.answer(query("T1"))) == "ended"
    assert state(node.answer(query("T2"))) == "waiting-review"
    assert code(node.answer(transfer("T3", payer_account=LENT))) == Code.PAYER_NOT_ATTACHED


def test_O28_an_account_with_orders_under_way_is_not_detached(company: Bank) -> None:
    """They are named; another account of the customer may go."""
    node = company.node()
    node.answer(transfer("T1"))

    with company.journal().begin() as tx:
        with pytest.raises(AdminError, match=f"orders under way: {CUSTOMER_ID}/T1"):
            accounts.detach_account(tx, CUSTOMER_ID, PAYER)
        accounts.detach_account(tx, CUSTOMER_ID, SAVINGS)
