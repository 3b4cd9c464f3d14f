"""Databases: engines, transactions and database time for SQLite and PostgreSQL alike.

It owns transactions and what a commit means; it must not know any table. The ledger and the gateway's journal both
build on it. Connections are made in `core_adapter.engines`, and schema versions kept in `core_adapter.upgrade`: what
others need of them is offered here.

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
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

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
    select,
)
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from core_adapter.engines import CommitUnknown, open_postgresql, open_sqlite
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

ATTEMPTS_MAX: Final = 5
"""Most tries of one transaction that the database rolled back for the sake of another."""

BACKOFF_SECONDS: Final = 0.005
"""Mean wait before the second try; doubled for each further one."""

RETRIED_STATES: Final = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs after which a whole transaction is tried again: serialization, deadlock, and a lost race for a unique key
(where the next try finds the winner's row)."""

_JITTER: Final = random.SystemRandom()

T = TypeVar("T")


class DatabaseNow(FunctionElement[int]):
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

    @override
    def self_group(self, against: OperatorType | None = None) -> Any:
        """As it is: SQLAlchemy would compare a condition of its own with 1 on SQLite, which then finds no index."""
        return self


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
    writing transaction (SQLite: BEGIN IMMEDIATE, one writer at a time in the process, see `core_adapter.engines`);
    `reading(engine)` is a read of one moment. Raises ValueError for any other database, and for SQLite in memory, which
    cannot be durable. Errors never show the values of a statement.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return open_sqlite(parsed, read_only=read_only)
        case "postgresql" | "postgres":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return open_postgresql(parsed, schema=schema, read_only=read_only)
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
