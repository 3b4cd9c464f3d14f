"""Two customers between whom accounts are granted: the owner of two accounts, and the head of its group."""

from itertools import count
from typing import Any

from sqlalchemy import update

from gateway.administration.accounts import attach_accounts
from gateway.administration.customers import add_customer
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.journal.tables import CUSTOMER
from protocol.catalogue import Permission
from protocol.messages.grant import AcceptGrant, GrantItem, ListGrants, ListGrantsReply, OfferGrant, Right
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, Bank, Node, command
from tests.journal.replies import told

GROUP = "C2"


class Side:
    """The administrator of one customer before one node, each message under a new id."""

    def __init__(self, node: Node, customer: str) -> None:
        self.node = node
        self.customer = customer
        self._ids = count(1)

    def ask(self, body: Any, operator: str = "ADM1", request_id: str | None = None) -> str:
        """The reply to a message."""
        name = request_id or f"G{next(self._ids)}"
        return self.node.answer(command(body, name, customer=self.customer, operator=operator))

    def offer(self, *rights: Right, account: str = PAYER, grantee: str = GROUP) -> str:
        """Offer an account."""
        return self.ask(OfferGrant(account=account, grantee=grantee, right=rights))

    def accept(self, *rights: Right, account: str = PAYER, grantor: str = CUSTOMER_ID) -> str:
        """Accept an offer."""
        return self.ask(AcceptGrant(grantor=grantor, account=account, right=rights))

    def grants(self, **asked: Any) -> tuple[GrantItem, ...]:
        """What is listed."""
        return told(self.ask(ListGrants(**asked)), ListGrantsReply).grant


def two_sides(bank: Bank) -> tuple[Side, Side]:
    """Both customers, advanced, with an administrator each, before one node; PAYEE is the group's own account."""
    with bank.journal().begin() as tx:
        add_customer(tx, GROUP, "集团公司")
        attach_accounts(tx, GROUP, [PAYEE])
        for customer in (CUSTOMER_ID, GROUP):
            add_operator(tx, customer, "ADM1", "管理员", permissions=(Permission.QUERY, Permission.ADMINISTER))
        tx.execute(update(CUSTOMER).values(advanced=True))
    node = bank.node()
    return Side(node, CUSTOMER_ID), Side(node, GROUP)


def add_people(bank: Bank) -> None:
    """A reviewer for either; one of the group enters."""
    with bank.journal().begin() as tx:
        for customer in (CUSTOMER_ID, GROUP):
            add_operator(tx, customer, "REV1", "复核员", permissions=(Permission.QUERY, Permission.REVIEW))
        add_operator(tx, GROUP, "ERP1", "录入员", permissions=(Permission.QUERY, Permission.ENTER))


def grant(bank: Bank, sides: tuple[Side, Side], *rights: Right) -> None:
    """Let the group use PAYER: offered, accepted, and on the lists of those who enter and review."""
    owner, group = sides
    owner.offer(*rights)
    group.accept(*rights)
    with bank.journal().begin() as tx:
        for customer, operator in ((GROUP, "ERP1"), (GROUP, "REV1"), (CUSTOMER_ID, "REV1")):
            change_accounts(tx, customer, operator, add=[PAYER])
