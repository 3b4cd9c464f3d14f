"""What goes wrong with a credit or a message, drawn by seed and ids: pure, and the same whenever it is drawn again.

Each draw has a generator of its own, seeded by the seed of the settings, a word, and the ids of what it is about. So
the draws of a run come back with its seed, whatever the timing, the number of processes or the deaths of any.
"""

import random
from dataclasses import dataclass
from typing import Final

from core_adapter.channels import reasons
from core_adapter.channels.messages import CreditKind, Original, Status, System
from core_adapter.channels.reasons import Reason
from core_adapter.clearing.magic import Magic, case_of, delay_seconds
from core_adapter.clearing.settings import Clearing, Faults
from core_adapter.clearing.values import Entry

_BY_PAYEE: Final = (reasons.PAYEE_UNKNOWN, reasons.PAYEE_NAME, reasons.PAYEE_BARRED)
"""Why the bank of a payee refuses, or sends back."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a credit, known from the start; times in seconds.

    `delay` before it is looked at; `refusal`; `queue` in HVPS and whether it `expires` there; `silent` while it is not
    asked about; `back` is when it comes back after success, and `back_reason` why.
    """

    delay: float = 0.0
    refusal: Reason | None = None
    queue: float | None = None
    expires: bool = False
    silent: bool = False
    back: float | None = None
    back_reason: Reason = reasons.PAYEE_BARRED


@dataclass(frozen=True, slots=True)
class Passage:
    """How a message to the bank fares: `copies` of it arrive (0: it is lost), `late` seconds late."""

    copies: int = 1
    late: float = 0.0


_PLAIN: Final = Fate()
_SAFE: Final = Passage()


def arrives(faults: Faults, sender: str, message_id: str, lost: int) -> bool:
    """Whether a message of credits reaches the book, `lost` copies of it having vanished before."""
    return not faults.loss or _dice(faults, "arrival", sender, message_id, lost).random() >= faults.loss


def fate(settings: Clearing, entry: Entry) -> Fate:
    """What becomes of a credit: by the case that it rehearses, else by chance."""
    case = case_of(entry.credit)
    if case is not None:
        return _rehearsed(settings, entry, case)
    faults = settings.faults
    if not faults.drawn:
        return _PLAIN
    dice = _dice(faults, "fate", *_ids(entry.original))
    # Every draw is made, whatever the others say: a rate that changes moves no other draw.
    delay, delay_share = dice.random(), dice.random()
    refusal, refusal_choice = dice.random(), dice.choice(_BY_PAYEE)
    silence = dice.random()
    back, back_share, back_choice = dice.random(), dice.random(), dice.choice(_BY_PAYEE)
    queue, queue_share = dice.random(), dice.random()
    is_return = entry.credit.kind is CreditKind.RETURN
    return Fate(
        delay=delay_share * faults.delay_seconds if delay < faults.delay else 0.0,
        refusal=refusal_choice if refusal < faults.refusal and not is_return else None,
        silent=silence < faults.silence,
        back=back_share * faults.late_return_seconds if back < faults.late_return and not is_return else None,
        back_reason=back_choice,
        queue=queue_share * faults.queue_seconds if queue < faults.queue and entry.system is System.HVPS else None,
    )


def _rehearsed(settings: Clearing, entry: Entry, case: Magic) -> Fate:
    seconds = settings.magic_seconds
    match case:
        case Magic.REFUSED_ACCOUNT:
            return Fate(refusal=reasons.PAYEE_UNKNOWN)
        case Magic.REFUSED_NAME:
            return Fate(refusal=reasons.PAYEE_NAME)
        case Magic.SILENT:
            return Fate(silent=True)
        case Magic.DELAYED:
            return Fate(delay=float(delay_seconds(entry.credit)))
        case Magic.LATE_RETURN:
            return Fate(back=seconds)
        case Magic.QUEUED_SETTLED if entry.system is System.HVPS:
            return Fate(queue=seconds)
        case Magic.QUEUED_EXPIRED if entry.system is System.HVPS:
            return Fate(queue=seconds, expires=True)
        case _:
            return _PLAIN


def telling(settings: Clearing, entry: Entry, status: Status) -> Passage:
    """How the news that a credit has this status fares on its way to the bank."""
    case = case_of(entry.credit)
    if case is not None:
        return Passage(copies=2) if case is Magic.TOLD_TWICE else _SAFE
    return passage(settings.faults, "tell", *_ids(entry.original), status)


def delivery(faults: Faults, entry: Entry, tries: int) -> Passage:
    """How the delivery of a credit of the centre fares, after so many others of it.

    One that comes back goes by the ids of the credit it names, for its own depend on when it was made.
    """
    return passage(faults, "delivery", *_ids(entry.credit.original or entry.original), tries)


def passage(faults: Faults, word: str, *ids: object) -> Passage:
    """How a message to the bank fares; the word and the ids say which it is."""
    if not (faults.loss or faults.duplicate or faults.reorder):
        return _SAFE
    dice = _dice(faults, word, *ids)
    lost, twice, held = dice.random(), dice.random(), dice.random()
    copies = 0 if lost < faults.loss else 2 if twice < faults.duplicate else 1
    return Passage(copies, faults.reorder_seconds if held < faults.reorder else 0.0)


def _ids(original: Original) -> tuple[str, str, str]:
    return (original.sender, original.message_id, original.tx_id)


def _dice(faults: Faults, *about: object) -> random.Random:
    return random.Random(" ".join(map(str, (faults.seed, *about))))  # noqa: S311  nothing secret is drawn here
