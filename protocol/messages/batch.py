"""The batch family: many payments in one message, in-bank, interbank or payroll, and what became of each row.

In-bank and interbank batches are services of their own (R5.1), so each has its own element. Rows are named tuples:
there may be twenty thousand of them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from protocol.binding import BankCode, message, row
from protocol.messages.matter import HistoryItem, PlanItem, WarningItem
from protocol.messages.transfer import Arrival, PayeeKind
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:batch:1"


class BatchState(StrEnum):
    """Where a batch as a whole is: as a transfer while with the enterprise, then as its rows are (R5.10).

    `processing` until every row has its result, then `succeeded` or `failed` where all did, else `partly-succeeded`.
    """

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
    REFUSED = "refused"
    NOT_FOUND = "not-found"


class RowState(StrEnum):
    """Where a row is; the words are those of TransferState, less those that no row can be in."""

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
    FAILED = "failed"
    UNKNOWN = "unknown"


class PayrollKind(StrEnum):
    """What the employees are paid: wages (代发工资) or expenses (代报销)."""

    PAYROLL = "payroll"
    REIMBURSEMENT = "reimbursement"


class Part(StrEnum):
    """Which rows are asked for; `open` are those without a result yet."""

    ALL = "all"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OPEN = "open"


@row(NAMESPACE)
class BatchRow(NamedTuple):
    """One payment of an in-bank batch, in fen; `row_id` is the sender's key, unique in the batch."""

    row_id: str
    payee_account: str
    payee_name: str
    amount: Fen
    purpose: str
    end_to_end_id: str | None = None
    remark: str | None = None
    payee_kind: PayeeKind | None = None


@row(NAMESPACE)
class InterbankRow(NamedTuple):
    """One payment of an interbank batch, in fen, to the branch with that code (R4.20)."""

    row_id: str
    payee_account: str
    payee_name: str
    payee_bank_code: BankCode
    amount: Fen
    purpose: str
    end_to_end_id: str | None = None
    remark: str | None = None
    payee_kind: PayeeKind | None = None


@row(NAMESPACE)
class PayrollRow(NamedTuple):
    """One employee's pay, in fen: the sender's key, then 员工号, 员工账号, 员工户名, 付款金额, 备注 (R5.6)."""

    row_id: str
    employee_id: str
    account: str
    name: str
    amount: Fen
    remark: str | None = None


@message(NAMESPACE)
class SubmitBatch:
    """A batch of payments within this bank (批量行内转账); `count` and `total` are what the sender counted (R5.1).

    `hide_detail` shows the rows to nobody but who submitted them (R5.9). `replaces` is the request id of a rejected
    batch that this one amends (O4), `next_operator` whom the next step is left to (R2.24).
    """

    payer_account: str
    currency: str
    count: int
    total: Fen
    hide_detail: bool | None = None
    arrival: Arrival | None = None
    scheduled_for: datetime | None = None
    next_operator: str | None = None
    replaces: str | None = None
    row: tuple[BatchRow, ...]


@message(NAMESPACE)
class SubmitInterbankBatch:
    """A batch of payments to other banks (批量跨行转账); otherwise as SubmitBatch."""

    payer_account: str
    currency: str
    count: int
    total: Fen
    hide_detail: bool | None = None
    arrival: Arrival | None = None
    scheduled_for: datetime | None = None
    next_operator: str | None = None
    replaces: str | None = None
    row: tuple[InterbankRow, ...]


@message(NAMESPACE)
class SubmitPayroll:
    """Wages or expenses for employees with accounts at this bank (代发工资, 代报销); otherwise as SubmitBatch."""

    payer_account: str
    kind: PayrollKind
    currency: str
    count: int
    total: Fen
    hide_detail: bool | None = None
    next_operator: str | None = None
    replaces: str | None = None
    row: tuple[PayrollRow, ...]


@message(NAMESPACE)
class SubmitBatchReply:
    """What became of a batch when the reply was made; `runs_at` is when it is to run, if not at once.

    `plan` is that of the whole, or of its first row where rows are approved one by one (R5.2).
    """

    request_id: str
    state: BatchState
    final: bool
    count: int
    total: Fen
    plan: PlanItem | None = None
    runs_at: datetime | None = None
    warning: tuple[WarningItem, ...] = ()


@message(NAMESPACE)
class SubmitInterbankBatchReply(SubmitBatchReply):
    """As SubmitBatchReply."""


@message(NAMESPACE)
class SubmitPayrollReply(SubmitBatchReply):
    """As SubmitBatchReply."""


@message(NAMESPACE)
class QueryBatch:
    """Asks what became of a batch, in-bank or interbank, and of its rows, a page at a time in their order.

    `row_id` asks for one row alone, by the sender's own key.
    """

    request_id: str
    row_id: str | None = None
    part: Part | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class QueryPayroll(QueryBatch):
    """Asks what became of a payroll or reimbursement; otherwise as QueryBatch."""


@message(NAMESPACE)
class TallyItem:
    """How many rows are in a state, and their sum in fen: succeeded and failed are told apart (R5.10)."""

    state: RowState
    count: int
    total: Fen


@message(NAMESPACE)
class BatchRowItem:
    """A row as it was submitted, its place in the batch from 1, and what became of it."""

    row_id: str
    number: int
    payee_account: str
    payee_name: str
    payee_bank_code: BankCode | None = None
    amount: Fen
    purpose: str
    end_to_end_id: str | None = None
    remark: str | None = None
    state: RowState
    code: str | None = None
    text: str | None = None
    reference: str | None = None
    booked_at: datetime | None = None


@message(NAMESPACE)
class PayrollRowItem:
    """A row as it was submitted, its place in the payroll from 1, and what became of it."""

    row_id: str
    number: int
    employee_id: str
    account: str
    name: str
    amount: Fen
    remark: str | None = None
    state: RowState
    code: str | None = None
    text: str | None = None
    reference: str | None = None
    booked_at: datetime | None = None


@message(NAMESPACE)
class QueryBatchReply:
    """The state of a batch, the tally of all its rows, and a page of those asked for.

    `service` names what the id was used for; `code` and `text` give the reason of a refusal. With `hidden` the asking
    operator may see no rows (R5.9).
    """

    request_id: str
    state: BatchState
    final: bool
    service: str | None = None
    code: str | None = None
    text: str | None = None
    payer_account: str | None = None
    count: int | None = None
    total: Fen | None = None
    plan: PlanItem | None = None
    runs_at: datetime | None = None
    history: tuple[HistoryItem, ...] = ()
    hidden: bool | None = None
    tally: tuple[TallyItem, ...] = ()
    row: tuple[BatchRowItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class QueryPayrollReply:
    """As QueryBatchReply, for a payroll or reimbursement."""

    request_id: str
    state: BatchState
    final: bool
    kind: PayrollKind | None = None
    code: str | None = None
    text: str | None = None
    payer_account: str | None = None
    count: int | None = None
    total: Fen | None = None
    plan: PlanItem | None = None
    runs_at: datetime | None = None
    history: tuple[HistoryItem, ...] = ()
    hidden: bool | None = None
    tally: tuple[TallyItem, ...] = ()
    row: tuple[PayrollRowItem, ...] = ()
    next_cursor: str | None = None
