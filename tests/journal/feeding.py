"""What tests of the feed share: pages of it, all of it, and what is told in a few words."""

from typing import Any

from protocol.messages.events import EventItem, ListEvents, ListEventsReply
from tests.journal.bank import CUSTOMER_ID, OPERATOR_ID, Node, command
from tests.journal.replies import told


def page(
    node: Node, after: str | None = None, *, customer: str = CUSTOMER_ID, operator: str = OPERATOR_ID, **asked: Any
) -> ListEventsReply:
    """A page of a feed as an operator sees it."""
    body = ListEvents(after=after, **asked)
    return told(node.answer(command(body, "E1", customer=customer, operator=operator)), ListEventsReply)


def feed(node: Node, *, customer: str = CUSTOMER_ID, operator: str = OPERATOR_ID, **asked: Any) -> list[EventItem]:
    """All that an operator sees of a feed, page by page."""
    found: list[EventItem] = []
    more, after = True, None
    while more:
        got = page(node, after, customer=customer, operator=operator, **asked)
        found += got.event
        more, after = got.more, got.next_cursor
    return found


def said(events: list[EventItem]) -> list[tuple[str, str | None, int | None, str | None]]:
    """Kind, request id, row and state of each."""
    return [(each.kind.value, each.request_id, each.row, each.state and each.state.value) for each in events]
