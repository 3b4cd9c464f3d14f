"""Certificates in hand for operators to come (空卡, R1.15): listed, moved between managers, cancelled for ever."""

from collections.abc import Mapping
from typing import Final, cast

from sqlalchemy import Connection

from gateway.administration import credentials as register
from gateway.domain import entitlement, managing
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.customer import Person
from gateway.domain.facts import Facts, Moment
from gateway.services.cursor import paging
from gateway.services.enterprise.changing import change
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, changing, done, place, refuse
from protocol.codes import Code
from protocol.messages.enterprise.credentials import (
    CancelCredential,
    CancelCredentialReply,
    CredentialItem,
    CredentialState,
    ListCredentials,
    ListCredentialsReply,
    MoveCredential,
    MoveCredentialReply,
)

_PLACES: Final[Mapping[str, str]] = {
    Code.CREDENTIAL_UNKNOWN: "Fingerprint",
    Code.CREDENTIAL_SPENT: "Fingerprint",
    Code.DEPUTY_UNKNOWN: "Manager",
}


def _pool(person: Person) -> str | None:
    """The one pool that the person sees and uses; None for all."""
    return person.operator_id if managing.is_deputy(person) else None


def _list(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListCredentials = command.body
    here = place("ListCredentials")
    asked = paging(("ListCredentials",), (str,), cursor=body.cursor, size=body.page_size, place=here)
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer, person = own(facts)
    after = cast("str", asked.after[0]) if asked.after else ""

    def read(tx: Connection) -> Reply:
        rows = register.list_credentials(tx, customer.customer_id)
        seen = sorted(
            (row for row in rows if _pool(person) in (None, row.manager) and row.fingerprint > after),
            key=lambda row: row.fingerprint,
        )
        page, cursor = asked.page(seen[: asked.limit], lambda row: (row.fingerprint,))
        items = tuple(
            CredentialItem(fingerprint=row.fingerprint, manager=row.manager or None, state=CredentialState(row.state))
            for row in page
        )
        return done(ListCredentialsReply(item=items, next_cursor=cursor))

    return Read(read)


def _move(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: MoveCredential = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)

    def make(tx: Connection) -> MoveCredentialReply:
        register.checked_in_hand(tx, customer.customer_id, body.fingerprint)
        register.move_credential(tx, body.fingerprint, body.manager or register.SUPERVISOR)
        return MoveCredentialReply(fingerprint=body.fingerprint, manager=body.manager)

    return change(command, make, _PLACES)


def _cancel(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: CancelCredential = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, person = own(facts)

    def make(tx: Connection) -> CancelCredentialReply:
        register.checked_in_hand(tx, customer.customer_id, body.fingerprint, pool=_pool(person))
        register.cancel_credential(tx, body.fingerprint)
        return CancelCredentialReply(fingerprint=body.fingerprint)

    return change(command, make, _PLACES)


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListCredentials": Functions(decide=_list, needs_core=False),
    "MoveCredential": changing(_move),
    "CancelCredential": changing(_cancel),
}
"""By the name of the service."""
