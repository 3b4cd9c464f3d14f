"""Commands on operators."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from sqlalchemy import Connection

from gateway.administration import lists, operators
from gateway.administration.change import read_customer
from gateway.administration.places import Place
from gateway.administration.reach import hanging_since, named
from gateway.control.commands.command import Answer, Command, listed, shown
from gateway.control.hands import Hands
from gateway.domain.approval import Hanging
from gateway.domain.customer import Role
from gateway.journal.people import EVERY_SERVICE
from gateway.journal.record import hold_register

T = TypeVar("T")


def _add(
    hands: Hands,
    *,
    customer: str,
    operator: str,
    name: str,
    permissions: Sequence[str],
    level: int | None = None,
    role: str = Role.OPERATOR,
    manager: str | None = None,
    services: Sequence[str] = (EVERY_SERVICE,),
) -> Answer:
    def add(tx: Connection) -> None:
        operators.add_operator(
            tx, customer, operator, name, permissions=permissions, level=level, place=Place(role, manager)
        )
        lists.change_services(tx, customer, operator, services)

    hands.write(add)
    return {
        "text": f"operator {operator} of customer {customer} added; it needs a certificate to sign, and accounts on "
        f"its list: yinqi admin operator accounts {customer} {operator} --add NUMBER"
    }


def _changed(hands: Hands, customer: str, change: Callable[[Connection], T]) -> tuple[T, Answer]:
    """Make a change of a customer's people; with its value the answer that tells what would hang now (R1.12, O23)."""

    def make(tx: Connection) -> tuple[T, Hanging]:
        hold_register(tx)
        before = read_customer(tx, customer)
        return change(tx), hanging_since(tx, before)

    value, left = hands.write(make)
    told = {
        "modes": list(left.modes),
        "flows": list(left.flows),
        "instructions": [named([key]) for key in left.matters],
    }
    if not any(left):
        return value, {}
    words = "; ".join(f"{name} {', '.join(those)}" for name, those in told.items() if those)
    return value, {"text": f"; nobody can complete any more: {words}", "hanging": told}


def _permissions(
    hands: Hands, *, customer: str, operator: str, permissions: Sequence[str], level: int | None = None
) -> Answer:
    def change(tx: Connection) -> None:
        operators.set_permissions(tx, customer, operator, permissions, level=level)

    _, left = _changed(hands, customer, change)
    told = ", ".join(operators.checked_permissions(permissions)) or "nothing"
    return _answer(f"operator {operator} of customer {customer} may: {told}", left)


def _role(hands: Hands, *, customer: str, operator: str, role: str, manager: str | None = None) -> Answer:
    _, left = _changed(hands, customer, lambda tx: operators.set_place(tx, customer, operator, Place(role, manager)))
    led = f", managed by {manager}" if manager else ""
    return _answer(f"operator {operator} of customer {customer} is {role}{led}", left)


def _answer(text: str, left: Answer, **more: object) -> Answer:
    """The answer of a change, with what it leaves to nobody."""
    return {**left, **more, "text": text + left.get("text", "")}


def _accounts(
    hands: Hands, *, customer: str, operator: str, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Answer:
    def change(tx: Connection) -> tuple[str, ...]:
        return lists.change_accounts(tx, customer, operator, add=add, remove=remove)

    now, left = _changed(hands, customer, change)
    text = f"accounts on the list of operator {operator} of customer {customer}: {', '.join(now) or 'none'}"
    return _answer(text, left, accounts=list(now))


def _services(hands: Hands, *, customer: str, operator: str, services: Sequence[str]) -> Answer:
    now, left = _changed(hands, customer, lambda tx: lists.change_services(tx, customer, operator, services))
    told = "every one" if now is None else ", ".join(sorted(now)) or "none"
    return _answer(f"services on the list of operator {operator} of customer {customer}: {told}", left)


def _limits(hands: Hands, *, customer: str, operator: str, limits: Mapping[str, int | None]) -> Answer:
    now = hands.write(lambda tx: lists.set_operator_limits(tx, customer, operator, limits))
    return {"text": f"limits of operator {operator} of customer {customer}: {shown(now)}"}


def _freeze(hands: Hands, *, customer: str, operator: str) -> Answer:
    def freeze(tx: Connection) -> None:
        operators.set_operator_status(tx, customer, operator, "frozen", by_bank=True)

    _, left = _changed(hands, customer, freeze)
    return _answer(f"operator {operator} of customer {customer} frozen: it can do nothing", left)


def _unfreeze(hands: Hands, *, customer: str, operator: str) -> Answer:
    hands.write(lambda tx: operators.set_operator_status(tx, customer, operator, "normal"))
    return {"text": f"operator {operator} of customer {customer} is normal again"}


def _delete(hands: Hands, *, customer: str, operator: str) -> Answer:
    _, left = _changed(hands, customer, lambda tx: operators.set_operator_status(tx, customer, operator, "deleted"))
    return _answer(f"operator {operator} of customer {customer} deleted; its code is never used again", left)


def _list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("operator", operators.list_operators(tx, customer))


COMMANDS: Final[Mapping[str, Command]] = {
    "operator add": Command(_add),
    "operator permissions": Command(_permissions),
    "operator role": Command(_role),
    "operator accounts": Command(_accounts),
    "operator services": Command(_services),
    "operator limits": Command(_limits),
    "operator freeze": Command(_freeze),
    "operator unfreeze": Command(_unfreeze),
    "operator delete": Command(_delete),
    "operator list": Command(_list, changes=False),
}
"""By their words."""
