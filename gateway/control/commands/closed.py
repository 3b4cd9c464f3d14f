"""Commands on closed transfers: which accounts are closed, and whom they may pay."""

from collections.abc import Mapping
from typing import Final

from gateway.administration import closed
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _on(hands: Hands, *, customer: str, number: str) -> Answer:
    count = hands.write(lambda tx: closed.set_closed(tx, customer, number, closed=True))
    return {"text": f"account {number} of customer {customer} pays only those of its list, which has {count}"}


def _off(hands: Hands, *, customer: str, number: str) -> Answer:
    count = hands.write(lambda tx: closed.set_closed(tx, customer, number, closed=False))
    return {"text": f"account {number} of customer {customer} pays everybody again; its list of {count} is kept"}


def _add(hands: Hands, *, customer: str, number: str, payee: str, name: str, bank: str = "") -> Answer:
    there = _elsewhere(hands, bank)
    hands.write(lambda tx: closed.add_payee(tx, customer, number, payee, name=name, bank=there))
    return {"text": f"account {number} of customer {customer} may pay {payee} at {there or 'this bank'}"}


def _remove(hands: Hands, *, customer: str, number: str, payee: str, bank: str = "") -> Answer:
    there = _elsewhere(hands, bank)
    hands.write(lambda tx: closed.remove_payee(tx, customer, number, payee, bank=there))
    return {"text": f"payee {payee} is off the list of account {number} of customer {customer}"}


def _list(hands: Hands, *, customer: str, number: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("payee", closed.list_payees(tx, customer, number))


def _elsewhere(hands: Hands, bank: str) -> str:
    """The bank code as the list keeps it: empty for this bank, however it was named."""
    return "" if bank == hands.settings.site.bank_code else bank


COMMANDS: Final[Mapping[str, Command]] = {
    "closed on": Command(_on),
    "closed off": Command(_off),
    "closed add": Command(_add),
    "closed remove": Command(_remove),
    "closed list": Command(_list, changes=False),
}
"""By their words."""
