"""Engines, transactions, database time and what a commit means, against real databases."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from core_adapter import database, engines
from core_adapter.bulk import BulkInsert, BulkLock, BulkUpdate
from core_adapter.database import CommitUnknown, among, database_now, open_engine, reading, transact
from tests.support.postgres import Postgres, running_postgres

METADATA = MetaData()
THING = Table("thing", METADATA, Column("name", String(5), primary_key=True), Column("count", Integer))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with one table."""
    engine = open_engine(database_url)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@contextmanager
def closing_engine(url: str) -> Iterator[Engine]:
    """An engine that is disposed of at the end of the block."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def things(engine: Engine) -> dict[str, int]:
    """What the table holds."""
    with reading(engine) as connection:
        return {name: count for name, count, *_ in connection.execute(select(THING))}


def add(name: str, count: int = 0) -> str:
    """The statement that adds a thing."""
    return str(insert(THING).values(name=name, count=count).compile(compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    """What is not supported, or not durable, is refused before anything is opened."""
    with pytest.raises(ValueError, match=r"not supported|not durable"):
        open_engine(url)


def test_writes_are_durable_by_setting(engine: Engine) -> None:
    """SQLite flushes its log at every commit; PostgreSQL waits for the flush, and for standbys that are synchronous."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            expected = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected} == expected
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "5s"


def test_database_time_is_the_databases_own_and_runs_within_a_transaction(engine: Engine) -> None:
    """Milliseconds since 1970, near our own clock here, and never frozen at the transaction's start."""
    with engine.begin() as connection:
        first = database_now(connection)
        later = next(now for _ in range(100_000) if (now := database_now(connection)) != first)

    assert first < later
    assert abs(first - datetime.now(UTC).timestamp() * 1000) < 300_000


def test_reading_sees_one_moment_and_cannot_write(engine: Engine) -> None:
    """A read keeps seeing the moment of its first statement, waits for nobody and changes nothing."""
    with reading(engine) as connection:
        assert connection.execute(select(THING)).all() == []
        with engine.begin() as writer:
            writer.execute(text(add("a")))
        assert connection.execute(select(THING)).all() == []
        with pytest.raises(DBAPIError):
            connection.execute(text(add("b")))
    assert things(engine) == {"a": 0}
    with engine.begin() as connection:
        connection.execute(text(add("b")))


def test_a_read_only_engine_reads(engine: Engine, database_url: str) -> None:
    """What another engine wrote can be read; writing fails."""
    with engine.begin() as connection:
        connection.execute(text(add("a")))
    other = open_engine(database_url, read_only=True)

    assert things(other) == {"a": 0}
    with pytest.raises(DBAPIError), other.begin() as connection:
        connection.execute(text(add("b")))
    other.dispose()


def test_errors_do_not_show_values(engine: Engine) -> None:
    """A failed statement's message carries no parameter: names and amounts stay out of logs."""
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(insert(THING), [{"name": "odd", "count": 98765}, {"name": "odd", "count": 98765}])

    assert "98765" not in str(caught.value)


def test_bulk_statements_write_every_row(engine: Engine) -> None:
    """Inserts and updates of none, one and many rows, with texts that would break a careless literal."""
    fill, change = BulkInsert(THING, ("name", "count")), BulkUpdate(THING, ["name"], ["count"])
    names = ["a", "'", '"', "\\", "·公", "{}", ":x", "%s"]
    with engine.begin() as connection:
        fill.run(connection, [])
        fill.run(connection, [(name, None) for name in names])
        change.run(connection, [])
        change.run(connection, [(number, name) for number, name in enumerate(names) if number])

    assert things(engine) == {name: number or None for number, name in enumerate(names)}


