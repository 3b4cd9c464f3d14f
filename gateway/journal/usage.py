"""The statements about counters of limits: locking those that a transaction looks at, and writing those it changed."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, select, tuple_

from core_adapter.bulk import BulkInsert, BulkUpdate
from gateway.domain.usage import UsageKey
from gateway.journal.tables import USAGE

_KEYS: Final = ("customer_id", "scope", "subject", "business_date")
_NEW: Final = BulkInsert(USAGE, (*_KEYS, "amount"))
_WRITE: Final = BulkUpdate(USAGE, _KEYS, ["amount"])
_LOCK: Final = (
    select(USAGE)
    .where(tuple_(*(USAGE.c[name] for name in _KEYS)).in_(bindparam("keys", expanding=True)))
    .order_by(*(USAGE.c[name] for name in _KEYS))
    .with_for_update()
)


def lock(tx: Connection, keys: Iterable[UsageKey]) -> dict[UsageKey, int]:
    """Lock these counters in the order of their keys and return them, in fen; one that was not there is made, at zero.

    Whoever makes one at the same moment waits for it here, so that a counter is never counted twice from zero.
    """
    wanted = {(key.customer_id, key.scope.value, key.subject, key.business_date.isoformat()): key for key in keys}
    if not wanted:
        return {}
    ordered = sorted(wanted)
    found = _read(tx, ordered)
    if missing := [key for key in ordered if key not in found]:
        _NEW.claim(tx, [(*key, 0) for key in missing])
        found = _read(tx, ordered)
    return {key: found[text] for text, key in wanted.items()}


def _read(tx: Connection, keys: list[tuple[str, str, str, str]]) -> dict[tuple[str, str, str, str], int]:
    return {(row[0], row[1], row[2], row[3]): row[4] for row in tx.execute(_LOCK, {"keys": keys})}


def write(tx: Connection, amounts: Mapping[UsageKey, int]) -> None:
    """Write these locked counters."""
    _WRITE.run(
        tx,
        sorted(
            (amount, key.customer_id, key.scope.value, key.subject, key.business_date.isoformat())
            for key, amount in amounts.items()
        ),
    )
