"""The way of a payment to another bank (跨行往账): what stands beside it until the clearing side has spoken for good.

Money is held at the core, principal and fee each by a hold of its own; then one message leaves. Nothing but the
clearing side's final word ends it: good, and the holds are posted; bad, and they are voided. Silence is asked about,
by the ids of the message that left, and what was not asked about is never sent again.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel


class LegState(StrEnum):
    """Where a leg is.

    Planned: the money is not held yet. Sent: it is, and the message may have left. Good and bad: the clearing side's
    final word is in, and the core is to post or to void. Posted and voided are the ends; a leg whose payment never came
    so far stays planned.
    """

    PLANNED = "planned"
    SENT = "sent"
    GOOD = "good"
    BAD = "bad"
    POSTED = "posted"
    VOIDED = "voided"


LEG_MOVES = {
    LegState.PLANNED: frozenset({LegState.SENT}),
    LegState.SENT: frozenset({LegState.GOOD, LegState.BAD}),
    LegState.GOOD: frozenset({LegState.POSTED}),
    LegState.BAD: frozenset({LegState.VOIDED}),
    LegState.POSTED: frozenset[LegState](),
    LegState.VOIDED: frozenset[LegState](),
}
"""The legal moves; the diagram in the docs is drawn from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The leg of one payment; `fee` in fen.

    `rule` is the id of the rule that chose the channel, `bank` the payee's office as the directory had it then, and
    `payer_name` the payer as the payee's bank is told it. `value_date` is the day foreseen; `settled_on` that on which
    the channel cleared it, by the channel's own date. `message_id` and `tx_id` name it on the wire once it is sent;
    `sent_ms` is when, in database time, and `asks` how often the clearing side was asked since. `status`, `code` and
    `text` are its latest word. `urgent` takes the channel's highest priority (O35).
    """

    channel: Channel
    rule: str
    bank: PayeeBank
    payer_name: str
    fee: int = 0
    urgent: bool = False
    value_date: date | None = None
    state: LegState = LegState.PLANNED
    message_id: str | None = None
    tx_id: str | None = None
    sent_ms: int | None = None
    asks: int = 0
    status: str | None = None
    code: str | None = None
    text: str | None = None
    settled_on: date | None = None
    epoch: int = 0

    @property
    def participant(self) -> str:
        """The clearing participant that receives it: in IBPS the head office of the payee's bank (清算行)."""
        return self.bank.ibps if self.channel is Channel.IBPS and self.bank.ibps else self.bank.code


def moved(before: LegState, after: LegState) -> LegState:
    """The state after a legal move; ValueError for any other."""
    if after not in LEG_MOVES[before]:
        raise ValueError(f"no move leads from {before} to {after}")
    return after
