"""Commands on customers."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from gateway.administration import customers, purposes
from gateway.control.commands.command import Answer, Command, listed, shown
from gateway.control.hands import Hands
from gateway.domain.customer import Form

_NEXT: Final = {
    Form.REVIEWER: "an instruction is complete when a reviewer agrees, or at entry where there is none",
    Form.MODE: "bind a mode to each service: yinqi admin service bind",
    Form.FLOW: "make flows for each account: yinqi admin flow save",
}
"""What a form means, or asks for next."""


def _add(hands: Hands, *, customer: str, name: str) -> Answer:
    hands.write(lambda tx: customers.add_customer(tx, customer, name))
    return {"text": f"customer {customer} added"}


def _suspend(hands: Hands, *, customer: str) -> Answer:
    hands.write(lambda tx: customers.set_customer_status(tx, customer, "suspended"))
    return {"text": f"customer {customer} suspended: nobody of it can do anything"}


def _resume(hands: Hands, *, customer: str) -> Answer:
    hands.write(lambda tx: customers.set_customer_status(tx, customer, "normal"))
    return {"text": f"customer {customer} is normal again"}


def _form(hands: Hands, *, customer: str, form: str) -> Answer:
    hands.write(lambda tx: customers.set_form(tx, customer, form))
    return {"text": f"customer {customer} has form {form}: {_NEXT[Form(form)]}"}


def _switch(switch: str, hands: Hands, *, customer: str, value: bool) -> Answer:
    hands.write(lambda tx: customers.set_switch(tx, customer, switch, on=value))
    return {"text": f"customer {customer}: {switch.replace('_', ' ')} {'yes' if value else 'no'}"}


def _limits(hands: Hands, *, customer: str, limits: Mapping[str, int | None]) -> Answer:
    now = hands.write(lambda tx: customers.set_customer_limits(tx, customer, limits))
    return {"text": f"limits of customer {customer}, within those of the bank: {shown(now)}"}


def _caps(hands: Hands, *, customer: str, caps: Mapping[str, int | None]) -> Answer:
    now = hands.write(lambda tx: customers.set_customer_caps(tx, customer, caps))
    return {"text": f"the bank's caps for customer {customer}: {shown(now)}"}


def _list(hands: Hands) -> Answer:
    with hands.reading() as tx:
        return listed("customer", customers.list_customers(tx))


def _purpose_add(hands: Hands, *, customer: str, text: str, persons: bool = False) -> Answer:
    hands.write(lambda tx: purposes.add_purpose(tx, customer, text, for_persons=persons))
    return {"text": f"customer {customer} keeps a purpose for {'persons' if persons else 'companies'} more"}


def _purpose_remove(hands: Hands, *, customer: str, text: str, persons: bool = False) -> Answer:
    hands.write(lambda tx: purposes.remove_purpose(tx, customer, text, for_persons=persons))
    return {"text": f"customer {customer} keeps a purpose for {'persons' if persons else 'companies'} less"}


def _purpose_list(hands: Hands, *, customer: str) -> Answer:
    with hands.reading() as tx:
        return listed("purpose", purposes.list_purposes(tx, customer))


COMMANDS: Final[Mapping[str, Command]] = {
    "customer add": Command(_add),
    "customer suspend": Command(_suspend),
    "customer resume": Command(_resume),
    "customer form": Command(_form),
    **{f"customer {name.replace('_', '-')}": Command(partial(_switch, name)) for name in customers.SWITCHES},
    "customer limits": Command(_limits),
    "customer caps": Command(_caps),
    "customer list": Command(_list, changes=False),
    "purpose add": Command(_purpose_add),
    "purpose remove": Command(_purpose_remove),
    "purpose list": Command(_purpose_list, changes=False),
}
"""By their words."""
