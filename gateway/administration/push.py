"""Where customers' events are posted to, as bank staff register it: an address is never taken from a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from gateway.administration.change import AdminError, read_customer
from gateway.journal import events, push
from protocol.catalogue import Permission

URL_CHARS_MAX: Final = 500
URL: Final = re.compile(rf"[!-~]{{1,{URL_CHARS_MAX}}}")
"""Printable ASCII without a space."""


@dataclass(frozen=True, slots=True)
class PushRow:
    """Where events of a customer are posted to, as that operator may see them.

    `number` is the last that was taken or put aside, `last` the last there is; `fault` is what went wrong last.
    """

    customer: str
    operator: str
    url: str
    number: int
    last: int
    attempts: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class DeadRow:
    """Events that were put aside, both ends included; `replay`: they are about to be sent again."""

    customer: str
    first: int
    last: int
    attempts: int
    fault: str
    replay: bool


def set_push(tx: Connection, customer_id: str, operator_id: str, url: str, *, from_start: bool) -> int | None:
    """Post a customer's events to an address; behind which number that begins, None where it goes on as before.

    Raises AdminError for who cannot query, and for what is no address of a receiver.
    """
    customer = read_customer(tx, customer_id)
    person = customer.people.get(operator_id)
    if person is None or Permission.QUERY not in person.permissions:
        raise AdminError(
            f"customer {customer_id} has no operator {operator_id} who may query: events are posted as one may see them"
        )
    number = 0 if from_start else events.numbers(tx, [customer_id])[customer_id]
    return number if push.put(tx, customer_id, operator_id, _checked(url), number=number) else None


def remove_push(tx: Connection, customer_id: str) -> None:
    """Post a customer's events no more; raises AdminError where they are not posted."""
    read_customer(tx, customer_id)
    if not push.remove(tx, customer_id):
        raise AdminError(f"events of customer {customer_id} are not posted anywhere")


def list_push(tx: Connection) -> list[PushRow]:
    """Every customer whose events are posted."""
    return [
        PushRow(
            customer=row.customer_id,
            operator=row.operator_id,
            url=row.url,
            number=row.number,
            last=row.head or 0,
            attempts=row.attempts,
            fault=row.last_fault,
        )
        for row in push.every(tx)
    ]


def list_dead(tx: Connection, customer_id: str | None) -> list[DeadRow]:
    """What was put aside, of one customer or of all."""
    return [
        DeadRow(row.customer_id, row.first, row.last, row.attempts, row.fault, bool(row.replay))
        for row in push.dead(tx, customer_id)
    ]


def replay_dead(tx: Connection, customer_id: str, first: Sequence[int]) -> int:
    """Have what was put aside sent again; how many ranges that is. Raises AdminError where there is none."""
    read_customer(tx, customer_id)
    count = push.replay(tx, customer_id, first)
    if not count:
        raise AdminError(f"nothing like that was put aside of customer {customer_id}: see `yinqi admin push dead`")
    return count


def _checked(url: str) -> str:
    """An address of a receiver: http or https, a host, no name or password in it, no fragment."""
    try:
        parts = urlsplit(url)
        fits = bool(parts.hostname) and parts.port != 0 and parts.username is None and not parts.fragment
        fits = fits and parts.scheme in ("http", "https")
    except ValueError:
        fits = False
    if not fits or not URL.fullmatch(url):
        raise AdminError(
            f"{url!r} is no address to post to: http or https, a host, no user name, at most {URL_CHARS_MAX} characters"
        )
    return url
