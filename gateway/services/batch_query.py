"""What became of a batch or payroll and of its rows (QueryBatch, QueryPayroll): succeeded and failed apart (R5.10)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy import Row as ResultRow

from gateway.domain import entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment, Request
from gateway.domain.matter import Matter
from gateway.journal import listing, matters
from gateway.services.batches import PURPOSES
from gateway.services.cursor import paging
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import history, plan_item, runs_at
from protocol.codes import Code, Result
from protocol.errors import Detail
from protocol.meanings import MEANINGS, text
from protocol.messages.batch import (
    BatchRowItem,
    BatchState,
    PayrollRowItem,
    QueryBatchReply,
    QueryPayrollReply,
    RowState,
    TallyItem,
)

_PAYROLL: Final = ("SubmitPayroll",)
_BATCHES: Final = ("SubmitBatch", "SubmitInterbankBatch")
_OPEN: Final = frozenset(
    {
        BatchState.WAITING_REVIEW,
        BatchState.WAITING_AUTHORIZATION,
        BatchState.WAITING_SUPERVISOR,
        BatchState.WAITING_DISPATCH,
        BatchState.SCHEDULED,
        BatchState.PROCESSING,
        BatchState.NOT_FOUND,
    }
)

Answer = type[QueryBatchReply] | type[QueryPayrollReply]


def _subject(command: Command) -> str:
    request_id: str = command.body.request_id
    return request_id


def _decide(services: tuple[str, ...], answer: Answer, command: Command, facts: Facts) -> Decision:
    body = command.body
    name = command.service.name if command.service else ""
    question = (name, body.request_id, body.row_id, body.part)
    asked = paging(question, (int,), cursor=body.cursor, size=body.page_size, place=place(name))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    _, person = own(facts)
    request = facts.request
    nothing = done(answer(request_id=body.request_id, state=BatchState.NOT_FOUND, final=False))
    if request is None or request.service not in services:
        return nothing
    if request.code is not None and MEANINGS[request.code].result is Result.REFUSED:
        return done(_refused(answer, request, command.language))
    order = (request.customer_id, request.request_id)

    def read(tx: Connection) -> Reply | Refuse:
        first = listing.rows_of(tx, order, part=None, row_key=None, after=0, most=1)
        mine = request.operator_id == person.operator_id
        if not first:
            return nothing
        if not mine and first[0].payer_account not in person.accounts:
            return refuse([Detail(Code.ACCOUNT_NOT_LISTED, place(name, "RequestId"), body.request_id)])
        matter = _matter(tx, order)
        hidden = matter is not None and matter.hidden and not mine
        rows: Sequence[ResultRow[Any]] = ()
        if not hidden:
            after = int(asked.after[0]) if asked.after else 0
            rows = listing.rows_of(tx, order, part=body.part, row_key=body.row_id, after=after, most=asked.limit)
        page, cursor = asked.page(rows, lambda row: (row.row,))
        tally = listing.tally_of(tx, *order)
        state = BatchState(tally.state.value)
        item: Callable[[ResultRow[Any], str], Any] = _payroll_row if answer is QueryPayrollReply else _batch_row
        reply = answer(
            request_id=request.request_id,
            state=state,
            final=state not in _OPEN,
            payer_account=first[0].payer_account,
            count=tally.count(),
            total=tally.total,
            plan=plan_item(matter) if matter else None,
            runs_at=runs_at(matter) if matter else None,
            history=history(matter) if matter and not matter.key.row else (),
            hidden=hidden,
            tally=tuple(
                TallyItem(state=RowState(each.value), count=count, total=total)
                for each, (count, total) in sorted(tally.rows.items())
            ),
            row=tuple(item(row, command.language) for row in page),
            next_cursor=cursor,
        )
        return done(replace(reply, **_told(request, first[0])))

    return Read(read)


def _matter(tx: Connection, order: tuple[str, str]) -> Matter | None:
    """The matter of the whole, or of its first row."""
    key = listing.first_matter(tx, *order)
    return matters.read(tx, [key]).get(key) if key is not None else None


def _told(request: Request, row: ResultRow[Any]) -> dict[str, Any]:
    """What names the kind of order: the service of a batch, what a payroll pays."""
    if request.service in _BATCHES:
        return {"service": request.service}
    return {"kind": next(kind for kind, purpose in PURPOSES.items() if purpose == row.purpose)}


def _refused(answer: Answer, request: Request, language: str) -> QueryBatchReply | QueryPayrollReply:
    assert request.code is not None
    return answer(
        request_id=request.request_id,
        state=BatchState.REFUSED,
        final=True,
        code=request.code,
        text=text(request.code, "en" if language == "en" else "zh"),
    )


def _fate(row: ResultRow[Any], language: str) -> dict[str, Any]:
    """What became of a row, in the fields that rows of batches and payrolls share."""
    code = row.reasons.split()[0] if row.reasons else None
    return {
        "row_id": row.row_key,
        "number": row.row,
        "amount": row.amount,
        "remark": row.remark,
        "state": RowState(row.told),
        "code": code,
        "text": text(Code(code), "en" if language == "en" else "zh") if code else None,
        "reference": row.reference,
        "booked_at": instant(row.booked_ms) if row.booked_ms is not None else None,
    }


def _batch_row(row: ResultRow[Any], language: str) -> BatchRowItem:
    return BatchRowItem(
        payee_account=row.payee_account,
        payee_name=row.payee_name,
        payee_bank_code=row.payee_bank_code,
        purpose=row.purpose,
        end_to_end_id=row.end_to_end_id,
        **_fate(row, language),
    )


def _payroll_row(row: ResultRow[Any], language: str) -> PayrollRowItem:
    return PayrollRowItem(
        employee_id=row.employee_id, account=row.payee_account, name=row.payee_name, **_fate(row, language)
    )


def _batch(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    return _decide(_BATCHES, QueryBatchReply, command, facts)


def _payroll(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    return _decide(_PAYROLL, QueryPayrollReply, command, facts)


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "QueryBatch": Functions(needs_core=False, decide=_batch, subject=_subject),
    "QueryPayroll": Functions(needs_core=False, decide=_payroll, subject=_subject),
}
"""By the name of the service."""
