"""The payments of a customer that came back or failed, by day (退回结果查询, R4.26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select, tuple_, union_all
from sqlalchemy import Row as ResultRow

from gateway.domain.incoming import IncomingState
from gateway.domain.matter import MatterKey
from gateway.journal.listing import LISTED
from gateway.journal.tables import INCOMING, MATTER, REQUEST, TRANSFER

RETURNED: Final = "returned"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFilter:
    """Which are asked for, by the day on which they failed or came back, both included.

    `accounts` are the payer accounts that the asker may see (R1.5), and `asker` the operator, who alone sees the rows
    of what it hid (R5.9). `kind` is one of the two, or None for both.
    """

    first: date
    last: date
    accounts: Sequence[str]
    asker: str
    kind: str | None = None


class ReturnPlace(NamedTuple):
    """Where one stands in the list: the day, the request id, the row, and the kind."""

    day: str
    request_id: str
    row: int
    kind: str


def found(
    tx: Connection, customer_id: str, wanted: ReturnFilter, *, after: ReturnPlace | None, most: int
) -> list[tuple[ReturnPlace, ResultRow[Any]]]:
    """Payments behind a place, the newest day first, each with its row of a list of transfers."""
    days = wanted.first.isoformat(), wanted.last.isoformat()
    kinds = {FAILED: _failed(customer_id, days), RETURNED: _returned(customer_id, days)}
    which = union_all(*(each for kind, each in kinds.items() if wanted.kind in (None, kind))).subquery()
    key = (which.c.day, which.c.request_id, which.c.row, which.c.kind)
    ours: ColumnElement[bool] = and_(
        TRANSFER.c.customer_id == customer_id,
        TRANSFER.c.request_id == which.c.request_id,
        TRANSFER.c.row == which.c.row,
    )
    statement = (
        LISTED.add_columns(which.c.day.label("day"), which.c.kind.label("what"))
        .join(which, ours)
        .where(TRANSFER.c.payer_account.in_(wanted.accounts))
        .where(or_(MATTER.c.hidden.is_(None), ~MATTER.c.hidden, REQUEST.c.operator_id == wanted.asker))
        .order_by(*(each.desc() for each in key))
        .limit(most)
    )
    if after is not None:
        statement = statement.where(tuple_(*key) < tuple_(*after))
    return [(ReturnPlace(row.day, row.request_id, row.row, row.what), row) for row in tx.execute(statement)]


def matter_of(customer_id: str, place: ReturnPlace) -> MatterKey:
    """The payment at a place of the list."""
    return MatterKey(customer_id, place.request_id, place.row)


def _failed(customer_id: str, days: tuple[str, str]) -> Select[Any]:
    c = TRANSFER.c
    return select(c.request_id, c.row, c.ended_on.label("day"), literal(FAILED).label("kind")).where(
        c.customer_id == customer_id, c.ended_on.between(*days)
    )


def _returned(customer_id: str, days: tuple[str, str]) -> Select[Any]:
    c = INCOMING.c
    return select(
        c.of_request.label("request_id"),
        c.of_row.label("row"),
        c.business_date.label("day"),
        literal(RETURNED).label("kind"),
    ).where(c.of_customer == customer_id, c.business_date.between(*days), c.state == IncomingState.CREDITED.value)
