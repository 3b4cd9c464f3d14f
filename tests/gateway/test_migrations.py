"""The versions of the gateway's database against the tables that the program uses."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Inspector, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from core_adapter import upgrade
from core_adapter.database import SchemaMismatch, check_version, migrate, open_engine
from gateway.journal.migrations import VERSION_TABLE
from gateway.journal.people import read_customers
from gateway.journal.tables import CUSTOMER, METADATA, OPERATOR, SITE

PACKAGE = "gateway.journal.migrations"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = open_engine(database_url, schema="gateway")
    yield engine
    engine.dispose()


def test_the_newest_version_is_what_the_program_was_written_for(engine: Engine) -> None:
    """Migrated tables equal those of gateway.journal.tables: columns, types, keys, indexes and checks."""
    migrate(engine, PACKAGE)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": lambda _o, name, *_: name != VERSION_TABLE}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
        migrated = _checks(inspect(connection))
        connection.rollback()
    with engine.begin() as connection:
        _start_again(connection)
        METADATA.create_all(connection)
        assert _checks(inspect(connection)) == migrated


def _start_again(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP SCHEMA gateway CASCADE"))
        connection.execute(text("CREATE SCHEMA gateway"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in list(names):
        connection.execute(text(f"DROP TABLE {name}"))


def _checks(inspector: Inspector) -> set[tuple[str, str | None, str]]:
    return {
        (table, check["name"], check["sqltext"])
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    """A second migration finds the version right and leaves the site's one row alone."""
    migrate(engine, PACKAGE)
    migrate(engine, PACKAGE)
    check_version(engine, PACKAGE)
    with engine.connect() as connection:
        assert connection.execute(select(SITE)).all() == [(1, 1, 0, 1_000_000_00, 5_000_000_00, 50_000_000_00)]


def test_an_empty_database_is_refused_at_start(engine: Engine) -> None:
    """The start-up gate names the command that helps."""
    with pytest.raises(SchemaMismatch, match="yinqi migrate"):
        check_version(engine, PACKAGE)


@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM operator",
        "DELETE FROM message_log",
        "UPDATE message_log SET at_ms = 0",
        "UPDATE seal SET at_ms = 0",
        "DELETE FROM seal",
        "DELETE FROM credential",
        "DELETE FROM account_grant",
    ],
)
def test_the_database_keeps_what_must_stay(engine: Engine, act: str) -> None:
    """Codes of operators, rows of the log and seals cannot be taken back by any statement of the gateway."""
    migrate(engine, PACKAGE)
    with engine.begin() as tx:
        for customer in ("C1", "C2"):
            tx.execute(insert(CUSTOMER), {"customer_id": customer, "name": "n", "status": "normal"})
        tx.execute(
            insert(OPERATOR),
            {"customer_id": "C1", "operator_id": "O1", "name": "n", "status": "deleted", "permissions": ""},
        )
        tx.execute(text("INSERT INTO credential VALUES ('f', 'C1', '', 'pool', '', '', 1, 1)"))
        tx.execute(
            text("INSERT INTO account_grant VALUES ('C1', 'a', 'C2', 1, 'query', 'offered', NULL, 1, NULL, NULL)")
        )
        tx.execute(text("INSERT INTO seal VALUES (1, 1, '', '', '', '', '')"))
        tx.execute(text("INSERT INTO message_log VALUES ('c', 1, 'in', '', '', '', 1, '', '')"))
    with pytest.raises(DBAPIError, match="no row is ever"), engine.begin() as tx:
        tx.execute(text(act))


def test_a_site_that_was_at_work_goes_on_as_it_was(engine: Engine) -> None:
    """Operators of before keep every account and service, authorizers get the first level, and accounts pay (R1.5)."""
    with engine.begin() as tx:
        _at_version(tx, "0001")
        tx.execute(text("INSERT INTO customer VALUES ('C1', 'n', 'normal')"))
        for operator, status, permissions in (
            ("ERP", "normal", "query enter"),
            ("MGR", "frozen", "query authorize"),
            ("FORCE", "normal", "force-authorize"),
            ("GONE", "deleted", "authorize"),
        ):
            row = {"o": operator, "s": status, "p": permissions}
            tx.execute(text("INSERT INTO operator VALUES ('C1', :o, 'n', :s, :p)"), row)
        for account in ("100001", "100002"):
            tx.execute(text("INSERT INTO attached_account VALUES ('C1', :a)"), {"a": account})
    migrate(engine, PACKAGE)
    with engine.connect() as tx:
        customer = read_customers(tx, ["C1"])["C1"]

    assert customer.people.keys() == {"ERP", "MGR", "FORCE"}
    assert {person.accounts for person in customer.people.values()} == {frozenset({"100001", "100002"})}
    assert {person.services for person in customer.people.values()} == {None}
    assert {name: person.level for name, person in customer.people.items()} == {"ERP": None, "MGR": 1, "FORCE": None}
    assert {account.may_pay for account in customer.accounts.values()} == {True}
    assert {account.may_pay_wages for account in customer.accounts.values()} == {False}


def _at_version(tx: Connection, version: str) -> None:
    """Bring an empty database to an older version, as a program of that time did."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("CREATE SCHEMA gateway"))
    config = upgrade._config(PACKAGE)
    config.attributes |= {"connection": tx, "version_table": VERSION_TABLE}
    command.upgrade(config, version)
