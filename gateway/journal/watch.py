"""What the journal tells those who watch it: how many requests are in doubt, and for how long."""

from sqlalchemy import Connection, and_, func, or_, select

from core_adapter.database import database_now
from gateway.journal.tables import REQUEST, TRANSFER

_IN_DOUBT = (
    select(func.count(), func.min(REQUEST.c.received_ms))
    .select_from(REQUEST)
    .join(
        TRANSFER,
        (TRANSFER.c.customer_id == REQUEST.c.customer_id) & (TRANSFER.c.request_id == REQUEST.c.request_id),
    )
    .where(or_(and_(REQUEST.c.due_ms.isnot(None), TRANSFER.c.state == "unknown"), TRANSFER.c.state == "in-doubt"))
)


def in_doubt(tx: Connection) -> tuple[int, float]:
    """How many requests have an outcome that nobody here knows, and the age of the oldest in seconds (0 if none)."""
    count, oldest_ms = tx.execute(_IN_DOUBT).one()
    return count, (database_now(tx) - oldest_ms) / 1000 if count else 0.0
