"""The operation log (日志, R6.8): which operator used which service when, and what the gateway refused."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.domain import entitlement, operations, period
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.facts import Facts, Moment
from gateway.journal.operations import Operation, list_operations
from gateway.services.cursor import paging
from gateway.services.service import Bank, Functions, done, place, refuse
from protocol.codes import Code, Result
from protocol.meanings import MEANINGS, text
from protocol.messages.book import ListOperations, ListOperationsReply, OperationItem


def _list_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: ListOperations = command.body
    here = place("ListOperations")
    question = ("ListOperations", body.from_date.isoformat(), body.to_date.isoformat(), body.operator_id)
    asked = paging(question, (str, int, str), cursor=body.cursor, size=body.page_size, place=here)
    faults = entitlement.faults(command, facts)
    if (person := facts.person) is not None:
        faults += operations.faults(person, body.operator_id, f"{here}/OperatorId")
    faults += period.faults(body.from_date, body.to_date, moment.business_date, here)
    faults += asked.faults
    if faults or person is None:
        return refuse(faults)
    operator_id = operations.whose(person, body.operator_id)

    def read(tx: Connection) -> Reply:
        days = (body.from_date, body.to_date)
        found, seen = list_operations(
            tx, command.head.customer_id, days, operator_id=operator_id, after=asked.after, limit=asked.limit
        )
        page, next_cursor = asked.page(found, lambda operation: operation.position)
        if next_cursor is None and seen is not None:
            next_cursor = asked.behind(seen)
        items = tuple(_item(operation, command.language) for operation in page)
        return done(ListOperationsReply(operation=items, next_cursor=next_cursor))

    return Read(read)


def _item(operation: Operation, language: str) -> OperationItem:
    told = Code(operation.code) if operation.code else None
    code = told if told is not None and MEANINGS[told].result is Result.REFUSED else None
    return OperationItem(
        request_id=operation.request_id,
        operator_id=operation.operator_id,
        service=operation.service,
        received_at=instant(operation.received_ms),
        business_date=date.fromisoformat(operation.business_date),
        code=code,
        text=text(code, "en" if language == "en" else "zh") if code else None,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListOperations": Functions(decide=_list_decide, needs_core=False),
}
"""By the name of the service."""
