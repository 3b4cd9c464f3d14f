"""A customer's operators before one node, each message under a new id."""

from itertools import count
from typing import Any, TypeVar

from sqlalchemy import update

from gateway.administration.change import raise_version
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.administration.places import UNDER_THE_SUPERVISOR, Place
from gateway.domain.customer import Customer
from gateway.journal.people import read_customers
from gateway.journal.register import read_version
from gateway.journal.tables import CUSTOMER
from tests.journal.bank import CUSTOMER_ID, PAYER, SAVINGS, Bank, Node, command
from tests.journal.replies import told

T = TypeVar("T")


class Asking:
    """See the module; the customer's administrator is ADM1."""

    def __init__(self, bank: Bank) -> None:
        """Registers the administrator and starts a node."""
        self.bank = bank
        self.node: Node = bank.node()
        self._ids = count(1)
        self.add("ADM1", "query", "administer")

    def ask(self, operator: str, body: Any, request_id: str | None = None) -> str:
        """The reply to a message."""
        return self.node.answer(command(body, request_id or f"N{next(self._ids)}", operator=operator))

    def told(self, operator: str, body: Any, kind: type[T]) -> T:
        """The body of the accepted reply to a message."""
        return told(self.ask(operator, body), kind)

    def add(
        self, operator: str, *permissions: str, level: int | None = None, place: Place = UNDER_THE_SUPERVISOR
    ) -> None:
        """Register an operator with both accounts on its list."""
        with self.bank.journal().begin() as tx:
            add_operator(tx, CUSTOMER_ID, operator, operator, permissions=permissions, level=level, place=place)
            change_accounts(tx, CUSTOMER_ID, operator, add=[PAYER, SAVINGS])

    def put(self, **columns: Any) -> None:
        """Set columns of the customer, as the bank does."""
        with self.bank.journal().begin() as tx:
            raise_version(tx)
            tx.execute(update(CUSTOMER).values(**columns))

    def customer(self) -> Customer:
        """The customer as registered now."""
        with self.bank.journal().connect() as tx:
            return read_customers(tx, [CUSTOMER_ID])[CUSTOMER_ID]

    def version(self) -> int:
        """The version of the register."""
        with self.bank.journal().connect() as tx:
            return read_version(tx)
