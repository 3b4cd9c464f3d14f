"""What a clearing simulator is told about itself: plain values; where they are written is not known here."""

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from core_adapter.channels.messages import System

CHANNELS = (System.IBPS, System.BEPS, System.HVPS)
"""The systems that carry credits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often what goes wrong: each rate is a share from 0.0 to 1.0, drawn by `seed` and the ids of a message.

    `loss`: a message vanishes on its way, to the centre before it is booked, or to the bank. `duplicate`: a message to
    the bank comes twice. `reorder`: one is held back `reorder_seconds`, so that later ones overtake it. `delay`: a
    credit is looked at up to `delay_seconds` late. `refusal`: it is refused. `silence`: nothing is told of it until
    the bank asks. `late_return`: its payee's bank sends it back within `late_return_seconds` after success. `queue`:
    in HVPS, it waits up to `queue_seconds` for its settlement.
    """

    seed: int = 1
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    refusal: float = 0.0
    silence: float = 0.0
    late_return: float = 0.0
    queue: float = 0.0
    reorder_seconds: float = 1.0
    delay_seconds: float = 3.0
    late_return_seconds: float = 3.0
    queue_seconds: float = 3.0

    @property
    def drawn(self) -> bool:
        """Whether anything is left to chance."""
        rates = (self.loss, self.duplicate, self.reorder, self.delay)
        return any((*rates, self.refusal, self.silence, self.late_return, self.queue))


@dataclass(frozen=True, slots=True)
class Span:
    """A part of each day on the clock in Shanghai, from `start` to before `end`; it may go past midnight."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Whether the time of day lies in it."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How one system works.

    `round_seconds`: how long a netting round is (HVPS has none). `open`: when it takes credits, always where there is
    none. `maintenance`: when it does not. `day_end`: when its date of clearing rolls; by command alone where there is
    none. `window_seconds`: how long HVPS is closed at its day end, for what is queued to be settled after all.
    """

    round_seconds: float = 1.0
    open: Span | None = None
    maintenance: tuple[Span, ...] = ()
    day_end: time | None = None
    window_seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """A whole simulator: where it listens, its book, who it is and whose bank it serves, and how it behaves.

    `funds` (fen) is what stands on the bank's settlement account when the book is made; None is no limit. `resend`
    is how often what the bank has not acknowledged is delivered again. `magic_seconds` is how long a rehearsed case
    waits (see `core_adapter.clearing.magic`), `return_seconds` how long an agreed return takes.
    """

    host: str
    port: int
    book: Path
    centre: str
    bank: str
    channels: dict[System, Channel] = field(default_factory=lambda: {each: Channel() for each in CHANNELS})
    faults: Faults = field(default_factory=Faults)
    funds: int | None = None
    resend_seconds: float = 5.0
    magic_seconds: float = 2.0
    return_seconds: float = 0.5
