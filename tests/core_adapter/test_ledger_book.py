"""The book is kept by the database too: constraints, triggers and roles; and its check finds what got past them."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core_adapter.database import open_engine
from core_adapter.ledger import Ledger
from core_adapter.ledger.migrations import VERSION_TABLE
from core_adapter.ledger.tables import METADATA, grant
from tests.core_adapter.books import ALICE, BOB, CLEARING, TODAY, empty_ledger, hold, transfer
from tests.support.postgres import Postgres

UNTOUCHABLE = [
    "UPDATE posting SET amount = amount + 1",
    "DELETE FROM posting",
    "UPDATE move SET outcome = 'declined'",
    "UPDATE move SET amount = 1",
    "DELETE FROM move",
    "UPDATE account SET name = 'Mallory'",
    "DELETE FROM account",
    "DELETE FROM book",
]
NEW_MOVE = "INSERT INTO move (number, instruction, step, outcome, reasons, booked_at, asked)"
REFUSED = [
    "UPDATE account SET balance = -1 WHERE number = '6210001'",
    "UPDATE account SET held = balance + 1 WHERE number = '6210001'",
    "UPDATE account SET held = -1 WHERE number = '#CLEARING'",
    "UPDATE account SET status = 'other'",
    "INSERT INTO book VALUES (2, 0, 0)",
    "INSERT INTO posting VALUES (1, '6210001', 9, 0, '6210002', 9, 0, 1)",
    "INSERT INTO posting VALUES (9, '6210001', 9, 0, '6210002', 9, 0, 1)",
    "INSERT INTO posting VALUES (3, '6210001', 9, 0, '6210002', 1, 0, 1)",
    "INSERT INTO posting VALUES (3, '6210001', 9, 0, 'nobody', 9, 0, 1)",
    "INSERT INTO posting VALUES (3, '6210001', 9, 0, '6210001', 9, 0, 1)",
    "INSERT INTO posting VALUES (3, '6210001', 9, 0, '6210002', 9, 0, 0)",
    f"{NEW_MOVE} VALUES (9, '#opening 6210001', 0, 'fenced', '', 0, 0)",
    f"{NEW_MOVE} VALUES (9, 'x', 0, 'done', '', 0, 0)",
]


@pytest.mark.parametrize("statement", UNTOUCHABLE + REFUSED)
def test_the_database_refuses_what_would_spoil_the_book(ledger: Ledger, statement: str) -> None:
    """Edits, deletions and rows that break a rule fail in the database, whoever sends them."""
    ledger.move([hold(1, "I1")])

    with pytest.raises(DBAPIError), ledger.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_tables_are_those_the_migrations_make(ledger: Ledger) -> None:
    """What the statements are written against is what stands in the database, column by column."""
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


SPOILS: dict[str, tuple[str, str]] = {
    "balance": (
        "UPDATE account SET balance = 1 WHERE number = '6210002'",
        "account 6210002: the balance is 1",
    ),
    "sum": ("UPDATE account SET balance = 1 WHERE number = '6210002'", "currency CNY: all balances sum to"),
    "sequence": (
        "UPDATE account SET sequence = 9 WHERE number = '6210002'",
        "9 entries are counted, 2 from 1 to 2",
    ),
    "held": (
        "UPDATE account SET held = 5 WHERE number = '6210001'",
        "5 fen are held, the holds that stand sum to 7",
    ),
    "posting gone": ("DELETE FROM posting WHERE number = 3", "its posting is missing, extra or another"),
    "posting edited": ("UPDATE posting SET amount = 2 WHERE number = 3", "its posting is missing, extra or another"),
    "balance after": ("UPDATE posting SET credit_balance = 2 WHERE number = 3", "the balance after is 2 fen"),
    "gap": ("UPDATE posting SET credit_sequence = 7 WHERE number = 3", "2 entries are counted, 2 from 1 to 7"),
    "move gone": ("DELETE FROM move WHERE number = 4", "the book counts 4 moves, 3 up to number 3"),
    "currency": ("UPDATE account SET currency = 'USD' WHERE number = '6210002'", "kept in another currency"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_the_check_finds_what_was_done_behind_the_ledgers_back(database_url: str, spoil: str) -> None:
    """Each single change by someone who switched the triggers off is reported, with its place."""
    statement, sentence = SPOILS[spoil]
    with closing(empty_ledger(database_url)) as ledger:
        ledger.open_accounts([ALICE, BOB, CLEARING], TODAY)
        ledger.move([transfer(10_00), hold(7, "I1")])
        assert ledger.check() == []

        _behind_the_back(ledger, statement)
        assert any(sentence in fault for fault in ledger.check())


def _behind_the_back(ledger: Ledger, statement: str) -> None:
    """Run a statement as a database administrator could: without triggers and foreign keys."""
    with ledger.engine.begin() as connection:
        if ledger.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.execute(text(statement))


def test_a_role_of_its_own_can_run_the_ledger_and_nothing_more(postgres: Postgres) -> None:
    """With the granted privileges everything of the interface works; editing, emptying and changing tables do not."""
    url = postgres.fresh()
    with closing(empty_ledger(url, schema="core")) as owner:
        owner.open_accounts([ALICE, BOB], TODAY)
        with owner.engine.begin() as connection:
            connection.exec_driver_sql("CREATE ROLE teller LOGIN")
            grant(connection, "teller", VERSION_TABLE)

    with closing(Ledger(open_engine(url.replace("yinqi@", "teller@"), schema="core"))) as ledger:
        move = transfer(1)
        answers = ledger.move([move])
        assert ledger.move([move]) == ledger.ask([move.id]) == answers
        ledger.ask([("x", 0)], fence=True)
        assert ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)
        assert ledger.check() == []
        for statement in ("DELETE FROM move", "TRUNCATE posting", "UPDATE posting SET amount = 1", "DROP TABLE book"):
            with (
                pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
                ledger.engine.begin() as connection,
            ):
                connection.execute(text(statement))


def test_even_the_owner_cannot_empty_a_table_on_postgresql(postgres: Postgres) -> None:
    """TRUNCATE is refused by trigger as well."""
    with closing(empty_ledger(postgres.fresh())) as ledger:
        for table in ("posting", "move", "account", "book"):
            with pytest.raises(DBAPIError), ledger.engine.begin() as connection:
                connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")
