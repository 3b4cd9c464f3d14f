"""A customer whose instructions are approved by people (form 002), and what its operators ask and decide."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import insert, update

from gateway.domain.customer import Authorizers, Band, Mode
from gateway.journal.definitions import write_mode
from gateway.journal.tables import BINDING, CUSTOMER, MODE, OPERATOR, OPERATOR_ACCOUNT, SITE
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending
from tests.journal.bank import CUSTOMER_ID, PAYER, SAVINGS, Bank, Node, command, query

STAFF = {
    "REV1": ("query review", None),
    "REV2": ("query review", None),
    "AUTH1": ("query authorize", 1),
    "AUTH3": ("query authorize", 3),
    "FORCE": ("query force-authorize", None),
    "SEND": ("query dispatch", None),
    "ADM": ("query administer", None),
}
"""Operators of the customer with their permissions and levels."""


def word(reply: str, element: str) -> str:
    """The text of the first such element."""
    found = re.search(rf"<(?:\w+:)?{element}>([^<]*)<", reply)
    return found[1] if found else ""


_NUMBERS = count(1)


def new_id() -> str:
    """A request id that no other message of this process has."""
    return f"D{next(_NUMBERS)}"


def ask(node: Node, operator: str, body: Any) -> str:
    """The reply to an operator's message."""
    return node.answer(command(body, new_id(), operator=operator))


def pending(node: Node, operator: str) -> dict[str, str]:
    """What waits for an operator: digests by request id."""
    reply = ask(node, operator, ListPending())
    items = re.findall(r"<Item>(.*?)</Item>", reply)
    return {word(item, "RequestId"): word(item, "Digest") for item in items}


def decide(node: Node, operator: str, decision: Decision, *request_ids: str, reason: str | None = None) -> str:
    """A decision about instructions with the digests that the operator is shown."""
    shown = pending(node, operator)
    items = tuple(DecideItem(request_id=each, digest=shown.get(each, "00" * 32)) for each in request_ids)
    return ask(node, operator, DecideInstructions(decision=decision, reason=reason, item=items))


def until(node: Node, condition: Callable[[], bool]) -> None:
    """Wait until something is so, by questions to the node, which come one a turn."""
    for _ in range(5_000):
        if condition():
            return
        node.answer(query("NOBODY"))
    raise AssertionError("it never came to be so")


def finished(bank: Bank, node: Node, request_id: str) -> str:
    """The reply about a transfer once nothing is left to do for it."""
    for _ in range(5_000):
        reply = node.answer(query(request_id))
        if word(reply, "State") in ("succeeded", "failed") and bank.requests()[request_id].due_ms is None:
            return reply
    raise AssertionError("the transfer never came to its end")


def staffed(bank: Bank) -> Bank:
    """A customer in form 002 with the mode of R2.3: up to 50,000.00 level 1, above also level 3, dispatch by hand."""
    mode = Mode(
        mode_id="M1",
        with_amount=True,
        ordered=True,
        review=True,
        manual_dispatch=True,
        bands=(
            Band(50_000_00, (Authorizers(1, 1),)),
            Band(None, (Authorizers(1, 1), Authorizers(3, 1))),
        ),
    )
    with bank.journal().begin() as tx:
        tx.execute(update(CUSTOMER).values(form="mode"))
        for operator, (permissions, level) in STAFF.items():
            row = {"customer_id": CUSTOMER_ID, "operator_id": operator, "name": operator, "status": "normal"}
            tx.execute(insert(OPERATOR), {**row, "permissions": permissions, "level": level})
            accounts = [{"customer_id": CUSTOMER_ID, "operator_id": operator, "account": a} for a in (PAYER, SAVINGS)]
            tx.execute(insert(OPERATOR_ACCOUNT), [{**each, "account_owner": CUSTOMER_ID} for each in accounts])
        tx.execute(insert(MODE), {"customer_id": CUSTOMER_ID, "mode_id": "M1", "definition": write_mode(mode)})
        bound = {"customer_id": CUSTOMER_ID, "service": "SubmitTransfer", "mode_id": "M1", "enabled": True}
        tx.execute(insert(BINDING), bound)
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))
    return bank
