"""The two bare drivers under one face: the fastest way found for each to write the same rows. They know no rule.

sqlite3 takes the rows of a statement one after the other (executemany). For psycopg, four ways were compared: a
statement with arrays for all its rows, all statements of a commit in one pipeline, was faster than executemany, than
JSON spread by the server and than COPY, which needs a round trip per table.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import psycopg

Row = tuple[str | int | bytes | date | None, ...]
SQLITE: Final = "sqlite:///"


@dataclass(slots=True)
class Standing:
    """An account as it is locked: balance in fen and the number of its latest entry."""

    balance: int
    sequence: int

    def take(self, fen: int) -> None:
        """One more entry of so many fen."""
        self.balance += fen
        self.sequence += 1


class Driver(Protocol):
    """Writes rows of the journal and of the core; nothing is durable before the commit."""

    def journal_claim(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows whose key is free."""

    def journal_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows."""

    def journal_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """Set columns of the rows with these keys."""

    def commit_journal(self) -> None:
        """Make the journal durable."""

    def core_lock(self, numbers: Sequence[str], count: int) -> tuple[dict[str, Standing], int]:
        """Lock accounts by rising number, then the book; the accounts, and the last of `count` numbers taken."""

    def core_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows."""

    def core_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """Set columns of the rows with these keys."""

    def commit_core(self) -> None:
        """Make the book durable."""


@contextmanager
def open_driver(journal: str, core: str) -> Iterator[Driver]:
    """The driver of these databases."""
    with ExitStack() as stack:
        if journal.startswith(SQLITE):
            files = [_open_sqlite(url.removeprefix(SQLITE)) for url in (journal, core)]
            for file in files:
                stack.callback(file.close)
            yield SqliteDriver(*files)
        else:
            yield PostgresqlDriver(stack.enter_context(psycopg.connect(journal)))


def insert_sql(table: str, columns: Sequence[str], mark: str, end: str = "") -> str:
    """INSERT of one row with a mark per value."""
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){end}"  # noqa: S608  own names


def update_sql(table: str, columns: Sequence[str], key: Sequence[str], mark: str) -> str:
    """UPDATE of one row with a mark per value, the keys last."""
    settings = ", ".join(f"{column} = {mark}" for column in columns)
    where = " AND ".join(f"{column} = {mark}" for column in key)
    return f"UPDATE {table} SET {settings} WHERE {where}"  # noqa: S608  own names


UNLESS_TAKEN: Final = " ON CONFLICT DO NOTHING"


class SqliteDriver:
    """sqlite3 over two files, as the gateway keeps them: write-ahead log, synchronous=FULL."""

    def __init__(self, journal: sqlite3.Connection, core: sqlite3.Connection) -> None:
        self._journal = journal
        self._core = core

    def journal_claim(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._write(self._journal, insert_sql(table, columns, "?", UNLESS_TAKEN), rows)

    def journal_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._write(self._journal, insert_sql(table, columns, "?"), rows)

    def journal_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._write(self._journal, update_sql(table, columns, key, "?"), rows)

    def commit_journal(self) -> None:
        """See Driver."""
        self._journal.execute("COMMIT")

    def core_lock(self, numbers: Sequence[str], count: int) -> tuple[dict[str, Standing], int]:
        """See Driver."""
        self._core.execute("BEGIN IMMEDIATE")
        marks = ",".join("?" * len(numbers))
        sql = f"SELECT number, balance, sequence FROM account WHERE number IN ({marks})"  # noqa: S608  marks only
        found = self._core.execute(sql, numbers)
        accounts = {number: Standing(balance, sequence) for number, balance, sequence in found}
        taken = self._core.execute("UPDATE book SET number = number + ? RETURNING number", (count,)).fetchall()
        return accounts, taken[0][0]

    def core_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._write(self._core, insert_sql(table, columns, "?"), rows)

    def core_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._write(self._core, update_sql(table, columns, key, "?"), rows)

    def commit_core(self) -> None:
        """See Driver."""
        self._core.execute("COMMIT")

    @staticmethod
    def _write(file: sqlite3.Connection, sql: str, rows: Sequence[Row]) -> None:
        if not file.in_transaction:
            file.execute("BEGIN IMMEDIATE")
        file.executemany(sql, [_texts(row) for row in rows] if "INTO move" in sql else rows)


def _texts(row: Row) -> Row:
    """The row with dates as SQLite keeps them."""
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _open_sqlite(path: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, timeout=20)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        file.execute(f"PRAGMA {pragma}")
    return file


class PostgresqlDriver:
    """psycopg with a pipeline per commit, each statement taking all its rows as arrays; two schemas of one database."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[str, list[list[object]]]] = []
        self._types = {
            (schema, table, column): kind
            for schema, table, column, kind in connection.execute(
                "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL) "
                "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname IN ('gateway', 'core') AND a.attnum > 0"
            )
        }

    def journal_claim(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._add("gateway", table, columns, rows, UNLESS_TAKEN)

    def journal_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._add("gateway", table, columns, rows)

    def journal_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._set("gateway", table, columns, key, rows)

    def commit_journal(self) -> None:
        """See Driver."""
        self._flush()

    def core_lock(self, numbers: Sequence[str], count: int) -> tuple[dict[str, Standing], int]:
        """See Driver."""
        with self._connection.pipeline():
            locked = self._connection.execute(
                "SELECT number, balance, sequence FROM core.account WHERE number = ANY(%s) ORDER BY number "
                "FOR NO KEY UPDATE",
                (list(numbers),),
            )
            taken = self._connection.execute("UPDATE core.book SET number = number + %s RETURNING number", (count,))
        accounts = {number: Standing(balance, sequence) for number, balance, sequence in locked}
        row = taken.fetchone()
        assert row is not None
        return accounts, row[0]

    def core_add(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._add("core", table, columns, rows)

    def core_set(self, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        """See Driver."""
        self._set("core", table, columns, key, rows)

    def commit_core(self) -> None:
        """See Driver."""
        self._flush()

    def _add(self, schema: str, table: str, columns: Sequence[str], rows: Sequence[Row], end: str = "") -> None:
        arrays = self._arrays(schema, table, columns)
        names = ", ".join(columns)
        sql = f"INSERT INTO {schema}.{table} ({names}) SELECT * FROM unnest({arrays}){end}"  # noqa: S608  own names
        self._waiting.append((sql, _columns(rows)))

    def _set(self, schema: str, table: str, columns: Sequence[str], key: Sequence[str], rows: Sequence[Row]) -> None:
        names = [*columns, *key]
        arrays = self._arrays(schema, table, names)
        settings = ", ".join(f"{column} = new.{column}" for column in columns)
        where = " AND ".join(f"old.{column} = new.{column}" for column in key)
        source = f"FROM unnest({arrays}) new ({', '.join(names)})"
        sql = f"UPDATE {schema}.{table} old SET {settings} {source} WHERE {where}"  # noqa: S608  own names
        self._waiting.append((sql, _columns(rows)))

    def _arrays(self, schema: str, table: str, columns: Sequence[str]) -> str:
        """A typed array parameter per column, binary where that is shorter."""
        kinds = [self._types[schema, table, column] for column in columns]
        return ", ".join(f"{'%b' if kind == 'bytea' else '%s'}::{kind}[]" for kind in kinds)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        with self._connection.pipeline(), self._connection.cursor() as cursor:
            for sql, columns in waiting:
                cursor.execute(sql.encode(), columns)
            self._connection.commit()


def _columns(rows: Sequence[Row]) -> list[list[object]]:
    """The values by column, as a statement with arrays takes them."""
    return [list(column) for column in zip(*rows, strict=True)]
