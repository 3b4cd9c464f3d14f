"""What a command works with: the journal in transactions or for reading, and the core.

`OwnHands` opens a site's databases for one command. `DaemonHands` uses those of a running daemon, through its threads.
A command does not know which it has.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import Any, Final, Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine

from core_adapter.core import Core
from core_adapter.database import check_version, migrate, reading, transact
from core_adapter.ledger import MIGRATIONS as LEDGER_MIGRATIONS
from core_adapter.ledger import Ledger
from gateway.databases import JOURNAL_MIGRATIONS, open_core, open_journal
from gateway.settings import Settings

T = TypeVar("T")
Run = Callable[[Callable[[Any], Any], Callable[[Any], None]], None]
"""Takes a job and who gets its value, or the exception that it raised."""

JOB_SECONDS: Final = 60.0
"""Longest wait for a thread of the daemon to do one job."""


class Hands(Protocol):
    """What every command may use; calls block, and raise what the job raises."""

    @property
    def settings(self) -> Settings:
        """The settings of the site."""
        ...

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job in one transaction of the journal, which is committed when it returns."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal as of one moment, for reading."""
        ...

    def core(self, job: Callable[[Core], T]) -> T:
        """Run a job with the core."""
        ...

    def migrate(self) -> bool:
        """Bring the databases to this program's version, or see that they are; raises SchemaMismatch.

        Returns False where the databases are at that version because a daemon of this program runs on them.
        """
        ...


class OwnHands:
    """The databases of a site, opened when they are first needed and closed at the end of the context."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._close = ExitStack()

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._close.close()

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job in a transaction of its own; raises SchemaMismatch, CommitUnknown and the database's errors."""
        return transact(self._journal, job)

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal as of one moment; raises SchemaMismatch and the database's errors."""
        return reading(self._journal)

    def core(self, job: Callable[[Core], T]) -> T:
        """Run a job with the core; raises SchemaMismatch and CoreUnavailable."""
        return job(self._core)

    def migrate(self) -> bool:
        """Migrate the journal and, where it is embedded, the ledger."""
        journal = open_journal(self.settings)
        core = open_core(self.settings)
        try:
            migrate(journal, JOURNAL_MIGRATIONS)
            if isinstance(core, Ledger):
                migrate(core.engine, LEDGER_MIGRATIONS)
        finally:
            core.close()
            journal.dispose()
        return True

    @cached_property
    def _journal(self) -> Engine:
        engine = open_journal(self.settings)
        self._close.callback(engine.dispose)
        check_version(engine, JOURNAL_MIGRATIONS)
        return engine

    @cached_property
    def _core(self) -> Core:
        core = open_core(self.settings)
        self._close.callback(core.close)
        if isinstance(core, Ledger):
            with core.unavailable():
                check_version(core.engine, LEDGER_MIGRATIONS)
        return core


class DaemonHands:
    """What a daemon has open, used from a thread of its own, never the reactor's, beside the daemon's own work."""

    def __init__(
        self, settings: Settings, *, journal: Engine, core: Core, run_in_transaction: Run, run_with_core: Run
    ) -> None:
        """`run_in_transaction` takes jobs for the committer's thread, `run_with_core` for the one thread of the core.

        The journal is only read here, and the core used directly only where threads may share it.
        """
        self.settings = settings
        self._journal = journal
        self._core = core
        self._run_in_transaction = run_in_transaction
        self._run_with_core = run_with_core

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job between two turns of the committer; raises TimeoutError, after which it may still be done."""
        return _wait(self._run_in_transaction, job)

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal as of one moment, beside the committer."""
        return reading(self._journal)

    def core(self, job: Callable[[Core], T]) -> T:
        """Run a job with the core; on a link, between two batches: TimeoutError, after which it may still be done."""
        if isinstance(self._core, Ledger):
            return job(self._core)
        return _wait(self._run_with_core, job)

    def migrate(self) -> bool:
        """See that the databases are of this program's version: the daemon would not have started otherwise."""
        check_version(self._journal, JOURNAL_MIGRATIONS)
        return False


def _wait(run: Run, job: Callable[[Any], T]) -> T:
    told: Future[T | Exception] = Future()
    run(job, told.set_result)
    value = told.result(JOB_SECONDS)
    if isinstance(value, Exception):
        raise value
    return value
