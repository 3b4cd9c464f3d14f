"""What a change of the register reaches among the orders under way: what would hang, what rests on it, what it ends."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, and_, or_, select

from gateway.administration.change import BANK, AdminError, Hand, read_customer
from gateway.domain.approval import Hanging, hanging
from gateway.domain.customer import Customer
from gateway.domain.matter import Matter, MatterKey
from gateway.journal import affairs, matters, record
from gateway.journal.listing import WaitingFilter, WaitingPlace, key_of, waiting
from gateway.journal.tables import MATTER, REQUEST, TRANSFER

PIECE: Final = 1_000
"""How many matters are read by one statement."""
NAMED_MAX: Final = 4
"""How many a sentence names, which a signed answer has room for."""

_AT_THE_BANK: Final = or_(
    and_(REQUEST.c.due_ms.isnot(None), TRANSFER.c.state.in_(("released", "processing", "unknown"))),
    TRANSFER.c.state.in_(("clearing", "in-doubt")),
)


def pending(tx: Connection, customer_id: str) -> list[Matter]:
    """The matters that wait for this customer's people, the oldest first."""
    found: list[Matter] = []
    after: WaitingPlace | None = None
    while places := waiting(tx, customer_id, WaitingFilter(), after=after, most=PIECE):
        found += matters.read(tx, map(key_of, places)).values()
        after = places[-1]
    return found


def hanging_since(tx: Connection, before: Customer) -> Hanging:
    """What nobody can complete any more since the customer stood as `before` (R1.12, O23)."""
    return hanging(before, read_customer(tx, before.customer_id), pending(tx, before.customer_id))


def checked_idle(tx: Connection, owner: str, account: str) -> None:
    """Refuse what would take an account away from orders under way, naming them (O28)."""
    here = TRANSFER.c
    at_the_bank = (
        select(here.customer_id, here.request_id, here.row)
        .join(REQUEST, (REQUEST.c.customer_id == here.customer_id) & (REQUEST.c.request_id == here.request_id))
        .where(here.owner == owner, here.payer_account == account, _AT_THE_BANK)
    )
    with_people = select(MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row).where(
        MATTER.c.owner == owner, MATTER.c.payer_account == account, MATTER.c.wake_ms.isnot(None)
    )
    if found := {MatterKey(*row) for query in (at_the_bank, with_people) for row in tx.execute(query)}:
        raise AdminError(f"account {account} has orders under way: {named(sorted(found))}")


def end_orders(tx: Connection, keys: Collection[MatterKey], reason: str, by: Hand = BANK) -> list[Matter]:
    """End those of these matters that are still with the enterprise, and return them as they are then."""
    moment, _ = record.site(tx)
    return affairs.end(tx, moment, {by.operator_id: keys}, by_request=by.request_id, reason=reason) if keys else []


def named(keys: Sequence[MatterKey]) -> str:
    """Orders in words: customer and request id, and the row where it is one of a batch."""
    return listed([f"{key.customer_id}/{key.request_id}{f'/{key.row}' if key.row else ''}" for key in keys])


def listed(names: Sequence[str]) -> str:
    """Names in words, the first of many, in characters that both languages read."""
    more = len(names) - NAMED_MAX
    return ", ".join(names[:NAMED_MAX]) + (f" ... (+{more})" if more > 0 else "")
