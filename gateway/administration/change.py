"""What every change of the register shares: how one is refused, and the version that it raises."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from gateway.domain.customer import Customer, Limits
from gateway.journal.people import read_customers
from gateway.journal.tables import CUSTOMER, SITE
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.meanings import text
from protocol.money import FEN_MAX
from protocol.names import printable

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
NAME_CHARS_MAX: Final = 120
NO_CUSTOMER: Final = "there is no customer {}; see `yinqi admin customer list`"


class AdminError(Exception):
    """A change that cannot be made; the text says why and what to do, in one sentence or two.

    `details` say the same to a customer: every fault with its code, in both languages. There are none where no message
    of a customer leads.
    """

    def __init__(self, told: str, *details: Detail) -> None:
        """`told` is for bank staff."""
        super().__init__(told)
        self.details = details


def refuse(what: str, faults: Iterable[Detail]) -> None:
    """Raise AdminError with every fault of a rule, where there is one; `what` names the thing that is at fault."""
    found = tuple(faults)
    if found:
        told = "; ".join(fault.en or text(Code(fault.rule), "en") for fault in found)
        raise AdminError(f"{what}: {told}" if what else told, *found)


def refusal(code: Code, value: str, zh: str, en: str, *, hint: str = "") -> AdminError:
    """The error of one fault; `hint` tells bank staff, and nobody else, where to look."""
    return AdminError(en + hint, Detail(code, None, shown(value), zh, en))


@dataclass(frozen=True, slots=True)
class Hand:
    """By whose hand a change is made: an operator's, with the request that asked for it; the bank's where empty."""

    operator_id: str = ""
    request_id: str = ""


BANK: Final = Hand()


def raise_version(tx: Connection) -> int:
    """Tell running processes that the register changed; returns its new version.

    The site's row is locked by this, so that changes of the register follow one another.
    """
    tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))
    version: int = tx.execute(select(SITE.c.register_version)).scalar_one()
    return version


def checked_id(what: str, text: str) -> str:
    """Return the id of a customer or operator if it can stand in a message's Head; raises AdminError."""
    if not ID.fullmatch(text):
        raise AdminError(f"{what} {text!r}: an id has 1 to 32 letters, digits, _ and -")
    return text


def checked_name(text: str) -> str:
    """Return a name without outer white space; raises AdminError when it is empty, too long or not printable.

    What a message may hold (PrintableText) can be registered: a full-width space within a name, for one.
    """
    name = text.strip()
    if len(name) > NAME_CHARS_MAX or not printable(name):
        raise AdminError(f"name {text!r}: a name has 1 to {NAME_CHARS_MAX} printable characters")
    return name


def checked_limits(current: Limits, given: Mapping[str, int | None], *, least: int = 0) -> Limits:
    """The limits after those `given` by name (transfer, day) took the place of the current ones; None is no limit.

    Amounts are in fen, `least` at least. Raises AdminError.
    """
    if not given or given.keys() - {"transfer", "day"}:
        raise AdminError("give the limit per transaction (transfer), per day (day), or both")
    what = "an amount above zero" if least else "an amount that is not negative"
    for name, amount in given.items():
        if amount is not None and not least <= amount <= FEN_MAX:
            raise AdminError(f"limit {name}: {what}, or none")
    return Limits(given.get("transfer", current.per_transfer), given.get("day", current.per_day))


def read_customer(tx: Connection, customer_id: str) -> Customer:
    """The customer as the rules see it; raises AdminError when it does not exist."""
    found = read_customers(tx, [customer_id]).get(customer_id)
    if found is None:
        raise AdminError(NO_CUSTOMER.format(customer_id))
    return found


def customer_status(tx: Connection, customer_id: str) -> str:
    """Return the status of a customer; raises AdminError when it does not exist."""
    status: str | None = tx.execute(
        select(CUSTOMER.c.status).where(CUSTOMER.c.customer_id == customer_id)
    ).scalar_one_or_none()
    if status is None:
        raise AdminError(NO_CUSTOMER.format(customer_id))
    return status
