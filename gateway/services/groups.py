"""How accounts are shown (R1.24): in groups (账户分组), with an alias and a priority; all kept by the administrator."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from gateway.administration.accounts import set_display
from gateway.domain import accounts, entitlement
from gateway.domain.command import Change, Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.journal.book import ACCOUNT_GROUPS
from gateway.services.service import Bank, Functions, changing, done, full, place, refuse
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.book import (
    AccountGroup,
    DeleteAccountGroup,
    DeleteAccountGroupReply,
    ListAccountGroupsReply,
    ListChange,
    SaveAccountGroup,
    SaveAccountGroupReply,
    SetAccountDisplay,
    SetAccountDisplayReply,
)


def _list_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def read(tx: Connection) -> Reply:
        return done(
            ListAccountGroupsReply(
                group=tuple(
                    AccountGroup(name=row["name"], account=_shown(row["accounts"], facts))
                    for row in ACCOUNT_GROUPS.entries(tx, command.head.customer_id)
                )
            )
        )

    return Read(read)


def _shown(numbers: str, facts: Facts) -> tuple[str, ...]:
    group = set(numbers.split())
    return tuple(account.number for account in accounts.listed(facts) if account.number in group)


def _save_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SaveAccountGroup = command.body
    known = facts.customer.accounts if facts.customer else {}
    faults = entitlement.faults(command, facts)
    faults += [
        Detail(Code.ACCOUNT_NOT_ATTACHED, place("SaveAccountGroup", f"Account[{number}]"), account)
        for number, account in enumerate(body.account, 1)
        if account not in known
    ]
    if faults:
        return refuse(faults)
    row = {"name": body.name, "accounts": " ".join(sorted(set(body.account)))}

    def make(tx: Connection) -> Reply | Refuse:
        change = ACCOUNT_GROUPS.save(tx, command.head.customer_id, row)
        where = place("SaveAccountGroup", "Name")
        return done(SaveAccountGroupReply(change=change)) if change else full(where, ACCOUNT_GROUPS.most)

    return Change(make)


def _delete_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: DeleteAccountGroup = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> Reply:
        change = ACCOUNT_GROUPS.delete(tx, command.head.customer_id, {"name": body.name})
        return done(DeleteAccountGroupReply(change=change))

    return Change(make)


def _display_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SetAccountDisplay = command.body
    customer_id = command.head.customer_id
    account = facts.customer.accounts.get(body.account) if facts.customer else None
    faults = entitlement.faults(command, facts)
    if account is None or account.owner != customer_id:
        faults.append(Detail(Code.ACCOUNT_NOT_ATTACHED, place("SetAccountDisplay", "Account"), body.account))
    if faults or account is None:
        return refuse(faults)
    same = (account.alias, account.priority) == (body.alias, body.priority)

    def make(tx: Connection) -> Reply:
        if not same:
            set_display(tx, customer_id, body.account, alias=body.alias or "", priority=body.priority)
        return done(SetAccountDisplayReply(change=ListChange.UNCHANGED if same else ListChange.CHANGED))

    return Change(make)


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListAccountGroups": Functions(decide=_list_decide, needs_core=False),
    "SaveAccountGroup": changing(_save_decide),
    "DeleteAccountGroup": changing(_delete_decide),
    "SetAccountDisplay": changing(_display_decide),
}
"""By the name of the service."""
