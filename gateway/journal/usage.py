"""The counters of usage in the database: locked before a decision, written after it, each set-based.

What is taken, and what fits, is decided in `gateway.domain`. A turn locks all the counters it may change at once, after
its requests and matters: counters made and locked in one order let processes wait for one another only in line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, select, tuple_

from core_adapter.bulk import BulkInsert, BulkLock, BulkUpdate
from gateway.domain.usage import Scope, UsageKey
from gateway.journal.tables import USAGE

PAGE: Final = 1_000
"""Counters in memory while all of them are read."""
REMEMBERED_MAX: Final = 50_000
"""Counters that a committer remembers at once, some ten megabytes."""

_KEY: Final = ("customer_id", "scope", "subject", "business_date")
_NEW: Final = BulkInsert(USAGE, (*_KEY, "amount"))
_LOCK: Final = BulkLock(USAGE, _KEY, ("amount",))
_SEEN: Final = select(*(USAGE.c[name] for name in (*_KEY, "amount"))).where(
    tuple_(*(USAGE.c[name] for name in _KEY)).in_(bindparam("keys", expanding=True))
)
_WRITE: Final = BulkUpdate(USAGE, _KEY, ("amount",))
_BETWEEN: Final = (
    select(USAGE)
    .where(USAGE.c.business_date.between(bindparam("first"), bindparam("last")))
    .execution_options(yield_per=PAGE)
)


class Made:
    """Counters that one committer has made or seen: it need not try to make them again.

    It may believe in one whose transaction was lost. `lock` finds that out and makes it then, out of the order of
    locks; should two transactions come into a circle there, the database ends one, and it is tried again.
    """

    def __init__(self) -> None:
        """None yet."""
        self._keys: set[UsageKey] = set()

    def missing(self, keys: Iterable[UsageKey]) -> list[UsageKey]:
        """Those that are not remembered, and are from now on."""
        if len(self._keys) > REMEMBERED_MAX:
            self._keys.clear()
        found = [key for key in keys if key not in self._keys]
        self._keys.update(found)
        return found


def lock(tx: Connection, keys: Iterable[UsageKey], made: Made) -> dict[UsageKey, int]:
    """Lock these counters and read them, in fen; one that is not there yet is made, with nothing used.

    Once in a transaction, with all the keys it may need: what is used stays so until the transaction ends.
    """
    wanted = sorted(set(keys))
    _make(tx, made.missing(wanted))
    found = _found(tx, wanted)
    if len(found) < len(wanted):
        lost = [key for key in wanted if key not in found]
        _make(tx, lost)
        found |= _found(tx, lost)
    return found


def _make(tx: Connection, keys: Sequence[UsageKey]) -> None:
    _NEW.claim(tx, [(*_row(key), 0) for key in keys])


def _found(tx: Connection, keys: Sequence[UsageKey]) -> dict[UsageKey, int]:
    return {keys[place - 1]: amount for place, amount in _LOCK.run(tx, [_row(key) for key in keys])}


def seen(tx: Connection, keys: Iterable[UsageKey]) -> dict[UsageKey, int]:
    """What is used of these counters, in fen, as it stands: none is locked, and none is made."""
    wanted = {_row(key): key for key in keys}
    found = tx.execute(_SEEN, {"keys": sorted(wanted)})
    return dict.fromkeys(wanted.values(), 0) | {wanted[tuple(key)]: amount for *key, amount in found}


def write(tx: Connection, amounts: Mapping[UsageKey, int]) -> None:
    """Write what is used now of these counters, which this transaction has locked."""
    found = _WRITE.run(tx, [(amount, *_row(key)) for key, amount in amounts.items()])
    assert found == len(amounts), "a counter was written that was not locked"


def read(tx: Connection, first: date, last: date) -> Iterator[tuple[UsageKey, int]]:
    """Every counter of these business dates (both included), a page at a time, in no order."""
    for customer_id, scope, subject, day, amount in tx.execute(
        _BETWEEN, {"first": first.isoformat(), "last": last.isoformat()}
    ):
        yield UsageKey(customer_id, Scope(scope), subject, date.fromisoformat(day)), amount


def _row(key: UsageKey) -> tuple[str, str, str, str]:
    return key.customer_id, key.scope.value, key.subject, key.business_date.isoformat()
