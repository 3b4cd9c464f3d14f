"""Takes up due work for one committer: what time brings is woken, and what nobody carries any more becomes tasks.

Each function is a transaction of its own. One order that cannot be carried on stops no other: where a group fails, each
of it is tried by itself, and what fails alone is left alone for a while. Many such orders, due before all others, would
else be found first again and again, and nothing behind them ever.
"""

from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from twisted.logger import Logger

from core_adapter.database import CommitUnknown, transact
from gateway.domain.matter import MatterKey
from gateway.journal import due
from gateway.journal.record import Key
from gateway.journal.standing import Standing
from gateway.journal.task import Serving, Task

GONE: Final = (OperationalError, InterfaceError, InternalError, PoolTimeoutError, CommitUnknown)
"""What the database raises when it, and not one of the statements, is at fault."""

T = TypeVar("T")


class Dues:
    """See the module; what fails rests for `rest_seconds` of `clock`."""

    def __init__(
        self,
        serving: Callable[[], Serving],
        standing: Standing,
        *,
        owner: str,
        lease_ms: int,
        rest_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """`owner` and `lease_ms` are those of the requests that are taken over."""
        self._serving = serving
        self._standing = standing
        self._owner = owner
        self._lease_ms = lease_ms
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._resting: dict[tuple[Any, ...], float] = {}
        self.log = Logger(namespace="committer")

    def wake(self, engine: Engine) -> bool:
        """Time alone changes matters: what is scheduled runs, what nobody decided expires.

        Whether the bank is to act on some order now.
        """
        resting = self._rests()

        def find(tx: Connection) -> list[MatterKey]:
            return due.waking(tx, resting)

        try:
            return transact(engine, lambda tx: self._wake(tx, find(tx)))
        except GONE:
            raise
        except Exception:  # noqa: BLE001  a bug in waking one of them
            keys = transact(engine, find)
        woken = []
        for key in keys:

            def wake(tx: Connection, key: MatterKey = key) -> bool:
                return self._wake(tx, [key])

            woken.append(self._alone(engine, key, wake, nothing=False))
        return any(woken)

    def take_over(self, engine: Engine, mine: Collection[Key | None], *, with_rows: bool) -> list[Task]:
        """Requests whose lease has ended, and that are not `mine`, become tasks of this process; `with_rows` as there.

        Nothing is begun by it: the tasks are for the desk.
        """
        passed = {*self._rests(), *mine}

        def find(tx: Connection) -> list[Key]:
            return due.leaseless(tx, passed, more=len(self._resting))

        try:
            return transact(engine, lambda tx: self._lease(tx, find(tx), with_rows=with_rows))
        except GONE:
            raise
        except Exception:  # noqa: BLE001  a bug in reading one of them
            keys = transact(engine, find)
        tasks: list[Task] = []
        for key in keys:
            rows = with_rows and sum(len(task.transfers) for task in tasks) < due.ROWS_TAKEN_MAX

            def lease(tx: Connection, key: Key = key, rows: bool = rows) -> list[Task]:  # noqa: FBT001  of this round
                return self._lease(tx, [found for found in find(tx) if found == key], with_rows=rows)

            tasks += self._alone(engine, key, lease, nothing=[])
        return tasks

    def _wake(self, tx: Connection, keys: Collection[MatterKey]) -> bool:
        return due.wake(tx, self._serving(), self._standing, keys)

    def _lease(self, tx: Connection, keys: Collection[Key], *, with_rows: bool) -> list[Task]:
        return due.take_over(
            tx, keys, with_rows=with_rows, owner=self._owner, lease_ms=self._lease_ms, now=self._clock()
        )

    def _alone(self, engine: Engine, key: Key | MatterKey, work: Callable[[Connection], T], *, nothing: T) -> T:
        """What comes of one of a group that failed, by itself; `nothing` where it fails again, and it rests then."""
        try:
            return transact(engine, work)
        except GONE:
            raise
        except Exception:  # noqa: BLE001  the one that is at fault
            self._resting[key] = self._clock() + self._rest_seconds
            self.log.failure("due work {key} cannot be carried on", key="/".join(map(str, key)))
            return nothing

    def _rests(self) -> set[tuple[Any, ...]]:
        """What is left alone now: keys of requests and of matters."""
        now = self._clock()
        self._resting = {key: until for key, until in self._resting.items() if until > now}
        return set(self._resting)
