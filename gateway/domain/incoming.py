"""A credit that came from another bank (他行来账), or one of ours that came back (退汇)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gateway.domain.channel import Channel
from gateway.domain.facts import Transfer
from gateway.domain.matter import MatterKey

BANK_ITSELF: Final = "#BANK"
"""The customer id under which the bank's own payments stand: no customer can be called so."""


INSTRUCTION: Final = "#in/"
"""How the names of what is done at the core with incoming credits begin; behind it stand the parts of the key."""


class IncomingState(StrEnum):
    """Where an incoming credit is: new, on its account, kept for staff to deal with, or on its way back."""

    NEW = "new"
    CREDITED = "credited"
    KEPT = "kept"
    SENT_BACK = "sent-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A credit as it was told, `amount` in fen, and what became of it.

    It is named by the sender, its message and its own id. `of` is the payment of ours that a return brings back, and
    `original` that payment where it is known.
    """

    sender: str
    message_id: str
    tx_id: str
    channel: Channel
    is_return: bool
    amount: int
    payer_account: str
    payer_name: str
    payer_bank: str
    payee_account: str
    payee_name: str
    payee_bank: str
    purpose: str
    business_date: date
    reason: str = ""
    reason_text: str = ""
    of: MatterKey | None = None
    original: Transfer | None = None
    state: IncomingState = IncomingState.NEW
    reasons: tuple[str, ...] = ()
    reference: str | None = None
    booked_ms: int | None = None
    epoch: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """Sender, message id and id: unique for ever."""
        return self.sender, self.message_id, self.tx_id

    @property
    def instruction(self) -> str:
        """The name at the core of what is done with it."""
        return f"{INSTRUCTION}{self.sender}/{self.message_id}/{self.tx_id}"
