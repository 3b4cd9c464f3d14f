"""What the centre's book holds, as values: credits, actions that wait for their time, and how the systems stand."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Message,
    Original,
    Outcome,
    Party,
    Priority,
    Status,
    System,
    SystemState,
)


class Waits(StrEnum):
    """What a credit in the queue of HVPS waits for: money on the payer bank's account, or an action of its own."""

    FUNDS = "funds"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A credit as it stands in the book.

    `number` counts credits from 1. `via` is the connection it came by, 0 for one that the centre delivers. `code` and
    `text` are the reason of a refusal; `cleared_on` is the date of clearing it belongs to, `round` the netting round
    that took it. `returned_by` is empty, or why it comes back: the id of the message that asked for it, or a word.
    """

    number: int
    sender: str
    message_id: str
    credit: Credit
    system: System
    priority: Priority
    status: Status
    received_at: int
    cleared_on: date
    via: int
    code: str = ""
    text: str = ""
    round: str = ""
    waits: Waits | None = None
    returned_by: str = ""

    @property
    def original(self) -> Original:
        """How others name it."""
        return Original(self.sender, self.message_id, self.credit.tx_id)

    def outcome(self) -> Outcome:
        """What is told of it."""
        settled = self.status in (Status.NETTED, Status.SETTLED)
        return Outcome(
            original=self.original,
            status=self.status,
            amount=self.credit.amount,
            code=self.code,
            text=self.text,
            settled_on=self.cleared_on if settled else None,
            round=self.round,
        )


class ActionKind(StrEnum):
    """What is done when its time has come.

    Of one credit: DECIDE what becomes of it, SETTLE or EXPIRE it in the queue, TELL an outcome, RETURN it to its
    payer. Of a system: its DAY_END, the WINDOW_END after it, a STATE it is put into. By command: PAY a credit to the
    bank, set the FUNDS on its settlement account.
    """

    DECIDE = "decide"
    SETTLE = "settle"
    EXPIRE = "expire"
    TELL = "tell"
    RETURN = "return"
    DAY_END = "day-end"
    WINDOW_END = "window-end"
    STATE = "state"
    PAY = "pay"
    FUNDS = "funds"


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do at a time (milliseconds since 1970), about a credit (its number) or none; `about` says more."""

    due_at: int
    kind: ActionKind
    credit: int | None
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a system stands: its date of clearing, the state it was put into, and its latest netting round.

    `round_at` is when the round under way ends, None while nothing waits for one.
    """

    system: System
    cleared_on: date
    put_into: SystemState
    rounds: int
    round_at: int | None

    @property
    def round(self) -> str:
        """The name of the latest round."""
        return f"{self.rounds:06d}"


@dataclass(frozen=True, slots=True)
class Send:
    """A message that leaves after the commit: by the connection `via` if it stands, else by any that is logged in.

    `forged` is one whose signature is spoilt on purpose, `late` how many seconds it is held back, in memory alone.
    """

    via: int
    message: Message
    forged: bool = False
    late: float = 0.0


def returned(entry: Entry, *, tx_id: str, reason: str, text: str) -> Credit:
    """The credit by which a credit comes back whole: payer and payee change places."""
    back = entry.credit
    return Credit(
        tx_id=tx_id,
        kind=CreditKind.RETURN,
        amount=back.amount,
        payer=back.payee,
        payee=back.payer,
        purpose="退汇",
        end_to_end_id=back.end_to_end_id,
        original=entry.original,
        reason=reason,
        reason_text=text,
    )


def party(account: str, name: str, bank: str) -> Party:
    """One side of a credit."""
    return Party(account=account, name=name, bank=bank)
