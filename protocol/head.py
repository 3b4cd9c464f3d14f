"""The head of a request and of a reply, and the outcome a reply carries; who writes them as XML is not known here."""

from dataclasses import dataclass
from datetime import datetime

from protocol.codes import Advice, Code, Language, Result
from protocol.errors import Detail
from protocol.meanings import MEANINGS


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request as claimed: short readable text; `sent_at` in UTC, None where it cannot be read."""

    version: str
    customer_id: str
    operator_id: str
    request_id: str
    sent_at: datetime | None
    language: Language | None


@dataclass(frozen=True, slots=True, init=False)
class Outcome:
    """What became of a request; `final`: nothing that it started can change any more; `advice`: what to do next."""

    code: Code
    details: tuple[Detail, ...]
    final: bool
    advice: Advice

    def __init__(
        self,
        code: Code,
        details: tuple[Detail, ...] = (),
        *,
        final: bool | None = None,
        advice: Advice | None = None,
    ) -> None:
        """An outcome with the finality and advice of its code, unless others are given."""
        meaning = MEANINGS[code]
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "details", details)
        object.__setattr__(self, "final", meaning.final if final is None else final)
        object.__setattr__(self, "advice", meaning.advice if advice is None else advice)

    @property
    def result(self) -> Result:
        """Accepted, refused or unavailable: fixed by the code."""
        return MEANINGS[self.code].result


@dataclass(frozen=True, slots=True)
class ReplyHead:
    """The head of a reply: the sender's ids echoed, `sent_at` the gateway's time, and the outcome.

    `request_digest` is SHA-256 of the request's canonical Body, None where that was not read; `log_root` the latest
    signed root of the message log, as text without line breaks.
    """

    customer_id: str
    operator_id: str
    request_id: str
    sent_at: datetime
    message_id: str
    request_digest: bytes | None
    outcome: Outcome
    log_root: str | None = None
    language: Language | None = None
