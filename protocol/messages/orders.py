"""The transfer family's lists of what was submitted, single and in batches, and its withdrawal."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from protocol.binding import Element, message
from protocol.messages.transfer import NAMESPACE, ReturnItem, TransferItem, TransferState
from protocol.money import Fen


class TransferKind(StrEnum):
    """Which transfers are listed (R6.3): between own accounts, outgoing, rows of batches, scheduled ones."""

    OWN = "own"
    OUTGOING = "outgoing"
    BATCH = "batch"
    SCHEDULED = "scheduled"


class BatchState(StrEnum):
    """Where a batch as a whole is: as a transfer while with the enterprise, then as its rows are (R5.10)."""

    WAITING_REVIEW = "waiting-review"
    WAITING_AUTHORIZATION = "waiting-authorization"
    WAITING_SUPERVISOR = "waiting-supervisor"
    WAITING_DISPATCH = "waiting-dispatch"
    SCHEDULED = "scheduled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ENDED = "ended"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly-succeeded"
    FAILED = "failed"


@message(NAMESPACE)
class CancelTransfer:
    """Withdraws what the customer may still withdraw (O5): a transfer, a batch as a whole, or one row or run of it."""

    request_id: str
    row: int | None = None
    reason: str | None = None


@message(NAMESPACE)
class CancelTransferReply:
    """The state after the withdrawal."""

    request_id: str
    row: int | None = None
    state: TransferState
    final: bool


@message(NAMESPACE)
class ListTransfers:
    """Asks for the transfers submitted in a period (R6.3, R5.11), the newest first, a page at a time.

    The dates are business dates of submission, both included; they are mandatory. `payee` is part of the name or
    account; amounts are in fen, both included. `cursor` is NextCursor of the page before.
    """

    from_date: Annotated[date, Element("From")]
    to_date: Annotated[date, Element("To")]
    kind: TransferKind | None = None
    state: TransferState | None = None
    payer_account: str | None = None
    payee: str | None = None
    min_amount: Fen | None = None
    max_amount: Fen | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListedTransfer:
    """One transfer of a list: its key, how it came, where it is, and the payment itself.

    `row` counts the rows of a batch and the runs of a recurring order from 1. `code` and `text` give the reason of a
    failure.
    """

    request_id: str
    row: int | None = None
    kind: TransferKind
    service: str
    state: TransferState
    final: bool
    entry_operator: str
    submitted_at: datetime
    runs_at: datetime | None = None
    code: str | None = None
    text: str | None = None
    transfer: TransferItem


@message(NAMESPACE)
class ListTransfersReply:
    """A page of transfers; without `next_cursor` it is the last."""

    item: tuple[ListedTransfer, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class ListBatches:
    """Asks for the batches and payrolls submitted in a period (R5.11), the newest first, a page at a time.

    The dates are business dates of submission, both included; they are mandatory.
    """

    from_date: Annotated[date, Element("From")]
    to_date: Annotated[date, Element("To")]
    state: BatchState | None = None
    service: str | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListedBatch:
    """One batch of a list: its number is its request id; `total` in fen; what has ended is counted apart (R5.10)."""

    request_id: str
    service: str
    state: BatchState
    final: bool
    entry_operator: str
    submitted_at: datetime
    runs_at: datetime | None = None
    payer_account: str
    count: int
    total: Fen
    succeeded: int
    failed: int


@message(NAMESPACE)
class ListBatchesReply:
    """A page of batches; without `next_cursor` it is the last."""

    item: tuple[ListedBatch, ...] = ()
    next_cursor: str | None = None


class ReturnKind(StrEnum):
    """How a payment came to no good end: it failed, or it came back after it had succeeded (退汇)."""

    RETURNED = "returned"
    FAILED = "failed"


@message(NAMESPACE)
class ListReturns:
    """Asks for the payments that came back or failed in a period (退回结果查询, R4.26), the newest first, by pages.

    The dates are the business dates on which they did, both included; they are mandatory. `cursor` is NextCursor of the
    page before.
    """

    from_date: Annotated[date, Element("From")]
    to_date: Annotated[date, Element("To")]
    kind: ReturnKind | None = None
    payer_account: str | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListedReturn:
    """One payment that came to no good end: when, the request that it was of, why, and the payment itself.

    `code` and `text` give the reason of a failure, `reason_code` and `reason_text` what the other side said of it.
    `return_` is the credit of one that came back, and has the reason of that.
    """

    kind: ReturnKind
    on: date
    request_id: str
    row: int | None = None
    service: str
    entry_operator: str
    code: str | None = None
    text: str | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    transfer: TransferItem
    return_: Annotated[ReturnItem | None, Element("Return")] = None


@message(NAMESPACE)
class ListReturnsReply:
    """A page of payments that came back or failed; without `next_cursor` it is the last."""

    item: tuple[ListedReturn, ...] = ()
    next_cursor: str | None = None
