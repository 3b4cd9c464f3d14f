"""What one measurement found: counts, rate, latencies and the processor time of those who took part."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement. Replies and latencies are of the timed window, faults of the whole run.

    `seconds` is the window's length, `p50_ms` and `p99_ms` are latencies in milliseconds, `cpu_us` the processor time
    per reply in microseconds by who spent it. `dropped` requests had no reply; `wrong` replies were not the accepted,
    signed one that was due. `verified` signatures were checked after the window. `faults` holds the first few.
    """

    replies: int
    seconds: float
    p50_ms: float
    p99_ms: float
    dropped: int
    wrong: int
    verified: int
    exhausted: bool
    sent: int
    cpu_us: Mapping[str, float] = field(default_factory=dict)
    faults: Sequence[str] = ()

    @property
    def rate(self) -> float:
        """Replies a second."""
        return self.replies / self.seconds if self.seconds else 0.0

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Back from that line."""
        return cls(**json.loads(line))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the ordered values do not exceed, by nearest rank; 0 for no values."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else 0.0
