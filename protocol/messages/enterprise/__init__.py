"""The enterprise family: what a customer's administrators keep by message, a module for each subject.

What is given in one element takes the place of what was there, whole; an element that is left out leaves things as they
are. Every change says what nobody could complete any more, where it can leave such things.
"""

from typing import Final

from protocol.binding import message
from protocol.messages.transfer import TransferState
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:enterprise:1"


@message(NAMESPACE)
class LimitsItem:
    """Limits on outgoing money, of one transfer and of one business day; what is left out is not limited here."""

    per_transfer: Fen | None = None
    per_day: Fen | None = None


@message(NAMESPACE)
class InstructionItem:
    """A pending instruction, or a row of one."""

    customer_id: str
    request_id: str
    row: int | None = None
    service: str
    entry_operator: str
    state: TransferState


@message(NAMESPACE)
class Hanging:
    """What nobody could complete any more after a change (R1.12): modes, flows, and `count` pending instructions.

    The first of the instructions are listed, up to 200.
    """

    mode: tuple[str, ...] = ()
    flow: tuple[str, ...] = ()
    count: int
    instruction: tuple[InstructionItem, ...] = ()
