"""What a check has found: one sentence for each fault, few enough to read; it knows nothing of what is checked."""

from dataclasses import dataclass, field
from typing import Final

FAULTS_MAX: Final = 100
"""Most faults told: enough to see what was done, few enough to read."""


@dataclass(slots=True)
class Found:
    """The faults of one check so far, at most `FAULTS_MAX`; `more` says how many more there are."""

    faults: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def fault(self, sentence: str) -> None:
        """Note one fault."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(sentence)
        else:
            self.more += 1
