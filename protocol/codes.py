"""The one list of outcome codes, and what a meaning of one is; the meanings stand in protocol.meanings, by subject."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Language = Literal["zh", "en"]


class Result(StrEnum):
    """The first thing a program reads of an outcome."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class Advice(StrEnum):
    """What the sender does next; `correct-and-resend` is under a new id if this one was used up."""

    DONE = "done"
    CORRECT = "correct-and-resend"
    RESEND = "resend-same-id"
    QUERY = "query-status"
    CONTACT = "contact-bank"


class Code(StrEnum):
    """Stable outcome codes; a code is never renamed or reused once released."""

    DONE = "DONE"
    PENDING = "PENDING"
    # The message alone is at fault, whoever sent it.
    FRAME_LENGTH = "FRAME_LENGTH"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    HTTP_REQUEST = "HTTP_REQUEST"
    MEDIA_TYPE = "MEDIA_TYPE"
    DEADLINE = "DEADLINE"
    ENCODING_UNSUPPORTED = "ENCODING_UNSUPPORTED"
    ENCODING_INVALID = "ENCODING_INVALID"
    ENCODING_DISPUTED = "ENCODING_DISPUTED"
    XML_NOT_WELL_FORMED = "XML_NOT_WELL_FORMED"
    XML_FORBIDDEN = "XML_FORBIDDEN"
    XML_LIMIT = "XML_LIMIT"
    ENVELOPE_SHAPE = "ENVELOPE_SHAPE"
    HEAD_INVALID = "HEAD_INVALID"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNATURE_SHAPE = "SIGNATURE_SHAPE"
    SIGNATURE_ALGORITHM = "SIGNATURE_ALGORITHM"
    # Who sent it and when.
    NOT_AUTHENTIC = "NOT_AUTHENTIC"
    CLOCK_SKEW = "CLOCK_SKEW"
    # What it asks.
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    BANK_CODE_INVALID = "BANK_CODE_INVALID"
    CURSOR_INVALID = "CURSOR_INVALID"
    PERIOD_INVALID = "PERIOD_INVALID"
    NOT_PERMITTED = "NOT_PERMITTED"
    OPERATOR_FROZEN = "OPERATOR_FROZEN"
    CUSTOMER_SUSPENDED = "CUSTOMER_SUSPENDED"
    NOT_OFFERED = "NOT_OFFERED"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    REQUEST_ID_FENCED = "REQUEST_ID_FENCED"
    # Rules of money and accounts.
    CURRENCY_UNSUPPORTED = "CURRENCY_UNSUPPORTED"
    SAME_ACCOUNT = "SAME_ACCOUNT"
    PAYER_NOT_ATTACHED = "PAYER_NOT_ATTACHED"
    ACCOUNT_NOT_ATTACHED = "ACCOUNT_NOT_ATTACHED"
    ACCOUNT_LOST = "ACCOUNT_LOST"
    PAYER_LOST = "PAYER_LOST"
    PAYER_FROZEN = "PAYER_FROZEN"
    PAYER_CLOSED = "PAYER_CLOSED"
    PAYEE_UNKNOWN = "PAYEE_UNKNOWN"
    PAYEE_LOST = "PAYEE_LOST"
    PAYEE_FROZEN = "PAYEE_FROZEN"
    PAYEE_CLOSED = "PAYEE_CLOSED"
    PAYEE_NAME_MISMATCH = "PAYEE_NAME_MISMATCH"
    PAYEE_CURRENCY = "PAYEE_CURRENCY"
    BALANCE_INSUFFICIENT = "BALANCE_INSUFFICIENT"
    CHANNEL_NOT_OPEN = "CHANNEL_NOT_OPEN"
    # Batches and their rows.
    COUNT_DIFFERS = "COUNT_DIFFERS"
    TOTAL_DIFFERS = "TOTAL_DIFFERS"
    ROWS_TOO_MANY = "ROWS_TOO_MANY"
    ROW_ID_REPEATED = "ROW_ID_REPEATED"
    PAYEE_CREDIT_CARD = "PAYEE_CREDIT_CARD"
    PAYEE_AT_THIS_BANK = "PAYEE_AT_THIS_BANK"
    # The gateway cannot answer now; nothing was decided.
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_CONNECTIONS = "TOO_MANY_CONNECTIONS"
    BUSY = "BUSY"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    SIGNER_UNAVAILABLE = "SIGNER_UNAVAILABLE"
    CORE_UNAVAILABLE = "CORE_UNAVAILABLE"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says: `http` is the status of an unsigned Fault with it; a signed reply has `signed_http`."""

    result: Result
    final: bool
    advice: Advice
    http: int
    zh: str
    en: str

    @property
    def signed_http(self) -> int:
        """The HTTP status of a signed reply: 200 for every answer, 429 or 503 where the gateway could not give one."""
        return self.http if self.result is Result.UNAVAILABLE else 200


def refused(zh: str, en: str, advice: Advice = Advice.CORRECT, http: int = 400) -> Meaning:
    """The meaning of a refusal; it is final for this request."""
    return Meaning(Result.REFUSED, True, advice, http, zh, en)


def unavailable(zh: str, en: str, http: int = 503) -> Meaning:
    """The meaning of a code that says why there is no answer now."""
    return Meaning(Result.UNAVAILABLE, False, Advice.RESEND, http, zh, en)
