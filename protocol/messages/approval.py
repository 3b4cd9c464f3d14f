"""The approval family: what waits for whom, the decisions of those who approve, and the to-do list.

An approver signs the digest of what it was shown: what has changed since is refused.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from protocol.binding import BankCode, message
from protocol.messages.matter import PlanItem
from protocol.messages.transfer import TransferState
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:approval:1"


class Decision(StrEnum):
    """What somebody decides about what waits (同意、拒绝、强制授权、发送)."""

    APPROVE = "approve"
    REJECT = "reject"
    FORCE = "force"
    DISPATCH = "dispatch"


# -- what waits for the asker (R2.22)


@message(NAMESPACE)
class ListPending:
    """Asks for the instructions that the asker may act on now, the oldest first, a page at a time; no filter: all.

    `payee` is part of the payee's name; amounts are in fen, both included. `cursor` is NextCursor of the page before.
    """

    entry_operator: str | None = None
    payee: str | None = None
    service: str | None = None
    min_amount: Fen | None = None
    max_amount: Fen | None = None
    entered_before: datetime | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class PendingItem:
    """An instruction that waits: a payment, a row of a batch, or a batch with its `count` and total `amount` in fen.

    `may` lists what the asker may decide. `digest` is the SHA-256 of what is shown here, in hex: a decision names it.
    `expires_on` is the last day on which it waits (O24).
    """

    request_id: str
    row: int | None = None
    service: str
    state: TransferState
    entry_operator: str
    entered_at: datetime
    payer_account: str
    payee_account: str | None = None
    payee_name: str | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen
    count: int
    purpose: str | None = None
    remark: str | None = None
    runs_at: datetime | None = None
    expires_on: date
    may: tuple[Decision, ...] = ()
    plan: PlanItem
    digest: str


@message(NAMESPACE)
class ListPendingReply:
    """A page of what waits; without `next_cursor` it is the last."""

    item: tuple[PendingItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class ListPendingChanges:
    """Asks an administrator's list: the administration messages of others that wait for its word, the oldest first."""

    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class PendingChange:
    """An administration message that waits: `content` is its body as it was signed, canonical XML, `digest` its mark.

    `may` lists what the asker may decide; `expires_on` is the last day on which it waits.
    """

    request_id: str
    service: str
    entry_operator: str
    entered_at: datetime
    expires_on: date
    may: tuple[Decision, ...] = ()
    content: str
    digest: str


@message(NAMESPACE)
class ListPendingChangesReply:
    """A page of what waits; without `next_cursor` it is the last."""

    item: tuple[PendingChange, ...] = ()
    next_cursor: str | None = None


# -- decisions


@message(NAMESPACE)
class DecideItem:
    """What is decided on, and the digest of what the decider was shown of it."""

    request_id: str
    row: int | None = None
    digest: str


@message(NAMESPACE)
class DecideInstructions:
    """One decision about one or many instructions, up to ROWS_MAX of them; each is answered on its own.

    A rejection needs its `reason`. `next_operator` is whom the next step is left to (R2.24).
    """

    decision: Decision
    reason: str | None = None
    next_operator: str | None = None
    item: tuple[DecideItem, ...]


@message(NAMESPACE)
class DecideResult:
    """What became of one decision: where the instruction stands now, or the code and words of the refusal."""

    request_id: str
    row: int | None = None
    accepted: bool
    code: str
    text: str | None = None
    state: TransferState | None = None
    final: bool | None = None


@message(NAMESPACE)
class DecideInstructionsReply:
    """A result for each item, in the order of the items."""

    result: tuple[DecideResult, ...] = ()


@message(NAMESPACE)
class DecideChanges:
    """A second administrator's decision about administration messages of others; otherwise as DecideInstructions."""

    decision: Decision
    reason: str | None = None
    item: tuple[DecideItem, ...]


@message(NAMESPACE)
class DecideChangesReply:
    """A result for each item, in the order of the items."""

    result: tuple[DecideResult, ...] = ()


@message(NAMESPACE)
class NameActor:
    """Names another next actor for an instruction that waits (O42)."""

    request_id: str
    row: int | None = None
    operator: str


@message(NAMESPACE)
class NameActorReply:
    """What the instruction waits for now, and its plan with the name."""

    request_id: str
    row: int | None = None
    state: TransferState
    plan: PlanItem


# -- the to-do centre (待办中心, R2.25)


@message(NAMESPACE)
class ListTodo:
    """Asks what there is to do for the asker."""


@message(NAMESPACE)
class TodoItem:
    """So many instructions or changes of a service wait for an act of the asker."""

    state: TransferState
    service: str
    count: int


@message(NAMESPACE)
class RejectedItem:
    """A rejected instruction of the asker's own entry: to be amended by a new one, or acknowledged (O4)."""

    request_id: str
    row: int | None = None
    service: str
    entered_at: datetime
    payer_account: str | None = None
    payee_account: str | None = None
    payee_name: str | None = None
    amount: Fen | None = None
    count: int
    rejected_by: str
    rejected_at: datetime
    reason: str


@message(NAMESPACE)
class ListTodoReply:
    """What waits for the asker, by state and service; and its rejected entries, the oldest first, a page of them.

    `rejected_count` counts all of these: more are shown as those are amended or acknowledged.
    """

    waiting: tuple[TodoItem, ...] = ()
    rejected_count: int
    rejected: tuple[RejectedItem, ...] = ()


@message(NAMESPACE)
class AcknowledgeRejected:
    """Takes a rejected instruction of one's own entry from the to-do list."""

    request_id: str
    row: int | None = None


@message(NAMESPACE)
class AcknowledgeRejectedReply:
    """It is off the list."""

    request_id: str
    row: int | None = None
