"""The transfer family: one payment in, or tried beforehand, and what became of it by the sender's own request id."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from protocol.binding import BankCode, Element, message, part
from protocol.messages.matter import HistoryItem, PlanItem, WarningItem
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:transfer:1"


class TransferState(StrEnum):
    """Where a transfer is (R2.18): with the enterprise (企业处理中), with the bank (银行处理中), or at its end.

    `unknown` is a state of its own, and `not-found` is final only once the id is fenced. Only an order of many
    payments is `partly-succeeded`.
    """

    WAITING_REVIEW = "waiting-review"
    WAITING_AUTHORIZATION = "waiting-authorization"
    WAITING_SUPERVISOR = "waiting-supervisor"
    WAITING_ADMINISTRATOR = "waiting-administrator"
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
    UNKNOWN = "unknown"
    REFUSED = "refused"
    FENCED = "fenced"
    NOT_FOUND = "not-found"


class Arrival(StrEnum):
    """When the payee is to have the money."""

    REAL_TIME = "REAL_TIME"
    NORMAL = "NORMAL"
    NEXT_DAY = "NEXT_DAY"


class PayeeKind(StrEnum):
    """Whom a payment goes to (对公、对私): to a person only with a purpose of the customer's list (R4.23)."""

    COMPANY = "company"
    PERSON = "person"


@message(NAMESPACE)
class SubmitTransfer:
    """One payment of `amount` fen; without a bank code the payee is at this bank.

    `next_operator` is whom the next step is left to (R2.24), `replaces` the request id of a rejected payment that this
    one amends (O4); with `save_payee` the payee goes to the book once the payment has succeeded (R4.22).
    """

    payer_account: str
    payee_account: str
    payee_name: str
    payee_kind: PayeeKind | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen
    currency: str
    purpose: str
    arrival: Arrival | None = None
    urgent: bool | None = None
    scheduled_for: datetime | None = None
    end_to_end_id: str | None = None
    remark: str | None = None
    next_operator: str | None = None
    replaces: str | None = None
    save_payee: bool | None = None


@message(NAMESPACE)
class SubmitTransferReply:
    """What became of the payment when the reply was made; later news is in QueryTransfer.

    `plan` is who still has to act, absent where nobody has; `runs_at` when it is to run, if not at once. To another
    bank `rule_id` is that of the rule that chose the channel, `fee` in fen, and `value_date` the day foreseen.
    """

    request_id: str
    state: TransferState
    final: bool
    channel: str | None = None
    rule_id: str | None = None
    fee: Fen | None = None
    value_date: date | None = None
    reference: str | None = None
    business_date: date | None = None
    booked_at: datetime | None = None
    plan: PlanItem | None = None
    runs_at: datetime | None = None
    warning: tuple[WarningItem, ...] = ()


@message(NAMESPACE)
class PreviewTransfer:
    """Asks what would become of such a SubmitTransfer now; nothing is entered, moved or used up."""

    payer_account: str
    payee_account: str
    payee_name: str
    payee_kind: PayeeKind | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen
    currency: str
    purpose: str
    arrival: Arrival | None = None
    urgent: bool | None = None
    scheduled_for: datetime | None = None
    end_to_end_id: str | None = None
    remark: str | None = None
    next_operator: str | None = None
    replaces: str | None = None
    save_payee: bool | None = None


@part
class PreviewFault:
    """What would refuse the payment: the code, the element and its value, and words in the language of the asker."""

    code: str
    place: str | None = None
    value: str | None = None
    text: str


@part
class PassedChannel:
    """A channel that is passed over: the rule that excludes it, and why in the language of the asker."""

    channel: str
    rule_id: str
    text: str


@message(NAMESPACE)
class PreviewTransferReply:
    """What would become of the payment: `possible` unless there is a `fault`, each being one.

    `state` is that in which it would be entered and `plan` who would have to act. `rule_id` is that of the rule that
    chooses the channel, `passed` what is passed over for it, or why there is none. The times and the fee in fen hold if
    whoever has to act did so now; a `warning` is what would stand against it later, as things are now.
    """

    possible: bool
    state: TransferState | None = None
    channel: str | None = None
    rule_id: str | None = None
    passed: tuple[PassedChannel, ...] = ()
    leaves_at: datetime | None = None
    value_date: date | None = None
    fee: Fen | None = None
    plan: PlanItem | None = None
    fault: tuple[PreviewFault, ...] = ()
    warning: tuple[WarningItem, ...] = ()


@message(NAMESPACE)
class QueryTransfer:
    """Asks what became of a request id; with `fence` an id never received is refused for ever after."""

    request_id: str
    fence: bool = False


@message(NAMESPACE)
class TransferItem:
    """The payment as it was submitted, and its booking once there is one.

    To another bank `fee` is in fen, `value_date` the day foreseen, `status` the clearing side's latest word (PR and two
    digits), and `settled_on` the day on which the channel cleared it.
    """

    payer_account: str
    payee_account: str
    payee_name: str
    payee_bank_code: BankCode | None = None
    amount: Fen
    currency: str
    purpose: str
    end_to_end_id: str | None = None
    remark: str | None = None
    channel: str | None = None
    fee: Fen | None = None
    value_date: date | None = None
    status: str | None = None
    settled_on: date | None = None
    reference: str | None = None
    business_date: date | None = None
    booked_at: datetime | None = None


@part
class ReturnItem:
    """The credit that brought a payment back (退汇): its reference and booking at the payer's account, `amount` in fen.

    `reason_code` and `reason_text` are those of the bank that sent it back.
    """

    reference: str
    amount: Fen
    booked_at: datetime
    reason_code: str | None = None
    reason_text: str | None = None


@message(NAMESPACE)
class QueryTransferReply:
    """The state of a request id; `code` and `text` give the reason of a refusal or failure.

    `service` names what the id was used for; `transfer` is present where that was a payment. One that succeeded and
    came back later stays succeeded, and `return_` tells of the credit. `plan`, `runs_at` and `history` are those of its
    way through approval and schedule.
    """

    request_id: str
    state: TransferState
    final: bool
    service: str | None = None
    code: str | None = None
    text: str | None = None
    transfer: TransferItem | None = None
    return_: Annotated[ReturnItem | None, Element("Return")] = None
    plan: PlanItem | None = None
    runs_at: datetime | None = None
    history: tuple[HistoryItem, ...] = ()
