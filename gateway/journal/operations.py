"""The operation log (R6.8) as a statement: the request ids that a customer's operators used up, as they were stored."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, select, tuple_

from gateway.journal.tables import REQUEST
from protocol.limits import OPERATIONS_SEEN_MAX

Position = tuple[str | int, ...]
"""Business date, database time in milliseconds, request id: the order of the log."""


class Operation(NamedTuple):
    """One use of a request id; `code` is that of an answer that was known at entry, None where there was none yet."""

    business_date: str
    received_ms: int
    request_id: str
    operator_id: str
    service: str
    code: str | None

    @property
    def position(self) -> Position:
        """Where it stands in the log."""
        return self[:3]


_COLUMNS: Final = tuple(REQUEST.c[name] for name in Operation._fields)


def list_operations(
    tx: Connection,
    customer_id: str,
    period: tuple[date, date],
    *,
    operator_id: str | None,
    after: Position | None,
    limit: int,
) -> tuple[list[Operation], Position | None]:
    """Operations of a period, both days included, in order, at most `limit` behind `after`; of one operator or all.

    Of a busy customer not all are looked at for those of one operator: the second value then says how far they were.
    """
    first, last = (day.isoformat() for day in period)
    key, day = tuple_(*_COLUMNS[:3]), REQUEST.c.business_date
    # One bound at either end: SQLite looks for rows by one of two.
    start = key > tuple_(*after) if after is not None and str(after[0]) >= first else day >= first
    begun = (REQUEST.c.customer_id == customer_id, start)
    seen = _seen(tx, *begun, day <= last) if operator_id is not None else None
    wanted = select(*_COLUMNS).where(*begun).order_by(*_COLUMNS[:3]).limit(limit)
    wanted = wanted.where(key <= tuple_(*seen) if seen is not None else day <= last)
    if operator_id is not None:
        wanted = wanted.where(REQUEST.c.operator_id == operator_id)
    return [Operation(*row) for row in tx.execute(wanted)], seen


def _seen(tx: Connection, *wanted: ColumnElement[bool]) -> Position | None:
    """The last operation that is looked at where more would follow."""
    keys = select(*_COLUMNS[:3]).where(*wanted).order_by(*_COLUMNS[:3]).offset(OPERATIONS_SEEN_MAX - 1).limit(2)
    last = tx.execute(keys).all()
    return tuple(last[0]) if len(last) > 1 else None
