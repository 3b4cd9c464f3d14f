"""The events family: what became of a customer's orders and accounts, told in one order, none left out (ListEvents)."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol.binding import message
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:events:1"


class EventKind(StrEnum):
    """What an event tells of: the state of a payment, of an order with rows, of a recurring transfer, of a change.

    `approval`: something waits for people of this customer. `return`: a payment that had succeeded came back (退汇).
    `credit`: an account was credited from another bank.
    """

    PAYMENT = "payment"
    ORDER = "order"
    RECURRING = "recurring"
    APPROVAL = "approval"
    CHANGE = "change"
    RETURN = "return"
    CREDIT = "credit"


class EventState(StrEnum):
    """The state that an event tells: of a payment, order or change as queries tell it, of a recurring one likewise.

    Absent where the kind says it all: a return, a credit.
    """

    WAITING_REVIEW = "waiting-review"
    WAITING_AUTHORIZATION = "waiting-authorization"
    WAITING_SUPERVISOR = "waiting-supervisor"
    WAITING_ADMINISTRATOR = "waiting-administrator"
    WAITING_DISPATCH = "waiting-dispatch"
    SCHEDULED = "scheduled"
    LIVE = "live"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ENDED = "ended"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly-succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@message(NAMESPACE)
class ListEvents:
    """Asks for the customer's events behind a cursor, the oldest first; without one for the first there are.

    `kind` leaves out the others. With `wait_seconds` a request over HTTP that finds nothing is answered when there is
    something, at the latest after so many seconds; over TCP every request is answered at once.
    """

    after: str | None = None
    limit: int | None = None
    kind: tuple[EventKind, ...] = ()
    wait_seconds: int | None = None


@message(NAMESPACE)
class EventItem:
    """One event; `number` rises by one from event to event of the customer, those that the asker may not see included.

    `customer_id` is absent where the order is the customer's own. `request_id` and `row` name the order, of a return
    the payment that came back. `account` is the customer's account concerned, `party_account` and `party_name` whom a
    credit came from. `count` and `succeeded` are of rows, `amount` in fen is the sum of them.
    """

    number: int
    at: datetime
    kind: EventKind
    customer_id: str | None = None
    request_id: str | None = None
    row: int | None = None
    service: str | None = None
    state: EventState | None = None
    code: str | None = None
    text: str | None = None
    account: str | None = None
    party_account: str | None = None
    party_name: str | None = None
    amount: Fen | None = None
    currency: str | None = None
    reference: str | None = None
    count: int | None = None
    succeeded: int | None = None


@message(NAMESPACE)
class ListEventsReply:
    """A page of events, the cursor behind it, and whether there is more behind that already.

    The cursor is good for ever: who has taken the page asks with it next. It may move without an event, over those that
    the asker may not see.
    """

    event: tuple[EventItem, ...] = ()
    next_cursor: str
    more: bool
