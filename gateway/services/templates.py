"""Templates (转账模板, R4.24): transfers kept to be entered again; an operator sees those for accounts that it has."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection

from gateway.domain import accounts, entitlement
from gateway.domain.command import Change, Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.journal.book import TEMPLATES
from gateway.services.service import Bank, Functions, changing, done, full, place, refuse
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.book import (
    DeleteTemplate,
    DeleteTemplateReply,
    ListChange,
    ListTemplatesReply,
    SaveTemplate,
    SaveTemplateReply,
    Template,
)
from protocol.messages.transfer import Arrival

_FIELDS: Final = tuple(field.name for field in fields(Template))


def _list_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def read(tx: Connection) -> Reply:
        rows = TEMPLATES.entries(tx, command.head.customer_id)
        return done(ListTemplatesReply(template=tuple(_template(row) for row in rows if _seen(row, facts))))

    return Read(read)


def _save_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SaveTemplate = command.body
    template = body.template
    faults = entitlement.faults(command, facts)
    if (payer := template.payer_account) is not None:
        where = place("SaveTemplate", "Template", "PayerAccount")
        faults += [Detail(code, where, payer) for code in accounts.payer_faults(facts, payer)]
    if faults:
        return refuse(faults)

    def make(tx: Connection) -> Reply | Refuse:
        where = place("SaveTemplate", "Template", "Name")
        there = TEMPLATES.find(tx, command.head.customer_id, {"name": template.name})
        if there is not None and not _seen(there, facts):
            return refuse([Detail(Code.NAME_TAKEN, where, template.name)])
        change = TEMPLATES.save(tx, command.head.customer_id, _row(template))
        return done(SaveTemplateReply(change=change)) if change else full(where, TEMPLATES.most)

    return Change(make)


def _delete_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: DeleteTemplate = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    key = {"name": body.name}

    def make(tx: Connection) -> Reply:
        there = TEMPLATES.find(tx, command.head.customer_id, key)
        if there is None or not _seen(there, facts):
            return done(DeleteTemplateReply(change=ListChange.ABSENT))
        return done(DeleteTemplateReply(change=TEMPLATES.delete(tx, command.head.customer_id, key)))

    return Change(make)


def _seen(row: Mapping[Any, Any], facts: Facts) -> bool:
    return row["payer_account"] is None or accounts.is_listed(facts, row["payer_account"])


def _row(template: Template) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(template, name) for name in _FIELDS}
    return row | {"arrival": template.arrival.value if template.arrival else None}


def _template(row: Mapping[Any, Any]) -> Template:
    told = {name: row[name] for name in _FIELDS}
    return Template(**told | {"arrival": Arrival(row["arrival"]) if row["arrival"] else None})


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListTemplates": Functions(decide=_list_decide, needs_core=False),
    "SaveTemplate": changing(_save_decide),
    "DeleteTemplate": changing(_delete_decide),
}
"""By the name of the service."""
