"""Instructions that wait in form 000: they take no balance, outlive a switched-off service, and are nobody else's."""

import re
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import insert, update

from gateway.domain.command import Command
from gateway.journal.tables import ATTACHED_ACCOUNT, BINDING, CUSTOMER, OPERATOR, OPERATOR_ACCOUNT, SITE
from protocol.codes import Code
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending
from protocol.messages.orders import CancelTransfer
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, Bank, Node, command, query, transfer

_ids = count()


def word(reply: str, element: str) -> str:
    """The text of the first such element."""
    found = re.search(rf"<(?:\w+:)?{element}>([^<]*)<", reply)
    return found[1] if found else ""


@pytest.fixture
def reviewed(bank: Bank) -> Bank:
    """Two customers of the same kind, each with a reviewer, so that every transfer waits for one (R2.1)."""
    people = ((CUSTOMER_ID, "REV1", "query review"), ("C2", "REV1", "query review"), ("C2", "ERP1", "query enter"))
    with bank.journal().begin() as tx:
        tx.execute(insert(CUSTOMER), {"customer_id": "C2", "name": "乙公司", "status": "normal"})
        tx.execute(insert(ATTACHED_ACCOUNT), {"customer_id": "C2", "account": PAYEE})
        for customer_id, operator_id, permissions in people:
            key = {"customer_id": customer_id, "operator_id": operator_id}
            tx.execute(insert(OPERATOR), {**key, "name": "n", "status": "normal", "permissions": permissions})
            account = PAYER if customer_id == CUSTOMER_ID else PAYEE
            tx.execute(insert(OPERATOR_ACCOUNT), {**key, "account": account, "account_owner": customer_id})
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))
    return bank


def of_other(asked: Command) -> Command:
    """The same message, sent by the other customer."""
    return replace(asked, head=replace(asked.head, customer_id="C2"))


def approve(node: Node, request_id: str, *, customer_id: str | None = None, digest: str | None = None) -> str:
    """The reviewer's approval, with the digest that it is shown."""
    if digest is None:
        reply = node.answer(command(ListPending(), f"L{next(_ids)}", operator="REV1"))
        digest = word(reply, "Digest")
    item = DecideItem(customer_id=customer_id, request_id=request_id, digest=digest)
    body = DecideInstructions(decision=Decision.APPROVE, item=(item,))
    return node.answer(command(body, f"D{next(_ids)}", operator="REV1"))


def ended(node: Node, request_id: str) -> str:
    """The reply about a transfer once the bank has its result."""
    for _ in range(20_000):
        reply = node.answer(query(request_id))
        if word(reply, "State") in ("succeeded", "failed"):
            return reply
    raise AssertionError("the transfer never came to its end")


def test_R4_25_what_waits_at_the_enterprise_takes_no_balance(reviewed: Bank) -> None:
    """More than the account holds is entered and waits; only when the bank acts is it short of money."""
    node = reviewed.node()

    entered = node.answer(transfer("T1", OPENING + 1))
    known = reviewed.ledger().accounts([PAYER])[PAYER]

    assert word(entered, "Code") == Code.AWAITING_APPROVAL
    assert known.available == known.balance == OPENING
    approve(node, "T1")
    assert Code.BALANCE_INSUFFICIENT in ended(node, "T1")


def test_O40_what_is_pending_goes_on_when_its_service_is_switched_off(reviewed: Bank) -> None:
    """New ones are refused from that moment, the one that waits is approved."""
    node = reviewed.node()
    node.answer(transfer("T1", 100))
    with reviewed.journal().begin() as tx:
        tx.execute(
            insert(BINDING),
            {"customer_id": CUSTOMER_ID, "service": "SubmitTransfer", "mode_id": None, "enabled": False},
        )
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))

    refused = node.answer(transfer("T2", 100))
    approved = approve(node, "T1")

    assert word(refused, "Code") == Code.SERVICE_OFF
    assert (word(approved, "Code"), word(approved, "State")) == (Code.DONE, "processing")


def test_O44_another_customer_s_instruction_is_not_found(reviewed: Bank) -> None:
    """Not even with its true digest: the answer is the same as for one that never was."""
    node = reviewed.node()
    there = node.answer(of_other(transfer("T1", 100, payer_account=PAYEE, payee_account=PAYER)))
    shown = node.answer(of_other(command(ListPending(), "L-C2", operator="REV1")))

    asked = [
        approve(node, "T1", customer_id="C2", digest=word(shown, "Digest")),
        approve(node, "NEVER", digest="00" * 32),
        node.answer(command(CancelTransfer(request_id="T1"), "W1")),
    ]

    assert word(there, "Code") == Code.AWAITING_APPROVAL
    assert [word(reply, "Code") for reply in asked] == [Code.INSTRUCTION_NOT_FOUND] * 3
    assert word(node.answer(of_other(query("T1"))), "State") == "waiting-review"
