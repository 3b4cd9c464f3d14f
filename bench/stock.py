"""Signed messages in stock: one growing pool that every subject draws from, each message once per subject.

Signing takes longer than answering, so no more is signed than the measurements at hand may need.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.load.run import Supply
from bench.messages import Identity, Pool, Route, make_pool

PREFIX: Final = "B"
RATE_GUESS: Final = 2500.0
"""Messages a second that a subject is taken to answer before it has been seen."""
RESERVE: Final = 1.4
"""How much more than expected is kept ready, for a subject that is faster this time."""


@dataclass(slots=True)
class Stock:
    """The pool and who has used how much of it."""

    path: Path
    sender: Identity
    routes: tuple[Route, ...]
    pool: Pool = field(init=False)
    used: dict[str, Supply] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with an empty pool."""
        self.path.write_bytes(b"")
        self.pool = Pool(self.path, PREFIX, 0)

    def supply(self, book: str, subject: str, seconds: float) -> Supply:
        """Messages not yet sent into the books named `book`, enough for `subject` to be measured so long."""
        supply = self.used.setdefault(book, Supply(self.pool))
        self.ensure(supply.used + int(self.rates.get(subject, RATE_GUESS) * seconds * RESERVE))
        supply.pool = self.pool
        return supply

    def seen(self, subject: str, rate: float) -> None:
        """Note how many messages a second a subject has answered."""
        self.rates[subject] = max(rate, self.rates.get(subject, 0.0))

    def ensure(self, count: int) -> None:
        """Sign until the pool has so many."""
        if count > self.pool.count:
            part = self.path.with_suffix(".part")
            make_pool(part, self.sender, self.routes, range(self.pool.count, count), PREFIX)
            with self.path.open("ab") as pool:
                pool.write(part.read_bytes())
            part.unlink()
            self.pool = Pool(self.path, PREFIX, count)

    def messages(self, count: int) -> list[bytes]:
        """The first so many messages."""
        self.ensure(count)
        with self.path.open("rb") as pool:
            return [line[:-1] for line, _ in zip(pool, range(count), strict=False)]
