"""The head of a request and of a reply, and the outcome a reply carries; who writes them as XML is not known here."""

from dataclasses import dataclass
from datetime import datetime

from protocol.codes import MEANINGS, Advice, Code, Language, Result
from protocol.errors import Detail


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request as claimed: short readable text; `sent_at` in UTC, None where it cannot be read."""

    version: str
    customer_id: str
    operator_id: str
    request_id: str
    sent_at: datetime | None
    language: Language | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request; finality is that of the code unless it is said to be another."""

    code: Code
    details: tuple[Detail, ...] = ()
    known_final: bool | None = None
    known_advice: Advice | None = None

    @property
    def result(self) -> Result:
        """Accepted, refused or unavailable: fixed by the code."""
        return MEANINGS[self.code].result

    @property
    def final(self) -> bool:
        """Whether nothing that the request started can change any more."""
        return MEANINGS[self.code].final if self.known_final is None else self.known_final

    @property
    def advice(self) -> Advice:
        """What the sender does next."""
        return MEANINGS[self.code].advice if self.known_advice is None else self.known_advice


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
