"""Certificates in hand for operators to come (空卡, R1.15): a pool of the supervisor and one of each deputy."""

from enum import StrEnum

from protocol.binding import message
from protocol.messages.enterprise import NAMESPACE


class CredentialState(StrEnum):
    """In a pool, assigned to an operator for ever, or cancelled for ever."""

    POOL = "pool"
    ASSIGNED = "assigned"
    CANCELLED = "cancelled"


@message(NAMESPACE)
class CredentialItem:
    """A certificate in hand; without `manager` it is in the supervisor's pool."""

    fingerprint: str
    manager: str | None = None
    state: CredentialState


@message(NAMESPACE)
class ListCredentials:
    """Asks for the certificates in hand by fingerprint, a page at a time; a deputy sees those of its pool."""

    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListCredentialsReply:
    """A page of certificates; without `next_cursor` it is the last."""

    item: tuple[CredentialItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class MoveCredential:
    """Moves a certificate in hand to the pool of a deputy, or without `manager` to the supervisor's (空卡调配)."""

    fingerprint: str
    manager: str | None = None


@message(NAMESPACE)
class MoveCredentialReply:
    """It is there."""

    fingerprint: str
    manager: str | None = None


@message(NAMESPACE)
class CancelCredential:
    """Cancels a certificate in hand for ever (注销空卡)."""

    fingerprint: str


@message(NAMESPACE)
class CancelCredentialReply:
    """It is cancelled."""

    fingerprint: str
