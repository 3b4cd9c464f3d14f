"""Writing many rows with few statements, the fastest way each database has; it knows no table of ours.

SQLite gets all rows of a statement as VALUES, in pieces of a power of two, so that few different texts are ever
prepared: a statement that runs long outside the interpreter's lock disturbs the other threads less than many short
ones. PostgreSQL gets all rows as one JSON parameter and spreads them itself (``json_to_recordset``): one statement, one
message, one parse, whatever the number of rows. Values are texts, ints, bools, bytes and None; dates are given as ISO
text. Errors are SQLAlchemy's, as for any statement.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Connection,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.selectable import TableValuedAlias

Value = str | int | bool | bytes | None
Row = tuple[Value, ...]

PIECE_ROWS_MAX: Final = 64
"""Most rows of one statement on SQLite: some thousand parameters, far below its limit of 32,766."""


class BulkInsert:
    """INSERT of these columns of a table."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        """Prepare for rows that bring a value for each of `columns`."""
        self._records = _Records(table, columns)
        # Names of tables and columns are ours; every value is a parameter.
        self._head = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "  # noqa: S608  see above
        self._key = ", ".join(each.name for each in table.primary_key)
        insert = postgresql.insert(table).from_select(list(columns), select(self._records.alias))
        self._insert = insert
        self._claim = insert.on_conflict_do_nothing().returning(*table.primary_key)

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert the rows, each with a value per column; none is a no-op."""
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            connection.execute(self._insert, self._records.parameter(rows))
        else:
            for piece in _pieces(rows):
                connection.exec_driver_sql(self._head + _values(len(piece), len(piece[0])), _flat(piece))

    def claim(self, connection: Connection, rows: Sequence[Row]) -> list[Any]:
        """Insert the rows whose key is free; the keys of those that were inserted. The database judges races."""
        if not rows:
            return []
        if connection.dialect.name == "postgresql":
            return list(connection.execute(self._claim, self._records.parameter(rows)))
        tail = f" ON CONFLICT DO NOTHING RETURNING {self._key}"
        return [
            won
            for piece in _pieces(rows)
            for won in connection.exec_driver_sql(self._head + _values(len(piece), len(piece[0])) + tail, _flat(piece))
        ]


class BulkUpdate:
    """UPDATE that sets these columns of the rows whose `keys` columns have the given values."""

    def __init__(self, table: Table, keys: Sequence[str], columns: Sequence[str]) -> None:
        """Prepare for rows that bring a value for each of `columns`, and then one for each of `keys`."""
        names = [*columns, *keys]
        self._records = _Records(table, names)
        records = self._records.alias
        self._update = (
            update(table)
            .where(and_(*(table.c[key] == records.c[key] for key in keys)))
            .values({name: records.c[name] for name in columns})
        )
        places = {name: f"given.column{number}" for number, name in enumerate(names, 1)}
        sets = ", ".join(f"{name} = {places[name]}" for name in columns)
        where = " AND ".join(f"{table.name}.{key} = {places[key]}" for key in keys)
        self._sqlite = (f"UPDATE {table.name} SET {sets} FROM (VALUES ", f") AS given WHERE {where}")  # noqa: S608  ours, as above

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Update the rows, each with a value per column and then the keys'; how many were found. None is a no-op."""
        if not rows:
            return 0
        if connection.dialect.name == "postgresql":
            return connection.execute(self._update, self._records.parameter(rows)).rowcount
        head, tail = self._sqlite
        return sum(
            connection.exec_driver_sql(head + _values(len(piece), len(piece[0])) + tail, _flat(piece)).rowcount
            for piece in _pieces(rows)
        )


class _Records:
    """The rows as the one JSON parameter of PostgreSQL; texts have no length there: the table's limit is an error."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        self._names = names
        self._binary = [name for name in names if isinstance(table.c[name].type, LargeBinary)]
        types = ((name, table.c[name].type) for name in names)
        columns = [column(name, Text() if isinstance(kind, String) else kind) for name, kind in types]
        self.alias: TableValuedAlias = (
            func.json_to_recordset(cast(bindparam("rows", type_=Text()), JSON))
            .table_valued(*columns, name="record")
            .render_derived(with_types=True)
        )

    def parameter(self, rows: Sequence[Row]) -> dict[str, str]:
        records: list[dict[str, Any]] = [dict(zip(self._names, row, strict=True)) for row in rows]
        for name in self._binary:
            for record in records:
                if record[name] is not None:
                    record[name] = "\\x" + record[name].hex()
        return {"rows": json.dumps(records, ensure_ascii=False)}


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in pieces whose lengths are powers of two, the largest first."""
    start = 0
    while rest := len(rows) - start:
        length = min(PIECE_ROWS_MAX, 1 << (rest.bit_length() - 1))
        yield rows[start : start + length]
        start += length


@lru_cache(maxsize=256)
def _values(rows: int, columns: int) -> str:
    return ", ".join(["(" + ", ".join("?" * columns) + ")"] * rows)


def _flat(rows: Sequence[Row]) -> tuple[Value, ...]:
    return tuple(value for row in rows for value in row)
