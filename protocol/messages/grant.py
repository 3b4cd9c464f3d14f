"""The grant family (对外授权, R1.18 to R1.21): the use of an account that its owner offers to another customer."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol.binding import message

NAMESPACE: Final = "urn:yinqi:grant:1"


class Right(StrEnum):
    """What may be done with a granted account: to query, and one of transfer (转账) and collect (倒进账)."""

    QUERY = "query"
    TRANSFER = "transfer"
    COLLECT = "collect"


class GrantState(StrEnum):
    """Where a grant is: only an accepted one works; withdrawn by its grantor or dropped by its grantee it has ended."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class GrantSide(StrEnum):
    """Which side of a grant a customer is on."""

    GIVEN = "given"
    RECEIVED = "received"


class GrantChange(StrEnum):
    """What a message did to a grant; absent where there is none that could be ended."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    UNCHANGED = "unchanged"
    ABSENT = "absent"


@message(NAMESPACE)
class OfferGrant:
    """Offers an own account to another customer with these rights; it works once accepted with the same elements."""

    account: str
    grantee: str
    right: tuple[Right, ...]


@message(NAMESPACE)
class OfferGrantReply:
    """Offered, or unchanged where just this is offered or granted already."""

    change: GrantChange


@message(NAMESPACE)
class AcceptGrant:
    """Accepts an offer: every element must be as it was offered (R1.20)."""

    grantor: str
    account: str
    right: tuple[Right, ...]


@message(NAMESPACE)
class AcceptGrantReply:
    """Accepted, or unchanged where just this was accepted before."""

    change: GrantChange


@message(NAMESPACE)
class WithdrawGrant:
    """Takes back what was offered to or granted a customer, accepted or not."""

    account: str
    grantee: str


@message(NAMESPACE)
class WithdrawGrantReply:
    """Withdrawn or absent, and how many instructions that were not with the bank yet ended with it (O22)."""

    change: GrantChange
    ended_instructions: int = 0


@message(NAMESPACE)
class DropGrant:
    """Gives up a grant that was accepted."""

    grantor: str
    account: str


@message(NAMESPACE)
class DropGrantReply:
    """Dropped or absent, and how many instructions that were not with the bank yet ended with it (O22)."""

    change: GrantChange
    ended_instructions: int = 0


@message(NAMESPACE)
class GrantItem:
    """One grant and what became of it; `letter` names the signed letter (账户授权书) by which the bank recorded it."""

    grantor: str
    account: str
    grantee: str
    right: tuple[Right, ...]
    state: GrantState
    letter: str | None = None
    offered_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None


@message(NAMESPACE)
class ListGrants:
    """Asks for grants given and received, ended ones included, or for those of one side or state; by pages."""

    side: GrantSide | None = None
    state: GrantState | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListGrantsReply:
    """A page of grants by grantor, account, grantee and number of the offer; without `next_cursor` it is the last."""

    grant: tuple[GrantItem, ...] = ()
    next_cursor: str | None = None
