"""Writing messages: text that is in exclusive canonical form by construction, ready to be sealed; no tree is built."""

from datetime import datetime
from functools import cache
from typing import Final

from protocol.binding import escape, write_datetime
from protocol.codes import Code, Language
from protocol.errors import Detail
from protocol.head import Outcome, ReplyHead
from protocol.limits import DETAILS_MAX
from protocol.meanings import MEANINGS, text
from protocol.opening import NAMESPACE, VERSION

_START: Final = f'<Message xmlns="{NAMESPACE}"><Head><Version>{VERSION}</Version>'


def write_request(
    customer_id: str,
    operator_id: str,
    request_id: str,
    sent_at: datetime,
    *,
    language: Language | None = None,
    body_xml: str,
) -> str:
    """A request without Signature; `body_xml` as binding.write gives it."""
    tongue = "" if language is None else f"<Language>{language}</Language>"
    return (
        f"{_START}{_ids(customer_id, operator_id, request_id)}<SentAt>{write_datetime(sent_at)}</SentAt>{tongue}"
        f"</Head><Body>{body_xml}</Body></Message>"
    )


def write_reply(head: ReplyHead, body_xml: str | None) -> str:
    """A reply without Signature; `body_xml` as binding.write gives it, None for a refusal, which has no Body."""
    digest = "" if head.request_digest is None else f"<RequestDigest>{head.request_digest.hex()}</RequestDigest>"
    root = "" if head.log_root is None else f"<LogRoot>{escape(head.log_root)}</LogRoot>"
    body = "" if body_xml is None else f"<Body>{body_xml}</Body>"
    return (
        f"{_START}{_ids(head.customer_id, head.operator_id, head.request_id)}"
        f"<SentAt>{write_datetime(head.sent_at)}</SentAt><MessageId>{escape(head.message_id)}</MessageId>{digest}"
        f"{_outcome(head.outcome, head.language or 'zh')}{root}</Head>{body}</Message>"
    )


@cache
def write_fault(code: Code) -> bytes:
    """The unsigned Fault for a message whose head could not be read: the code, and its text in both languages."""
    words = f"{text(code, 'zh')} / {text(code, 'en')}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Fault xmlns="{NAMESPACE}"><Code>{code}</Code><Text>{escape(words)}</Text></Fault>'
    ).encode()


def _ids(customer_id: str, operator_id: str, request_id: str) -> str:
    return (
        f"<CustomerId>{escape(customer_id)}</CustomerId><OperatorId>{escape(operator_id)}</OperatorId>"
        f"<RequestId>{escape(request_id)}</RequestId>"
    )


def _outcome(outcome: Outcome, language: Language) -> str:
    details = "".join([_detail(detail, language) for detail in outcome.details[:DETAILS_MAX]])
    return f"{_outcome_start(outcome.code, language, outcome.final, outcome.advice)}{details}</Outcome>"


@cache
def _outcome_start(code: Code, language: Language, final: bool, advice: str) -> str:  # noqa: FBT001  a cache key
    return (
        f"<Outcome><Result>{MEANINGS[code].result}</Result><Code>{code}</Code><Text>{escape(text(code, language))}"
        f"</Text><Final>{'true' if final else 'false'}</Final><Advice>{advice}</Advice>"
    )


def _detail(detail: Detail, language: Language) -> str:
    """A fault in the sender's language; one without words of its own has those of its code."""
    words = (detail.en or detail.zh) if language == "en" else (detail.zh or detail.en)
    if words is None and detail.rule in MEANINGS:
        words = text(Code(detail.rule), language)
    parts = (("Rule", detail.rule), ("Place", detail.place), ("Value", detail.value), ("Text", words))
    inner = "".join([f"<{name}>{escape(value)}</{name}>" for name, value in parts if value is not None])
    return f"<Detail>{inner}</Detail>"
