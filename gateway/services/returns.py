"""Payments that came back or failed (ListReturns, 退回结果查询, R4.26), and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Connection
from sqlalchemy import Row as ResultRow

from gateway.domain import accounts, entitlement, period
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.facts import Facts, Moment
from gateway.domain.incoming import Incoming
from gateway.journal import returns, transfers
from gateway.journal.incoming import came_back
from gateway.journal.returns import ReturnFilter, ReturnPlace
from gateway.services.cursor import paging
from gateway.services.ordering import own
from gateway.services.query import item, return_item
from gateway.services.service import Bank, Functions, done, place, refuse
from protocol.codes import Code
from protocol.meanings import text
from protocol.messages.orders import ListedReturn, ListReturns, ListReturnsReply, ReturnKind


def _decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """Those that the asker may see: from accounts on its list, and no rows that another hid (R1.5, R5.9)."""
    body: ListReturns = command.body
    here = place("ListReturns")
    question = ("ListReturns", *map(str, (body.from_date, body.to_date, body.kind, body.payer_account)))
    asked = paging(question, (str, str, int, str), cursor=body.cursor, size=body.page_size, place=here)
    faults = [*entitlement.faults(command, facts), *asked.faults]
    faults += period.faults(body.from_date, body.to_date, moment.business_date, here)
    if faults:
        return refuse(faults)
    customer, person = own(facts)
    seen = [account.number for account in accounts.used(facts)]
    wanted = ReturnFilter(
        first=body.from_date,
        last=body.to_date,
        accounts=[number for number in seen if body.payer_account in (None, number)],
        asker=person.operator_id,
        kind=body.kind,
    )

    def read(tx: Connection) -> Reply:
        after = ReturnPlace(*cast("tuple[str, str, int, str]", asked.after)) if asked.after else None
        found = returns.found(tx, customer.customer_id, wanted, after=after, most=asked.limit)
        page, cursor = asked.page(found, lambda each: each[0])
        keys = [returns.matter_of(customer.customer_id, at) for at, _ in page if at.kind == returns.RETURNED]
        credits_ = came_back(tx, keys)
        items = tuple(
            _item(at, row, credits_.get(returns.matter_of(customer.customer_id, at)), command.language)
            for at, row in page
        )
        return done(ListReturnsReply(item=items, next_cursor=cursor))

    return Read(read)


def _item(at: ReturnPlace, row: ResultRow[Any], credit: Incoming | None, language: str) -> ListedReturn:
    transfer = transfers.read(row._mapping, row.operator_id, date.fromisoformat(row.entered_on))  # noqa: SLF001  (as documented for a Row)
    returned = return_item(credit) if at.kind == returns.RETURNED else None
    code = transfer.reasons[0] if transfer.reasons else None
    leg = transfer.leg if returned is None else None
    return ListedReturn(
        kind=ReturnKind(at.kind),
        on=date.fromisoformat(at.day),
        request_id=transfer.request_id,
        row=transfer.row or None,
        service=row.service,
        entry_operator=row.operator_id,
        code=code,
        text=text(Code(code), "en" if language == "en" else "zh") if code else None,
        reason_code=(leg.code or None) if leg else None,
        reason_text=(leg.text or None) if leg else None,
        transfer=item(transfer),
        return_=returned,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {"ListReturns": Functions(decide=_decide, needs_core=False)}
"""By the name of the service."""