def test_a_bulk_lock_tells_which_rows_it_found(engine: Engine) -> None:
    """Of none, one and more keys than one piece holds: the place of each key that is there, with its columns."""
    names = [f"n{number}" for number in range(70)]
    lock = BulkLock(THING, ["name"], ["count", "name"])
    with engine.begin() as connection:
        BulkInsert(THING, ("name", "count")).run(connection, [(name, 7) for name in names[1:]])

        assert lock.run(connection, []) == []
        assert lock.run(connection, [("n0",)]) == []
        assert lock.run(connection, [("'",), ("n5",)]) == [(2, 7, "n5")]
        found = lock.run(connection, [(name,) for name in names])
    assert sorted(found) == [(place, 7, f"n{place - 1}") for place in range(2, 71)]


def test_a_bulk_lock_holds_the_rows_on_postgresql(postgres: Postgres) -> None:
    """Another transaction waits for them, and for no others."""
    lock = BulkLock(THING, ["name"], ["count"])
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.execute(insert(THING), [{"name": name, "count": 0} for name in ("a", "b")])
        with engine.begin() as one, engine.begin() as other:
            lock.run(one, [("a",)])
            assert lock.run(other, [("b",)]) == [(1, 0)]
            other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                lock.run(other, [("a",)])
            other.rollback()


def test_a_bulk_text_that_is_too_long_is_an_error_on_postgresql(postgres: Postgres) -> None:
    """The table's own limit decides; nothing is cut silently."""
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        with pytest.raises(DBAPIError, match="too long"), engine.begin() as connection:
            BulkInsert(THING, ("name", "count")).run(connection, [("longer than five", 1)])


def test_among_takes_any_number_of_texts(engine: Engine) -> None:
    """No text, one and many, with one and the same statement."""
    names = ["a", "'", '"', "\\", "·公", "{}", ","]
    found = select(THING.c.name).where(among(THING.c.name, "names"))
    with engine.begin() as connection:
        connection.execute(insert(THING), [{"name": name, "count": 0} for name in names])

        for wanted in ([], names[:1], names, [*names, "absent"]):
            rows = connection.execute(found, {"names": wanted}).scalars().all()
            assert sorted(rows) == sorted(set(wanted) & set(names))


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside another condition"])
def test_among_finds_its_rows_by_their_key(tmp_path: Path, alone: bool) -> None:  # noqa: FBT001  a row
    """Were the condition compared with true, SQLite would read the whole table for it."""
    others = () if alone else (THING.c.count != 1,)
    found = select(THING).where(among(THING.c.name, "names"), *others)
    with closing_engine(f"sqlite:///{tmp_path / 'fresh.db'}") as engine, engine.connect() as connection:
        METADATA.create_all(connection)
        asked = str(found.compile(engine)).replace("?", "'[]'")
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]

    assert plan[0].startswith("SEARCH thing USING INDEX"), plan


def test_a_transaction_that_lost_to_another_is_tried_again(postgres: Postgres) -> None:
    """A lost race for a unique key is tried again as a whole, and then finds the winner's row."""
    found = []
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)

        def work(connection: Connection) -> None:
            found.append(connection.execute(select(THING.c.name)).scalars().all())
            if not found[-1]:
                with engine.begin() as winner:
                    winner.execute(text(add("a")))
                connection.execute(text(add("a")))

        transact(engine, work)

    assert found == [[], ["a"]]


def test_deadlocked_transactions_all_succeed(postgres: Postgres) -> None:
    """Two transactions that lock two rows in opposite orders both end done: the loser is tried again."""
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.execute(insert(THING), [{"name": "a", "count": 0}, {"name": "b", "count": 0}])
        both_hold_one = threading.Barrier(2)
        tries: list[str] = []

        def cross(first: str, second: str) -> None:
            def work(connection: Connection) -> None:
                tries.append(first)
                for name in (first, second):
                    connection.execute(update(THING).where(THING.c.name == name).values(count=THING.c.count + 1))
                    if name == first and tries.count(first) == 1:
                        both_hold_one.wait(30)

            transact(engine, work)

        threads = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert things(engine) == {"a": 2, "b": 2}
        assert len(tries) == 3


def test_tries_come_to_an_end(postgres: Postgres) -> None:
    """A transaction that always loses is tried as often as the limit says; then its error is told."""
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        tries = []

        def work(connection: Connection) -> None:
            tries.append(1)
            connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$"))

        with pytest.raises(OperationalError):
            transact(engine, work)
        assert len(tries) == database.ATTEMPTS_MAX


