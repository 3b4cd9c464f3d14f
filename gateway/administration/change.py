"""What every change of the register shares: how one is refused, and the version that it raises."""

import re
from typing import Final

from sqlalchemy import Connection, select, update

from gateway.journal.tables import CUSTOMER, SITE

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
NAME_CHARS_MAX: Final = 120


class AdminError(Exception):
    """A change that cannot be made; the text says why and what to do, in one sentence or two."""


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
    """Return a name without outer white space; raises AdminError when it is empty, too long or not printable."""
    name = text.strip()
    if not name or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise AdminError(f"name {text!r}: a name has 1 to {NAME_CHARS_MAX} printable characters")
    return name


def customer_status(tx: Connection, customer_id: str) -> str:
    """Return the status of a customer; raises AdminError when it does not exist."""
    status: str | None = tx.execute(
        select(CUSTOMER.c.status).where(CUSTOMER.c.customer_id == customer_id)
    ).scalar_one_or_none()
    if status is None:
        raise AdminError(f"there is no customer {customer_id}; see `yinqi admin customer list`")
    return status
