"""The statements about recurring orders: the list of them, and the runs of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select, tuple_

from gateway.domain.facts import Request, Transfer
from gateway.domain.matter import MatterKey
from gateway.journal import legs, transfers
from gateway.journal.tables import LEG, MATTER, RECURS, TRANSFER
from protocol.messages.transfer import TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringFilter:
    """Which recurring orders are asked for: from these payer accounts, with `live_only` those that have not ended."""

    accounts: Sequence[str]
    live_only: bool


_LIVE = or_(MATTER.c.state.like("waiting-%"), MATTER.c.state == TransferState.SCHEDULED.value)

RecurringPlace = tuple[int, str]
"""When the order was entered, and its request id."""


def recurring_of(
    tx: Connection, customer_id: str, wanted: RecurringFilter, *, after: RecurringPlace | None, most: int
) -> list[MatterKey]:
    """Recurring orders of a customer, the newest first, behind a place."""
    key = (MATTER.c.entered_ms, MATTER.c.request_id)
    found = (
        select(MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
        .where(MATTER.c.customer_id == customer_id, RECURS)
        .where(MATTER.c.payer_account.in_(wanted.accounts))
        .order_by(*(each.desc() for each in key))
        .limit(most)
    )
    if wanted.live_only:
        found = found.where(_LIVE)
    if after is not None:
        found = found.where(tuple_(*key) < tuple_(*after))
    return [MatterKey(*row) for row in tx.execute(found)]


def is_paying(tx: Connection, account: str) -> bool:
    """Whether a recurring order that has not ended pays from that account, whoever set it up."""
    found = select(MATTER.c.request_id).where(RECURS, MATTER.c.payer_account == account, _LIVE).limit(1)
    return tx.execute(found).first() is not None


def last_run(tx: Connection, customer_id: str, request_id: str) -> int:
    """The number of the last run of a recurring order that was made; 0 where none was."""
    found = select(func.max(TRANSFER.c.row)).where(
        TRANSFER.c.customer_id == customer_id, TRANSFER.c.request_id == request_id
    )
    return tx.execute(found).scalar_one() or 0


def runs_of(tx: Connection, order: Request, *, first: int, last: int) -> list[Transfer]:
    """The runs of a recurring order with numbers from `first` to `last`."""
    found = (
        select(TRANSFER, LEG)
        .select_from(legs.WITH_LEG)
        .where(
            TRANSFER.c.customer_id == order.customer_id,
            TRANSFER.c.request_id == order.request_id,
            TRANSFER.c.row.between(first, last),
        )
    )
    rows = tx.execute(found).mappings()
    return [transfers.read(row, order.operator_id, order.business_date) for row in rows]
