"""Purposes (汇款用途, R4.23): those a customer keeps to choose from, those for payments to persons apart.

What a payment to a person may have as its purpose is a rule, which the register holds: so keeping purposes changes it.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from gateway.administration.change import raise_version
from gateway.domain import entitlement
from gateway.domain.command import Change, Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.journal.book import PURPOSES
from gateway.services.service import Bank, Functions, changing, done, full, place, refuse
from protocol.messages.book import (
    DeletePurpose,
    DeletePurposeReply,
    ListPurposes,
    ListPurposesReply,
    PurposeItem,
    SavePurpose,
    SavePurposeReply,
)


def _list_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListPurposes = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def read(tx: Connection) -> Reply:
        return done(
            ListPurposesReply(
                purpose=tuple(
                    PurposeItem(text=row["text"], for_persons=row["for_persons"])
                    for row in PURPOSES.entries(tx, command.head.customer_id)
                    if body.for_persons in (None, row["for_persons"])
                )
            )
        )

    return Read(read)


def _save_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SavePurpose = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> Reply | Refuse:
        raise_version(tx)
        change = PURPOSES.save(tx, command.head.customer_id, _row(body))
        return done(SavePurposeReply(change=change)) if change else full(place("SavePurpose", "Text"), PURPOSES.most)

    return Change(make)


def _delete_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: DeletePurpose = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> Reply:
        raise_version(tx)
        return done(DeletePurposeReply(change=PURPOSES.delete(tx, command.head.customer_id, _row(body))))

    return Change(make)


def _row(body: SavePurpose | DeletePurpose) -> dict[str, object]:
    return {"for_persons": body.for_persons, "text": body.text}


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListPurposes": Functions(decide=_list_decide, needs_core=False),
    "SavePurpose": changing(_save_decide),
    "DeletePurpose": changing(_delete_decide),
}
"""By the name of the service."""
