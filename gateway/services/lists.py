"""Lists of what was submitted: single transfers and batches, by day of submission (R5.11, R6.3)."""

from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy import Connection
from sqlalchemy import Row as ResultRow

from gateway.domain import accounts, entitlement, period
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.facts import Facts, Moment, Transfer
from gateway.domain.matter import RECURRING, MatterKey
from gateway.domain.states import told_final
from gateway.domain.tally import BATCHES
from gateway.journal import listing, matters, transfers
from gateway.journal.listing import BatchFilter, TransferFilter
from gateway.services.cursor import paging
from gateway.services.ordering import own
from gateway.services.query import item
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import runs_at
from protocol.codes import Code
from protocol.meanings import text
from protocol.messages.orders import (
    ListBatches,
    ListBatchesReply,
    ListedBatch,
    ListedTransfer,
    ListTransfers,
    ListTransfersReply,
    TransferKind,
)
from protocol.messages.transfer import TransferState
from protocol.names import folded_name

PIECE: Final = 500
"""Transfers read at once where their payees are searched."""
SCANNED_MAX: Final = 5_000
"""Transfers looked at for one page: a search by a part of a name that few have ends early, with a cursor to go on."""


def _transfers(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """The transfers that the asker may see: from accounts on its list, and no rows that another hid (R1.5, R5.9)."""
    body: ListTransfers = command.body
    here = place("ListTransfers")
    asked = paging(
        ("ListTransfers", *map(str, _filters(body))),
        (int, str, int),
        cursor=body.cursor,
        size=body.page_size,
        place=here,
    )
    faults = [*entitlement.faults(command, facts), *asked.faults]
    faults += period.faults(body.from_date, body.to_date, moment.business_date, here)
    if faults:
        return refuse(faults)
    customer, person = own(facts)
    wanted = TransferFilter(
        first=body.from_date,
        last=body.to_date,
        accounts=[account.number for account in accounts.used(facts)],
        asker=person.operator_id,
        kind=body.kind,
        state=body.state,
        payer_account=body.payer_account,
        min_amount=body.min_amount,
        max_amount=body.max_amount,
    )

    def read(tx: Connection) -> Reply:
        found = _found(tx, customer.customer_id, wanted, payee=body.payee, after=asked.after, limit=asked.limit)
        page, cursor = asked.page(found, lambda row: (row.received_ms, row.request_id, row.row))
        return done(
            ListTransfersReply(item=tuple(_transfer(row, command.language) for row in page), next_cursor=cursor)
        )

    return Read(read)


def _filters(body: ListTransfers) -> tuple[object, ...]:
    return (
        *(body.from_date, body.to_date, body.kind, body.state, body.payer_account, body.payee),
        *(body.min_amount, body.max_amount),
    )


def _found(
    tx: Connection, customer_id: str, wanted: TransferFilter, *, payee: str | None, after: Any, limit: int
) -> list[ResultRow[Any]]:
    """Rows behind a place whose payee has the part that is asked for."""
    if payee is None:
        return list(listing.transfers_of(tx, customer_id, wanted, after=after, most=limit))
    part = folded_name(payee)
    found: list[ResultRow[Any]] = []
    scanned = 0
    while len(found) < limit and scanned < SCANNED_MAX:
        rows = listing.transfers_of(tx, customer_id, wanted, after=after, most=PIECE)
        found += [row for row in rows if part in folded_name(row.payee_name) or part in row.payee_account]
        if len(rows) < PIECE:
            break
        scanned += len(rows)
        after = (rows[-1].received_ms, rows[-1].request_id, rows[-1].row)
    return found[:limit]


def _kind(transfer: Transfer, service: str, run_ms: int | None) -> TransferKind:
    if transfer.row and service != RECURRING:
        return TransferKind.BATCH
    if run_ms is not None:
        return TransferKind.SCHEDULED
    return TransferKind.OWN if transfer.takes == "own" else TransferKind.OUTGOING


def _transfer(row: ResultRow[Any], language: str) -> ListedTransfer:
    transfer = transfers.read(row._mapping, row.operator_id, row.entered_on)  # noqa: SLF001  (as documented for a Row)
    state = TransferState(row.told)
    # A run has come to its hour: when the next one comes is told of the order.
    run_ms = None if row.service == RECURRING else row.run_ms
    code = transfer.reasons[0] if transfer.reasons else None
    return ListedTransfer(
        request_id=transfer.request_id,
        row=transfer.row or None,
        kind=_kind(transfer, row.service, run_ms),
        service=row.service,
        state=state,
        final=told_final(state),
        entry_operator=row.operator_id,
        submitted_at=instant(row.received_ms),
        runs_at=instant(run_ms) if run_ms is not None else None,
        code=code,
        text=text(Code(code), "en" if language == "en" else "zh") if code else None,
        transfer=item(transfer),
    )


def _batches(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """The batches from accounts on the asker's list, with what has ended counted apart (R5.10, R5.11)."""
    body: ListBatches = command.body
    here = place("ListBatches")
    question = ("ListBatches", *map(str, (body.from_date, body.to_date, body.state, body.service)))
    asked = paging(question, (int, str), cursor=body.cursor, size=body.page_size, place=here)
    faults = [*entitlement.faults(command, facts), *asked.faults]
    faults += period.faults(body.from_date, body.to_date, moment.business_date, here)
    if faults:
        return refuse(faults)
    customer, _ = own(facts)
    wanted = BatchFilter(
        first=body.from_date,
        last=body.to_date,
        services=[name for name in BATCHES if body.service in (None, name)],
        accounts=[account.number for account in accounts.used(facts)],
    )

    def read(tx: Connection) -> Reply:
        found = listing.batches_of(
            tx,
            customer.customer_id,
            wanted,
            after=cast("listing.BatchPlace | None", asked.after),
            most=asked.limit,
        )
        page, cursor = asked.page(found, lambda row: (row.received_ms, row.request_id))
        items = [_batch(tx, customer.customer_id, row) for row in page]
        shown = tuple(each for each in items if body.state in (None, each.state))
        return done(ListBatchesReply(item=shown, next_cursor=cursor))

    return Read(read)


def _batch(tx: Connection, customer_id: str, row: listing.BatchPlaced) -> ListedBatch:
    tally = listing.tally_of(tx, customer_id, row.request_id)
    key = MatterKey(customer_id, row.request_id, 0)
    matter = matters.read(tx, [key]).get(key)
    state = tally.state
    return ListedBatch(
        request_id=row.request_id,
        service=row.service,
        state=state,
        final=state not in _OPEN,
        entry_operator=row.operator_id,
        submitted_at=instant(row.received_ms),
        runs_at=runs_at(matter) if matter else None,
        payer_account=row.payer_account,
        count=tally.count(),
        total=tally.total,
        succeeded=tally.count(TransferState.SUCCEEDED),
        failed=tally.count(TransferState.FAILED),
    )


_OPEN: Final = frozenset(
    {
        *("waiting-review", "waiting-authorization", "waiting-supervisor", "waiting-dispatch"),
        *("scheduled", "processing"),
    }
)


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListTransfers": Functions(needs_core=False, decide=_transfers),
    "ListBatches": Functions(needs_core=False, decide=_batches),
}
"""By the name of the service."""
