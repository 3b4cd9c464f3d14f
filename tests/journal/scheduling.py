"""What tests of schedules share: moments on the clock, usage by scope, and waiting for a state."""

from datetime import datetime

from gateway.domain.calendar import SHANGHAI
from protocol.messages.approval import Decision
from tests.journal.bank import Node, query
from tests.journal.company import decide, until, word

MONDAY, TUESDAY, WEDNESDAY = "2031-11-03", "2031-11-04", "2031-11-05"
EVERY = ("operator", "account", "customer")


def at(moment: str) -> datetime:
    """A moment on the clock in Shanghai."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def of(amount: int, *scopes: str) -> dict[str, int]:
    """That amount in each scope."""
    return dict.fromkeys(scopes, amount)


def state_of(node: Node, request_id: str) -> str:
    """What is told of a transfer now."""
    return word(node.answer(query(request_id)), "State")


def becomes(node: Node, request_id: str, state: str) -> str:
    """The reply about a transfer once it is in that state."""
    until(node, lambda: state_of(node, request_id) == state)
    return node.answer(query(request_id))


def approve(node: Node, request_id: str) -> str:
    """The reply to the last of the acts by which the customer's people let it go."""
    decide(node, "REV1", Decision.APPROVE, request_id)
    decide(node, "AUTH1", Decision.APPROVE, request_id)
    return decide(node, "SEND", Decision.DISPATCH, request_id)
