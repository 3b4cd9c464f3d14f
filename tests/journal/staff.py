"""A customer of form 003's people: a supervisor, a deputy, and operators of either; certificates in hand."""

from typing import Any, Final

from gateway.administration.credentials import pool_certificate
from gateway.administration.places import Place
from gateway.domain.customer import Role
from protocol.messages.enterprise.operators import ListOperators, ListOperatorsReply, OperatorItem, Rights
from protocol.service import Permission
from signer.certificates import fingerprint, from_pem
from signer.issue import make_key, self_signed
from tests.journal.asking import Asking
from tests.journal.bank import _START, CUSTOMER_ID, Bank

END: Final = _START.replace(year=2126)
ENTERS: Final = Rights(permission=(Permission.QUERY, Permission.ENTER))


def certificate(name: str) -> bytes:
    """A certificate (DER), each time another."""
    return from_pem(self_signed(make_key("ecdsa"), name, _START, END))[0]


class Staff(Asking):
    """A customer whose supervisor is SUP, with a deputy DEP1 and an operator of either."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.add("SUP", "query", "administer", place=Place(Role.SUPERVISOR))
        self.add("DEP1", "query", "review", "administer", place=Place(Role.DEPUTY))
        self.add("LED1", "query", "enter", place=Place(manager="DEP1"))

    def operators(self, asker: str = "SUP", **asked: Any) -> list[OperatorItem]:
        """The operators that somebody is shown."""
        return list(self.told(asker, ListOperators(**asked), ListOperatorsReply).item)

    def pool(self, manager: str = "") -> str:
        """A certificate in the pool of a manager; its fingerprint."""
        der = certificate("card")
        name = fingerprint(der).hex()
        with self.bank.journal().begin() as tx:
            return pool_certificate(tx, CUSTOMER_ID, der, confirm=name, manager=manager)
