"""What a word of the clearing side makes of a payment: pure, one function; it never guesses.

A final word ends the waiting, one that is not keeps it alive. What fits no payment, contradicts an earlier final word,
or names another amount changes nothing: it is a case (疑账) for bank staff.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from core_adapter.channels.finality import Finality, Turn, finality, follows
from core_adapter.channels.messages import Outcome, System
from gateway.domain.facts import Transfer
from gateway.domain.leg import Leg, LegState, moved
from gateway.domain.states import State


class CaseKind(StrEnum):
    """Why bank staff must look at something."""

    UNANSWERED = "unanswered"
    """Nothing final is known of a payment after a long time."""
    NO_SUCH_PAYMENT = "no-such-payment"
    """A status of a payment that never left."""
    AMOUNT = "amount"
    """A status for another amount than was sent."""
    CONTRADICTION = "contradiction"
    """A final status against an earlier final one."""
    STATUS = "status"
    """A status whose meaning on that channel nobody can say."""
    DISCARDED = "discarded"
    """The clearing side did not take a message."""
    CORE = "core"
    """The core will not post or void a hold."""
    ID_REUSED = "id-reused"
    """A message of the clearing side under an id that another message had: it is not taken, and not acknowledged."""
    RETURN = "return"
    """A return that fits no payment, or cannot be credited."""
    RETURN_REFUSED = "return-refused"
    """Money that was sent back was not taken."""


_ENDED_GOOD: Final = (LegState.GOOD, LegState.POSTED)
_ENDED_BAD: Final = (LegState.BAD, LegState.VOIDED)


@dataclass(frozen=True, slots=True)
class Heard:
    """The payment as it stands after a word, or the kind of case that the word is; `what` says it in a sentence."""

    transfer: Transfer
    case: CaseKind | None = None
    what: str = ""


def heard(transfer: Transfer, outcome: Outcome) -> Heard:
    """What the clearing side's word about this payment makes of it."""
    leg = transfer.leg
    assert leg is not None
    said = f"{outcome.status} for {outcome.original.message_id}/{outcome.original.tx_id}"
    if outcome.original.message_id != leg.message_id or leg.state is LegState.PLANNED:
        return Heard(transfer, CaseKind.NO_SUCH_PAYMENT, f"{said}, which was sent in another message")
    if outcome.amount != transfer.amount:
        return Heard(transfer, CaseKind.AMOUNT, f"{said} is about {outcome.amount} fen, not {transfer.amount}")
    word = finality(System(leg.channel.value), outcome.status)
    if word is Finality.UNKNOWN:
        return Heard(transfer, CaseKind.STATUS, f"{said} means nothing on {leg.channel}")
    if (leg.state in _ENDED_GOOD and word is Finality.BAD) or (leg.state in _ENDED_BAD and word is Finality.GOOD):
        return Heard(transfer, CaseKind.CONTRADICTION, f"{said} comes after {leg.status or leg.text}, which was final")
    if word is Finality.PENDING and leg.state is not LegState.SENT:
        return Heard(transfer)
    after = _noted(leg, outcome)
    state = transfer.state
    if leg.state is LegState.SENT:
        if word is Finality.PENDING:
            state = State.CLEARING
        else:
            after = replace(after, state=moved(leg.state, LegState.GOOD if word is Finality.GOOD else LegState.BAD))
    return Heard(replace(transfer, leg=after, state=state))


def _noted(leg: Leg, outcome: Outcome) -> Leg:
    """The leg with what was said; a word that comes late or again only adds what was not said before."""
    if leg.status is not None and follows(System(leg.channel.value), leg.status, outcome.status) is Turn.REPEATS:
        return replace(
            leg,
            code=leg.code or outcome.code or None,
            text=leg.text or outcome.text or None,
            settled_on=leg.settled_on or outcome.settled_on,
        )
    return replace(
        leg,
        status=outcome.status.value,
        code=outcome.code or leg.code,
        text=outcome.text or leg.text,
        settled_on=outcome.settled_on or leg.settled_on,
    )