def test_a_connection_that_broke_while_idle_is_replaced(postgres: Postgres) -> None:
    """A server restart or a cut between transactions costs a try, not a failure: nothing had been committed."""
    url = postgres.fresh()
    with closing_engine(url) as engine:
        METADATA.create_all(engine)
        _terminate_others(url)

        transact(engine, lambda connection: connection.execute(text(add("a"))))
        assert things(engine) == {"a": 0}


def _terminate_others(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION at_commit();
"""


@pytest.mark.parametrize(
    "action",
    ["RAISE WARNING 'as if the wait for the standby was cancelled'", "PERFORM pg_terminate_backend(pg_backend_pid())"],
    ids=["warned", "cut"],
)
def test_a_commit_that_was_warned_or_cut_is_unknown(postgres: Postgres, action: str) -> None:
    """Success with a warning and a connection that ends within COMMIT: nobody here knows."""
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.execute(text(AT_COMMIT.format(action=action)))

        with pytest.raises(CommitUnknown):
            transact(engine, lambda connection: connection.execute(text(add("a"))))


def test_a_commit_that_the_server_refused_is_known(postgres: Postgres) -> None:
    """An error told in COMMIT by a server that stays means that nothing was done."""
    with closing_engine(postgres.fresh()) as engine:
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.execute(text(AT_COMMIT.format(action="RAISE EXCEPTION 'no'")))

        with pytest.raises(DBAPIError):
            transact(engine, lambda connection: connection.execute(text(add("a"))))
        assert things(engine) == {}


@pytest.mark.slow
def test_a_cancelled_wait_for_a_synchronous_standby_is_unknown() -> None:
    """With the standby away, a cancelled COMMIT shows its row here though no standby has it: not to be acknowledged."""
    with running_postgres({"synchronous_standby_names": "away"}) as cluster:
        url = cluster.url("postgres")
        with psycopg.connect(url) as local:
            local.execute("SET synchronous_commit = local")
            local.execute("CREATE TABLE thing (name varchar(5) PRIMARY KEY, count int)")
            local.commit()
        with closing_engine(url) as engine:
            outcome: list[BaseException] = []

            def commit() -> None:
                try:
                    transact(engine, lambda connection: connection.execute(text(add("a"))))
                except CommitUnknown as unknown:
                    outcome.append(unknown)

            waiter = threading.Thread(target=commit)
            waiter.start()
            with psycopg.connect(url, autocommit=True) as other:
                waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                while other.execute(waiting).fetchone() is None:
                    pass
            waiter.join()

            assert [type(each) for each in outcome] == [CommitUnknown]
            assert things(engine) == {"a": 0}


def test_sqlite_writers_wait_in_turn_within_a_process(tmp_path: Path) -> None:
    """Threads with engines of their own on one file: each increment counts, none is told that the file is locked."""
    url = f"sqlite:///{tmp_path / 'turns.db'}"
    with closing_engine(url) as engine:
        METADATA.create_all(engine)
        transact(engine, lambda connection: connection.execute(text(add("a"))))

        def count() -> None:
            with closing_engine(url) as mine:
                for _ in range(25):
                    transact(mine, lambda connection: connection.execute(update(THING).values(count=THING.c.count + 1)))

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert things(engine) == {"a": 100}


def test_a_sqlite_writer_that_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer in this process, or in another, is waited for so long and no longer."""
    monkeypatch.setattr(engines, "LOCK_SECONDS", 0.05)
    path = tmp_path / "locked.db"
    with closing_engine(f"sqlite:///{path}") as engine:
        METADATA.create_all(engine)
        with engine.begin(), pytest.raises(OperationalError, match="locked"):
            transact(engine, lambda connection: connection.execute(text(add("a"))))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError, match="locked"):
                transact(engine, lambda connection: connection.execute(text(add("a"))))
            other.execute("ROLLBACK")
        transact(engine, lambda connection: connection.execute(text(add("a"))))
