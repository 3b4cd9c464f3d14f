"""A database is brought to this program's version, and any other version is refused at start-up with what to do."""

from contextlib import closing

import pytest
from sqlalchemy import Engine, inspect, text

from core_adapter.core import CoreUnavailable
from core_adapter.database import SchemaMismatch, check_version, migrate, open_engine
from core_adapter.ledger import MIGRATIONS, open_ledger
from tests.support.postgres import Postgres


def test_an_empty_database_is_refused_until_it_is_migrated(database_url: str) -> None:
    """The refusal names the command; afterwards the check is quiet, and migrating again changes nothing."""
    engine = open_engine(database_url)
    with pytest.raises(SchemaMismatch, match="yinqi migrate"):
        check_version(engine, MIGRATIONS)

    migrate(engine, MIGRATIONS)
    migrate(engine, MIGRATIONS)
    check_version(engine, MIGRATIONS)
    with closing(open_ledger(database_url)) as ledger:
        assert ledger.check() == []
    engine.dispose()


def test_a_database_of_a_later_program_is_refused(database_url: str) -> None:
    """Neither start nor migration touches a database whose version this program does not know."""
    engine = open_engine(database_url)
    migrate(engine, MIGRATIONS)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_version SET version_num = '9999'"))

    for act in (check_version, migrate):
        with pytest.raises(SchemaMismatch, match="later program"):
            act(engine, MIGRATIONS)
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str) -> None:
    """All of it is one transaction: a table in the way undoes the tables made before."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE posting (other int)"))

    with pytest.raises(Exception, match="already exists"):
        migrate(engine, MIGRATIONS)
    assert inspect(engine).get_table_names() == ["posting"]
    engine.dispose()


def test_two_rooms_share_a_postgresql_database_in_schemas_of_their_own(postgres: Postgres) -> None:
    """The same tables in two schemas do not see each other; a missing schema is made."""
    url = postgres.fresh()
    engines: list[Engine] = [open_engine(url, schema=schema) for schema in ("core", "other")]
    for engine in engines:
        migrate(engine, MIGRATIONS)
        check_version(engine, MIGRATIONS)

    with engines[0].begin() as connection:
        connection.execute(text("UPDATE book SET number = 7"))
    with engines[1].begin() as connection:
        assert connection.execute(text("SELECT number FROM book")).scalar() == 0
    for engine in engines:
        engine.dispose()


def test_a_ledger_whose_database_is_away_is_unavailable() -> None:
    """Opening a ledger says so in the interface's own word."""
    with pytest.raises(CoreUnavailable):
        open_ledger("postgresql://nobody@/nothing?host=/nonexistent")
