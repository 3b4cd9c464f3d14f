"""The approval family: what waits for whom, and the decisions of those who approve."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol.binding import BankCode, message
from protocol.messages.transfer import Arrival
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:approval:1"


class Decision(StrEnum):
    """What somebody decides about what waits (同意、拒绝、强制授权、发送)."""

    APPROVE = "approve"
    REJECT = "reject"
    FORCE = "force"
    DISPATCH = "dispatch"


@message(NAMESPACE)
class Content:
    """What an approver is shown of an instruction and signs for: nothing in it changes while it waits.

    Its digest is the SHA-256 of this element in exclusive canonical form. `body_digest` is the RequestDigest of the
    message that entered it, in hex, and so stands for everything in it, also for the rows of a batch. `amount` and
    `count` are of the whole where it is a batch; an act of administration has neither.
    """

    customer_id: str
    request_id: str
    row: int | None = None
    service: str
    entry_operator: str
    entered_at: datetime
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
    replaces: str | None = None
    body_digest: str
