"""Grants (对外授权) as the bank keeps them: by signed letter (账户授权书), taken back, and listed (R1.18, R1.22)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from core_adapter.database import database_now
from gateway.administration.change import AdminError, raise_version, read_customer, refuse
from gateway.administration.reach import end_orders
from gateway.domain.customer import Right
from gateway.domain.grants import Terms, offer_faults
from gateway.journal import grants
from gateway.journal.people import read_customers

LETTER_CHARS_MAX: Final = 64
ENDED: Final = "对外授权已由银行收回 / the bank took the grant back"
"""What is told of an instruction that ended with its grant."""


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as staff see it; times are ISO 8601 in UTC."""

    grantor: str
    account: str
    grantee: str
    rights: tuple[str, ...]
    state: str
    letter: str | None
    offered: str | None
    accepted: str | None
    ended: str | None


def read_terms(grantor: str, account: str, grantee: str, rights: Collection[str]) -> Terms:
    """The terms of a grant as they are told; raises AdminError for a right that is none, and where none is given."""
    if unknown := sorted(set(rights) - set(Right)):
        raise AdminError(f"unknown right {', '.join(unknown)}; there are {', '.join(Right)}")
    if not rights:
        raise AdminError(f"a grant gives a right; there are {', '.join(Right)}")
    return Terms(grantor, account, grantee, frozenset(map(Right, rights)))


def record_letter(tx: Connection, terms: Terms, letter: str) -> None:
    """Record a grant by a signed letter that the bank holds: it works at once (R1.22).

    Raises AdminError for what may not be offered (R1.18), and where the account is offered or granted already.
    """
    raise_version(tx)
    grantor = read_customer(tx, terms.grantor)
    grantee = read_customers(tx, [terms.grantee]).get(terms.grantee)
    refuse(f"account {terms.account} of customer {terms.grantor}", offer_faults(terms, grantor, grantee, ""))
    if not letter.strip() or len(letter) > LETTER_CHARS_MAX or not letter.isprintable():
        raise AdminError(f"a letter is named by 1 to {LETTER_CHARS_MAX} printable characters")
    if live := grants.live_grants(tx, terms.grantee, account=terms.account):
        raise AdminError(f"account {terms.account} is {live[0].state} to customer {terms.grantee} already")
    grants.enter_letter(tx, terms, letter, database_now(tx))


def withdraw(tx: Connection, grantor: str, account: str, grantee: str) -> int:
    """Take a grant back for its grantor, accepted or not (R1.21); returns how many pending orders ended with it (O22).

    The account leaves the lists of the grantee's operators. Raises AdminError where there is no such grant.
    """
    raise_version(tx)
    live = next((each for each in grants.live_grants(tx, grantee, account=account) if each.grantor == grantor), None)
    if live is None:
        raise AdminError(f"customer {grantor} grants no account {account} to {grantee}")
    grants.end(tx, live, "withdrawn", database_now(tx))
    keys = [key for keys in grants.unfinished(tx, live).values() for key in keys]
    return len(end_orders(tx, keys, ENDED))


def list_grants(tx: Connection, customer_id: str | None = None) -> list[GrantRow]:
    """The grants that a customer gave or got, or all, ended ones included; raises AdminError."""
    if customer_id is not None:
        read_customer(tx, customer_id)
    return [
        GrantRow(
            grantor=grant.grantor,
            account=grant.account,
            grantee=grant.grantee,
            rights=tuple(grant.rights.split()),
            state=grant.state,
            letter=grant.letter,
            offered=_moment(grant.offered_ms),
            accepted=_moment(grant.accepted_ms),
            ended=_moment(grant.ended_ms),
        )
        for grant in grants.every_grant(tx, customer_id)
    ]


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
