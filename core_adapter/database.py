"""Databases: engines, transactions and database time for SQLite and PostgreSQL alike.

It owns how a connection is set up and what a commit means; it must not know any table. The ledger and the gateway's
journal both build on it. Schema versions are in `core_adapter.upgrade`; `migrate` and `check_version` are offered here
too.

What a commit means
- A commit that returns is durable: SQLite with synchronous=FULL, PostgreSQL with synchronous_commit=on.
- `CommitUnknown` says that nobody here knows: the connection broke while COMMIT was under way, the wait for a
  synchronous standby was cancelled (PostgreSQL then reports success with a warning of class 01), or SQLite met an I/O
  error in it. Look by id in a new transaction that writes; never believe a mere read, which may show rows that a
  failover loses.
- Any other exception of a transaction means that nothing of it was done.
"""

import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Text,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from core_adapter.upgrade import SchemaMismatch, check_version, migrate

__all__ = [
    "CommitUnknown",
    "DatabaseNow",
    "SchemaMismatch",
    "among",
    "check_version",
    "database_now",
    "migrate",
    "open_engine",
    "reading",
    "transact",
]

LOCK_SECONDS: Final = 5.0
"""Longest wait for another writer: above any healthy commit, below the patience of a peer that waits for its reply."""

STATEMENT_SECONDS: Final = 30
"""Longest single statement on PostgreSQL; `migrate` and the ledger's check lift it for themselves."""

ATTEMPTS_MAX: Final = 5
"""Most tries of one transaction that the database rolled back for the sake of another."""

BACKOFF_SECONDS: Final = 0.005
"""Mean wait before the second try; doubled for each further one."""

RETRIED_STATES: Final = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs after which a whole transaction is tried again: serialization, deadlock, and a lost race for a unique key
(where the next try finds the winner's row)."""

_JITTER: Final = random.SystemRandom()

T = TypeVar("T")


class CommitUnknown(Exception):
    """A commit was asked for, and nobody here knows whether it took place."""


class DatabaseNow(ColumnElement[int]):
    """SQL for the database's clock in whole milliseconds since 1970 (UTC), read when the statement runs."""

    inherit_cache = True
    type = BigInteger()


@compiles(DatabaseNow, "postgresql")
def _now_postgresql(_element: DatabaseNow, _compiler: SQLCompiler, **_options: object) -> str:
    return "floor(extract(epoch from clock_timestamp()) * 1000)::bigint"


@compiles(DatabaseNow, "sqlite")
def _now_sqlite(_element: DatabaseNow, _compiler: SQLCompiler, **_options: object) -> str:
    return "(CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER))"


class _Among(FunctionElement[bool]):
    """SQL for "this column is one of that list", the list one parameter: the same text for any length."""

    inherit_cache = True
    type = Boolean()


class _Texts(TypeDecorator[list[str]]):
    """A list of texts as one parameter: an array for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(Text()) if dialect.name == "postgresql" else Text()

    @override
    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" or value is None else json.dumps(value, ensure_ascii=False)


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **_options: object) -> str:
    column, values = element.clauses
    return f"{compiler.process(column)} = ANY (CAST({compiler.process(values)} AS text[]))"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **_options: object) -> str:
    column, values = element.clauses
    # Both parts are compiled SQL, not text of anyone.
    return f"{compiler.process(column)} IN (SELECT value FROM json_each({compiler.process(values)}))"  # noqa: S608


def among(column: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """The condition that `column` is one of the texts given at execution as the list `parameter`.

    Unlike ``in_``, its SQL is the same for any number of texts: compiled once, prepared once.
    """
    return _Among(column, bindparam(parameter, type_=_Texts()))


def database_now(connection: Connection) -> int:
    """Milliseconds since 1970 (UTC) by the database's own clock, the one by which leases and bookings are timed."""
    return int(connection.execute(_SELECT_NOW).scalar_one())


_SELECT_NOW: Final = select(DatabaseNow())


def open_engine(url: str, *, schema: str | None = None, read_only: bool = False) -> Engine:
    """Open a database by URL: ``sqlite:///file.db`` or ``postgresql://…``; nothing is connected yet.

    `schema` is the PostgreSQL schema to work in (SQLite, with a file per room, has none). `engine.begin()` is one
    writing transaction (SQLite: BEGIN IMMEDIATE, one writer at a time in the process, see `_SqliteConnection`);
    `reading(engine)` is a read of one moment. Raises ValueError for any other database, and for SQLite in memory, which
    cannot be durable. Errors never show the values of a statement.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed, read_only=read_only)
        case "postgresql" | "postgres":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return _open_postgresql(parsed, schema=schema, read_only=read_only)
        case other:
            raise ValueError(f"database {other!r} is not supported: use sqlite:///FILE or postgresql://HOST/NAME")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction whose statements all see the database as of one moment, without waiting for writers."""
    with engine.connect().execution_options(yinqi_reading=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection
            return
        with connection.begin():
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("PRAGMA query_only=OFF")


def transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` in one writing transaction and commit, as a whole again where the database asks for that.

    There are up to `ATTEMPTS_MAX` tries, with jitter, when the database rolled the transaction back for another's sake
    (`RETRIED_STATES`) or the connection was gone before COMMIT; so `work` must have no effect but on the database.
    Raises CommitUnknown, and SQLAlchemy's DBAPIError once tries are used up or for any other failure.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            if attempt == ATTEMPTS_MAX or not _worth_another_try(error):
                raise
            pause = _JITTER.uniform(0, 2 * BACKOFF_SECONDS) * 2 ** (attempt - 1)
            time.sleep(pause)  # noqa: TID251 - the other transaction gives no sign when it is over
    raise AssertionError("unreachable: the last attempt returns or raises")


def _worth_another_try(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRIED_STATES


# --- SQLite


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


def _open_sqlite(url: URL, *, read_only: bool) -> Engine:
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


# --- PostgreSQL


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


def _open_postgresql(url: URL, *, schema: str | None, read_only: bool) -> Engine:
    settings = {
        "synchronous_commit": "on",
        "lock_timeout": f"{LOCK_SECONDS:.0f}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{2 * STATEMENT_SECONDS}s",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    if schema is not None:
        settings["search_path"] = schema
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments: dict[str, Any] = {"options": options, "connect_timeout": 5, "tcp_user_timeout": 10_000}
    if not read_only:
        arguments["target_session_attrs"] = "read-write"
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, use_native_hstore=False)
    engine = engine.execution_options(yinqi_schema=schema)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, _record: object, names: list[Any], options: dict[str, Any]) -> _PostgresqlConnection:
        connection = _PostgresqlConnection.connect(*names, **options)
        connection.watch()
        return connection

    return engine
