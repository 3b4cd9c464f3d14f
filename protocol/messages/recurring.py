"""The recurring family: one payment made again and again (定时转账), and what became of each of its runs (R4.18).

Each run is a payment of its own, as if it were submitted at its hour; it always leaves in real time. Urgency is for
single transfers only (O35).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from protocol.binding import BankCode, message
from protocol.messages.matter import PlanItem, WarningItem
from protocol.messages.transfer import PayeeKind
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:recurring:1"


class Period(StrEnum):
    """How far apart the runs of a recurring transfer are."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    HALF_YEARLY = "HALF_YEARLY"
    YEARLY = "YEARLY"


class RecurringState(StrEnum):
    """Where a recurring transfer as a whole is: as a transfer while with the enterprise, then `live` until its end.

    `completed` when no run is left, `ended` with its flow or its grant, `withdrawn` by the customer; runs that were
    made before stay as they are.
    """

    WAITING_REVIEW = "waiting-review"
    WAITING_AUTHORIZATION = "waiting-authorization"
    WAITING_SUPERVISOR = "waiting-supervisor"
    WAITING_DISPATCH = "waiting-dispatch"
    LIVE = "live"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ENDED = "ended"
    REFUSED = "refused"
    NOT_FOUND = "not-found"


class RunState(StrEnum):
    """What became of a run; `skipped`: its hour passed while the order waited or nothing ran, and is not made up for.

    `scheduled` is one whose hour has come and whose channel has not opened yet.
    """

    SCHEDULED = "scheduled"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@message(NAMESPACE)
class SubmitRecurring:
    """A payment of `amount` fen at each hour of a plan: from `first_run` in steps of `period` until `end_date`.

    `first_run` is on the hour; `end_date` is the last day on which it may run. Otherwise as SubmitTransfer.
    `next_operator` is whom the next step is left to (R2.24), `replaces` the request id of a rejected one (O4); with
    `save_payee` the payee goes to the book once a run has succeeded (R4.22).
    """

    payer_account: str
    payee_account: str
    payee_name: str
    payee_kind: PayeeKind | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen
    currency: str
    purpose: str
    period: Period
    first_run: datetime
    end_date: date
    end_to_end_id: str | None = None
    remark: str | None = None
    next_operator: str | None = None
    replaces: str | None = None
    save_payee: bool | None = None


@message(NAMESPACE)
class SubmitRecurringReply:
    """What became of the order when the reply was made: how many runs its plan has, and when the next one is due.

    `plan` is who still has to act, absent where nobody has; a `warning` is about the first run.
    """

    request_id: str
    state: RecurringState
    final: bool
    runs: int
    next_run: datetime | None = None
    plan: PlanItem | None = None
    warning: tuple[WarningItem, ...] = ()


@message(NAMESPACE)
class RecurringItem:
    """The order as it was submitted."""

    payer_account: str
    payee_account: str
    payee_name: str
    payee_bank_code: BankCode | None = None
    amount: Fen
    currency: str
    purpose: str
    period: Period
    first_run: datetime
    end_date: date
    end_to_end_id: str | None = None
    remark: str | None = None


@message(NAMESPACE)
class RunItem:
    """One run (执行记录): its number in the plan from 1, when it was due, and what became of it.

    `code` and `text` give the reason of a failure (失败原因).
    """

    number: int
    due_at: datetime
    state: RunState
    code: str | None = None
    text: str | None = None
    reference: str | None = None
    business_date: date | None = None
    booked_at: datetime | None = None


@message(NAMESPACE)
class QueryRecurring:
    """Asks for a recurring transfer and its runs, the latest first, a page at a time."""

    request_id: str
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class QueryRecurringReply:
    """The state of an order, the order itself, how many runs its plan has, the next one, and a page of those before.

    `service` names what the id was used for; `code` and `text` give the reason of a refusal or an end.
    """

    request_id: str
    state: RecurringState
    final: bool
    service: str | None = None
    code: str | None = None
    text: str | None = None
    order: RecurringItem | None = None
    runs: int | None = None
    next_run: datetime | None = None
    run: tuple[RunItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class ListRecurring:
    """Asks for the recurring transfers of the operator's accounts, the newest first, a page at a time.

    `live_only` leaves out those that have come to an end; `payer_account` asks for those of one account.
    """

    payer_account: str | None = None
    live_only: bool | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class RecurringLine:
    """One order of a list, with its next run if there is one."""

    request_id: str
    state: RecurringState
    payer_account: str
    payee_account: str
    payee_name: str
    amount: Fen
    currency: str
    period: Period
    first_run: datetime
    end_date: date
    next_run: datetime | None = None


@message(NAMESPACE)
class ListRecurringReply:
    """A page of orders; without `next_cursor` it is the last."""

    recurring: tuple[RecurringLine, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class CancelRecurring:
    """Withdraws a recurring transfer before its next run (R4.17); a run that is with the bank goes on (O5)."""

    request_id: str


@message(NAMESPACE)
class CancelRecurringReply:
    """The order after it was withdrawn."""

    request_id: str
    state: RecurringState
    final: bool
