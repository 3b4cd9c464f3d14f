"""The payee book (收款人名册, R4.22): what its customer keeps, found again by part of account or name."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from gateway.domain import entitlement
from gateway.domain.command import Change, Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.journal.book import PAYEES, Payee, list_payees
from gateway.services.cursor import paging
from gateway.services.service import Bank, Functions, changing, done, full, place, refuse
from protocol.messages.book import (
    BankKind,
    DeletePayee,
    DeletePayeeReply,
    ListPayees,
    ListPayeesReply,
    PayeeItem,
    SavePayee,
    SavePayeeReply,
)


def _list_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListPayees = command.body
    question = ("ListPayees", body.text, body.bank_kind)
    asked = paging(question, (str, str), cursor=body.cursor, size=body.page_size, place=place("ListPayees"))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)

    def read(tx: Connection) -> Reply:
        found = list_payees(
            tx,
            command.head.customer_id,
            text=body.text,
            interbank=None if body.bank_kind is None else body.bank_kind is BankKind.INTERBANK,
            after=asked.after,
            limit=asked.limit,
        )
        page, next_cursor = asked.page(found, lambda payee: (payee.account, payee.bank_code))
        return done(ListPayeesReply(payee=tuple(map(_item, page)), next_cursor=next_cursor))

    return Read(read)


def _item(payee: Payee) -> PayeeItem:
    return PayeeItem(account=payee.account, name=payee.name, bank_code=payee.bank_code or None)


def _save_decide(command: Command, facts: Facts, _moment: Moment, bank: Bank) -> Decision:
    body: SavePayee = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    payee = Payee(command.head.customer_id, body.account, _elsewhere(body.bank_code, bank), body.name)

    def make(tx: Connection) -> Reply | Refuse:
        change = PAYEES.save(tx, payee.customer_id, payee.row())
        return done(SavePayeeReply(change=change)) if change else full(place("SavePayee", "Account"), PAYEES.most)

    return Change(make)


def _delete_decide(command: Command, facts: Facts, _moment: Moment, bank: Bank) -> Decision:
    body: DeletePayee = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    key = {"account": body.account, "bank_code": _elsewhere(body.bank_code, bank)}
    return Change(lambda tx: done(DeletePayeeReply(change=PAYEES.delete(tx, command.head.customer_id, key))))


def _elsewhere(bank_code: str | None, bank: Bank) -> str:
    """The bank code as the book has it: empty for this bank, however the sender wrote it."""
    return bank_code if bank_code is not None and bank_code != bank.code else ""


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListPayees": Functions(decide=_list_decide, needs_core=False),
    "SavePayee": changing(_save_decide),
    "DeletePayee": changing(_delete_decide),
}
"""By the name of the service."""
