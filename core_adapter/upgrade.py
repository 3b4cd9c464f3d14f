"""Schema versions: bringing a database to the version the program was built for, and refusing any other at start-up.

It owns the use of Alembic; it knows no table. A room that has tables keeps a *package* of migrations, for example
``core_adapter.ledger.migrations`` or ``gateway.journal.migrations``, that holds

- ``__init__.py`` with ``VERSION_TABLE = "ledger_version"``: the table in which the room's version stands. Its name
  differs from room to room, so that two rooms can share one PostgreSQL database, each in a schema of its own;
- ``env.py`` with the two lines ``from core_adapter.upgrade import run`` and ``run()``: where Alembic enters;
- ``versions/``: one module per version with ``revision``, ``down_revision``, ``upgrade()`` and no downgrade: a version
  once released is never edited, and the way back is a backup.

Then ``migrate(engine, "gateway.journal.migrations")`` and ``check_version(engine, "gateway.journal.migrations")`` do
the rest.
"""

from importlib import import_module
from importlib.resources import files
from typing import Final

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.schema import CreateSchema

_ONE_AT_A_TIME: Final = 0x59696E7169
"""Key of the PostgreSQL advisory lock under which migrations of one database run one after the other."""


class SchemaMismatch(Exception):
    """The database's schema is not the one this program was built for; the text names the command that helps."""


def migrate(engine: Engine, package: str) -> None:
    """Bring the database to the newest version of `package`, in one transaction.

    Makes the engine's PostgreSQL schema where it is missing; does nothing where the version is right already. Raises
    SchemaMismatch when the database is of a later program.
    """
    with engine.begin() as connection:
        _prepare(connection)
        _known(connection, package)
        config = _config(package)
        config.attributes["connection"] = connection
        config.attributes["version_table"] = _version_table(package)
        command.upgrade(config, "head")


def check_version(engine: Engine, package: str) -> None:
    """Return quietly when the database is of exactly this program's version; else SchemaMismatch says what to do."""
    with engine.connect() as connection:
        current = _known(connection, package)
    newest = _scripts(package).get_current_head()
    if current != newest:
        raise SchemaMismatch(f"the database is at version {current}, this program needs {newest}: run `yinqi migrate`")


def run() -> None:
    """What every ``env.py`` calls: run the migrations on the connection that `migrate` handed in."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"], version_table=attributes["version_table"], transactional_ddl=True
    )
    context.run_migrations()


def _prepare(connection: Connection) -> None:
    """One migration at a time, however long it takes, in a schema that exists."""
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
    schema = connection.get_execution_options().get("yinqi_schema")
    if schema is not None:
        connection.execute(CreateSchema(schema, if_not_exists=True))


def _known(connection: Connection, package: str) -> str | None:
    """The version the database is at, which this program must know; None for an empty database."""
    migration = MigrationContext.configure(connection, opts={"version_table": _version_table(package)})
    current = migration.get_current_revision()
    if current is not None and current not in {script.revision for script in _scripts(package).walk_revisions()}:
        raise SchemaMismatch(f"the database is at version {current}, of a later program: install that or a newer one")
    return current


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(package)).replace("%", "%%"))
    return config


def _scripts(package: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(package))


def _version_table(package: str) -> str:
    name: str = import_module(package).VERSION_TABLE
    return name
