"""The approval family: what waits for whom, the decisions of those who approve, and the to-do list.

An approver signs the digest of what it was shown: what has changed since is refused.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from protocol.binding import BankCode, message
from protocol.messages.matter import HistoryItem, PlanItem
from protocol.messages.recurring import Period
from protocol.messages.transfer import Arrival, TransferState
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
class Content:
    """What an approver is shown of an instruction and signs for: nothing in it changes while it waits.

    Its digest is the SHA-256 of this element in exclusive canonical form. `body_digest` is the RequestDigest of the
    message that entered it, in hex, and so stands for everything in it, also for the rows of a batch. `amount` and
    `count` are of the whole where it is a batch; an act of administration has neither. `amount` is of each run where
    it is a recurring transfer: its plan is `period`, `first_run` and `end_date`. `stands_digest` is the SHA-256, in
    hex, of what an act of administration puts something in the place of, as that stood at its entry.
    """

    customer_id: str
    request_id: str
    row: int | None = None
    service: str
    entry_operator: str
    payer_account: str | None = None
    payee_account: str | None = None
    payee_name: str | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen | None = None
    count: int | None = None
    currency: str | None = None
    purpose: str | None = None
    remark: str | None = None
    arrival: Arrival | None = None
    scheduled_for: datetime | None = None
    period: Period | None = None
    first_run: datetime | None = None
    end_date: date | None = None
    replaces: str | None = None
    body_digest: str
    stands_digest: str | None = None


@message(NAMESPACE)
class PendingItem:
    """An instruction that waits, with what is shown of it, and the digest of that, which a decision names.

    `may` lists what the asker may decide; `expires_on` is the last day on which it waits (O24).
    """

    content: Content
    entered_at: datetime
    state: TransferState
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
    """An administration message that waits, with its body as it was signed (canonical XML), and the digest to name.

    `may` lists what the asker may decide; `expires_on` is the last day on which it waits.
    """

    content: Content
    entered_at: datetime
    body: str
    expires_on: date
    may: tuple[Decision, ...] = ()
    digest: str


@message(NAMESPACE)
class ListPendingChangesReply:
    """A page of what waits; without `next_cursor` it is the last."""

    item: tuple[PendingChange, ...] = ()
    next_cursor: str | None = None


# -- decisions


@message(NAMESPACE)
class DecideItem:
    """What is decided on, and the digest of what the decider was shown of it.

    `customer_id` is that of who entered it, where it is another customer: a collection under a grant (R1.19).
    """

    customer_id: str | None = None
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

    customer_id: str | None = None
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
    """One decision of a second administrator about messages of other administrators; else as DecideInstructions."""

    decision: Decision
    reason: str | None = None
    item: tuple[DecideItem, ...]


@message(NAMESPACE)
class DecideChangesReply:
    """A result for each item, in the order of the items."""

    result: tuple[DecideResult, ...] = ()


@message(NAMESPACE)
class QueryChange:
    """Asks what became of an administration message, by its request id: its author's own, or an administrator's."""

    request_id: str


@message(NAMESPACE)
class FaultItem:
    """Why a change could not be made: the rule, where in its message, by what value, in words."""

    rule: str
    place: str | None = None
    value: str | None = None
    text: str


@message(NAMESPACE)
class QueryChangeReply:
    """Where a change stands; `body` as it was signed and `answer`, once it is made, the body of its reply.

    Both are canonical XML text. `code` and `text` say why it did not come to a good end, each `fault` by itself.
    """

    request_id: str
    service: str
    entry_operator: str
    state: TransferState
    final: bool
    code: str | None = None
    text: str | None = None
    fault: tuple[FaultItem, ...] = ()
    body: str | None = None
    answer: str | None = None
    history: tuple[HistoryItem, ...] = ()


@message(NAMESPACE)
class NameActor:
    """Names another next actor for an instruction that waits (O42).

    `customer_id` is that of who entered it, where it is another customer: a collection under a grant (R1.19).
    """

    customer_id: str | None = None
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
    """A rejected instruction of the asker's own entry: to be amended by a new one, or acknowledged (O4).

    Who rejected it is not told where that was another customer's person: of a collection under a grant.
    """

    request_id: str
    row: int | None = None
    service: str
    entered_at: datetime
    payer_account: str | None = None
    payee_account: str | None = None
    payee_name: str | None = None
    amount: Fen | None = None
    count: int
    rejected_by: str | None = None
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
