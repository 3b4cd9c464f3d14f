"""What the ledger says when its database fails: Unknown where nobody knows, CoreUnavailable where nothing was done."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from core_adapter.core import CoreUnavailable, Done, NotFound, Unknown
from core_adapter.ledger import Ledger
from tests.core_adapter.books import ALICE, BOB, TODAY, empty_ledger, transfer
from tests.support.postgres import Postgres

AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON move DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION at_commit();
"""
WARNED = "RAISE WARNING 'as if the wait for the standby was cancelled'"
CUT = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def url(postgres: Postgres) -> str:
    """The URL of a PostgreSQL book in which Alice has 100.00 and Bob 50.00."""
    return postgres.fresh()


@pytest.fixture
def book(url: str) -> Iterator[Ledger]:
    """The ledger of that book."""
    with closing(empty_ledger(url)) as ledger:
        ledger.open_accounts([ALICE, BOB], TODAY)
        yield ledger


def spoil(url: str, action: str) -> None:
    """Make every commit that touches a move do `action` on its way."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(AT_COMMIT.format(action=action).encode())


def heal(url: str) -> None:
    """Let commits be ordinary again."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP FUNCTION at_commit CASCADE")


def test_a_commit_that_was_warned_is_unknown_and_so_is_asking(book: Ledger, url: str) -> None:
    """While commits are unsure every answer is Unknown, though the row can be seen; once they are sure it is told."""
    moves = [transfer(1), transfer(2)]
    spoil(url, WARNED)

    assert book.move(moves) == [Unknown(), Unknown()]
    assert book.ask([move.id for move in moves]) == [Unknown(), Unknown()]
    assert book.move(moves) == [Unknown(), Unknown()]
    heal(url)
    assert all(isinstance(answer, Done) for answer in book.ask([move.id for move in moves]))
    assert book.accounts([ALICE.number])[ALICE.number].balance == 99_97
    assert book.check() == []


def test_a_connection_cut_in_commit_is_unknown_and_asking_finds_the_truth(book: Ledger, url: str) -> None:
    """The server went away within COMMIT: Unknown; here it had rolled back, and a fence makes that final."""
    move = transfer(1)
    spoil(url, CUT)

    assert book.move([move]) == [Unknown()]
    heal(url)
    assert book.ask([move.id], fence=True) == [NotFound(fenced=True)]
    assert book.check() == []


def test_a_connection_cut_between_calls_is_not_noticed(book: Ledger, url: str) -> None:
    """Nothing had been sent on it: the call is made on another one."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert isinstance(book.move([transfer(1)])[0], Done)


def test_a_server_that_takes_no_writes_is_unavailable(book: Ledger, url: str) -> None:
    """A standby, or a primary set read-only, does nothing and says so; reads go on."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            f"ALTER ROLE yinqi IN DATABASE {other.info.dbname} SET default_transaction_read_only = on".encode()
        )
    move = transfer(1)
    with closing(Ledger(book.engine)) as ledger:
        book.engine.dispose()
        with pytest.raises(CoreUnavailable):
            ledger.move([move])
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SET default_transaction_read_only = off")
            other.execute(f"ALTER ROLE yinqi IN DATABASE {other.info.dbname} RESET ALL".encode())
        assert isinstance(ledger.move([move])[0], Done)


def test_a_full_disk_does_nothing_and_the_ledger_recovers_alone(tmp_path: Path) -> None:
    """SQLite without room: CoreUnavailable, reads go on; with room again the same move is done once."""
    with closing(empty_ledger(f"sqlite:///{tmp_path / 'full.db'}")) as ledger:
        ledger.open_accounts([ALICE, BOB], TODAY)
        moves = [transfer(1) for _ in range(900)]
        _room(ledger, pages=0)
        with pytest.raises(CoreUnavailable):
            ledger.move(moves)
        assert ledger.accounts([ALICE.number])[ALICE.number].balance == 100_00
        assert ledger.check() == []

        _room(ledger, pages=10_000)
        assert all(isinstance(answer, Done) for answer in ledger.move(moves))
        assert ledger.check() == []


def _room(ledger: Ledger, pages: int) -> None:
    """Leave the file so many pages to grow; the limit belongs to the pooled connection, the only one in use."""
    with ledger.engine.connect() as connection:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size + pages}")
