"""The events family's entry."""

from typing import Final

from protocol.messages import events
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        events.ListEvents(limit=50, kind=(events.EventKind.PAYMENT, events.EventKind.APPROVAL), wait_seconds=5),
        events.ListEventsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="事件查询：按序、不漏地列出状态变化、待审批、退汇与他行来账；HTTP可等待新事件",
        en="Events in order, none left out: states, approvals wanted, returns, credits from other banks; HTTP may wait",
    ),
)
