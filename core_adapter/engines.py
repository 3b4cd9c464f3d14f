"""How connections to SQLite and PostgreSQL are made and what their COMMIT tells; `core_adapter.database` is the way in.

It owns settings, gates and commits of connections; it knows no table and no statement of ours.
"""

import sqlite3
import threading
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import OperationalError
from typing_extensions import override

LOCK_SECONDS: Final = 5.0
"""Longest wait for another writer: above any healthy commit, below the patience of a peer that waits for its reply."""

STATEMENT_SECONDS: Final = 30
"""Longest single statement on PostgreSQL; `migrate` and the ledger's check lift it for themselves."""


class CommitUnknown(Exception):
    """A commit was asked for, and nobody here knows whether it took place."""


@cache
def _gate(_path: str) -> threading.Lock:
    """The one lock of this process for writing to that file."""
    return threading.Lock()


class _SqliteConnection(sqlite3.Connection):
    """A connection that holds the process's gate of its file from BEGIN IMMEDIATE until COMMIT or ROLLBACK is over.

    SQLite's own checkpoint runs inside that COMMIT. So no connection of the process writes while another checkpoints,
    which corrupts databases in SQLite 3.7.0 to 3.51.2, and writers wait in turn instead of by SQLite's sleeping retry.
    """

    gate: "threading.Lock | None" = None  # a string: before Python 3.13 Lock is a function

    def enter(self, gate: threading.Lock) -> bool:
        """Take the gate unless this connection has it; false when another writer kept it for `LOCK_SECONDS`."""
        if self.gate is None and gate.acquire(timeout=LOCK_SECONDS):
            self.gate = gate
        return self.gate is not None

    def leave(self) -> None:
        """Give the gate back, if this connection has it."""
        gate, self.gate = self.gate, None
        if gate is not None:
            gate.release()

    @override
    def commit(self) -> None:
        """Commit; raises CommitUnknown for an I/O error, after which the log on disk may or may not hold the commit."""
        try:
            super().commit()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR:
                raise CommitUnknown("SQLite met an I/O error in COMMIT") from error
            raise
        self.leave()

    @override
    def rollback(self) -> None:
        """Roll back and give the gate back, whatever happens."""
        try:
            super().rollback()
        finally:
            self.leave()

    @override
    def close(self) -> None:
        """Close and give the gate back, whatever happens."""
        try:
            super().close()
        finally:
            self.leave()


def open_sqlite(url: URL, *, read_only: bool) -> Engine:
    """An engine for a SQLite file; ValueError for a database in memory."""
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite in memory is not durable: name a file, sqlite:///FILE")
    path = Path(url.database).resolve()
    url = URL.create("sqlite", database=str(path))
    if read_only:
        url = URL.create("sqlite", database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={
            "factory": _SqliteConnection,
            "isolation_level": None,
            "timeout": LOCK_SECONDS,
            "check_same_thread": False,
        },
    )
    gate = _gate(str(path))

    @event.listens_for(engine, "connect")
    def set_up(raw: _SqliteConnection, _record: object) -> None:
        modes = ("query_only=ON",) if read_only else ("journal_mode=WAL", "synchronous=FULL")
        for pragma in (*modes, "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if read_only or connection.get_execution_options().get("yinqi_reading"):
            connection.exec_driver_sql("BEGIN")
            return
        raw = connection.connection.driver_connection
        assert isinstance(raw, _SqliteConnection)
        if not raw.enter(gate):
            late = sqlite3.OperationalError("database is locked by another thread")
            raise OperationalError("BEGIN IMMEDIATE", None, late)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            raw.leave()
            raise

    return engine


class _PostgresqlConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose COMMIT either is known to be done, is known not to be, or raises CommitUnknown."""

    warned: psycopg.errors.Diagnostic | None = None

    def watch(self) -> None:
        """Note the warnings that the server sends."""
        self.add_notice_handler(self._note)

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate == "01000" and notice.severity_nonlocalized == "WARNING":
            self.warned = notice

    @override
    def commit(self) -> None:
        """Commit, or raise CommitUnknown.

        A warning of class 01 in it means that the wait for the standby was cancelled; a connection that broke in it,
        that the answer was lost.
        """
        self.warned = None
        try:
            super().commit()
        except psycopg.OperationalError as error:
            if self.closed:
                raise CommitUnknown("the connection broke in COMMIT") from error
            raise
        if self.warned is not None:
            raise CommitUnknown(f"COMMIT came with a warning: {self.warned.message_primary}")


def open_postgresql(url: URL, *, schema: str | None, read_only: bool) -> Engine:
    """An engine for a PostgreSQL database, through psycopg; writers insist on a server that takes writes."""
    settings = {
        "synchronous_commit": "on",
        "jit": "off",  # compiling a plan costs more than any statement of ours
        "lock_timeout": f"{LOCK_SECONDS:.0f}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{2 * STATEMENT_SECONDS}s",
    }
    if schema is not None:
        settings["search_path"] = schema
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments: dict[str, Any] = {"options": options, "connect_timeout": 5, "tcp_user_timeout": 10_000}
    if not read_only:
        arguments["target_session_attrs"] = "read-write"
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, use_native_hstore=False)
    engine = engine.execution_options(yinqi_schema=schema, **({"postgresql_readonly": True} if read_only else {}))

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, _record: object, names: list[Any], options: dict[str, Any]) -> _PostgresqlConnection:
        connection = _PostgresqlConnection.connect(*names, **options)
        connection.watch()
        return connection

    return engine
