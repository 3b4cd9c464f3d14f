"""What a network status means for the money of a credit, per channel: good, bad, pending or unknown; one table.

Good: the payee has it or cannot fail to get it, so the payer's money is gone. Bad: it will never go, so the payer gets
it back. Pending: either may still come. Unknown: nothing follows from it, so that the centre is asked and, if that does
not help, people are. Taking one for another loses money or moves it twice; hence a status that is not in the table of
its channel is unknown, never the nearest other. So are PR81 to PR99, which live inside banks and never between them.

A credit that comes back after it was good (退汇) is a credit of its own and changes nothing here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from core_adapter.channels.messages import Status, System


class Finality(StrEnum):
    """What a status says of the money; GOOD and BAD are final."""

    GOOD = "good"
    BAD = "bad"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Turn(StrEnum):
    """What a later status makes of an earlier one.

    ADVANCES: it is news, and the earlier one no longer holds. REPEATS: nothing changes; it is the same, or told late,
    or another word for the same end. CONTRADICTS: one of the two is final and the other is its opposite; the earlier
    one holds, and people look at it. UNKNOWN: the later one says nothing.
    """

    ADVANCES = "advances"
    REPEATS = "repeats"
    CONTRADICTS = "contradicts"
    UNKNOWN = "unknown"


class Meaning(NamedTuple):
    """A row of the table: what the status means, how far along it is (of two that mean the same), and why so."""

    finality: Finality
    step: int
    why: str


_G, _B, _P, _U = Finality.GOOD, Finality.BAD, Finality.PENDING, Finality.UNKNOWN

_BOTH: Final[Mapping[Status, Meaning]] = {
    Status.FORWARDED: Meaning(_P, 0, "the centre passed it on; nothing is settled"),
    Status.PROCESSED: Meaning(_P, 1, "a step is done, not said which; nothing is settled"),
    Status.CONFIRMED: Meaning(_P, 1, "the receiving side answered; that is no settlement"),
    Status.PAID: Meaning(_P, 1, "said of the payer's side before clearing; the payee's bank may still refuse"),
    Status.QUEUED_FOR_SETTLEMENT: Meaning(_P, 3, "waits for funds, and may yet be returned at the end of the day"),
    Status.SETTLED: Meaning(_G, 5, "booked between the banks' accounts at the centre; cannot be undone"),
    Status.SUCCEEDED: Meaning(_G, 6, "everything is done, also at the payee's bank"),
    Status.REVOKED: Meaning(_B, 5, "taken out before it was cleared"),
    Status.REFUSED: Meaning(_B, 5, "the centre or the receiving bank did not take it"),
    Status.REVERSED: Meaning(_B, 5, "undone before it was cleared"),
    Status.EXPIRED: Meaning(_B, 5, "not cleared in time, and given back"),
    Status.STOPPED: Meaning(_U, 0, "a halt that we never ask for; whether for good, nobody has said"),
}
"""What means the same wherever credits are carried."""
_NETTED: Final[Mapping[Status, Meaning]] = {
    **_BOTH,
    Status.QUEUED_FOR_NETTING: Meaning(_P, 2, "waits for room under the bank's net debit cap"),
    Status.NETTED: Meaning(_G, 4, "in a round that the centre settles whatever happens; the payee may have it now"),
}
_GROSS: Final[Mapping[Status, Meaning]] = {
    **_BOTH,
    Status.QUEUED_FOR_NETTING: Meaning(_U, 0, "nothing is netted here"),
    Status.NETTED: Meaning(_U, 0, "nothing is netted here; what it should mean nobody has said"),
}
MEANINGS: Final[Mapping[System, Mapping[Status, Meaning]]] = {
    System.IBPS: _NETTED,
    System.BEPS: _NETTED,
    System.HVPS: _GROSS,
    System.CCMS: {},
}
"""The table; CCMS carries no credits."""

assert all(meanings.keys() == set(Status) for system, meanings in MEANINGS.items() if system is not System.CCMS)


def finality(system: System, status: str) -> Finality:
    """What a status says of the money of a credit on that channel; UNKNOWN for any word that is not in its table."""
    meaning = _meaning(system, status)
    return Finality.UNKNOWN if meaning is None else meaning.finality


def follows(system: System, before: str, after: str) -> Turn:
    """What status `after`, heard now, makes of `before`, which held until now."""
    old, new = _meaning(system, before), _meaning(system, after)
    if new is None or new.finality is Finality.UNKNOWN:
        return Turn.UNKNOWN
    if old is None or old.finality is Finality.UNKNOWN:
        return Turn.ADVANCES
    if {old.finality, new.finality} == {Finality.GOOD, Finality.BAD}:
        return Turn.CONTRADICTS
    if old.finality is not new.finality:
        return Turn.ADVANCES if old.finality is Finality.PENDING else Turn.REPEATS
    return Turn.ADVANCES if new.step > old.step else Turn.REPEATS


def _meaning(system: System, status: str) -> Meaning | None:
    """The row of a status, None for a word that is no status."""
    try:
        return MEANINGS[system].get(Status(status))
    except ValueError:
        return None
