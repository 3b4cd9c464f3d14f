"""The floor writes what the gateway writes, into books that stay sound."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench import sites
from bench.floor.floor import Floor
from bench.floor.rows import GROUP, Books, write_rows
from bench.floor.together import run_together
from bench.messages import Author
from gateway.databases import open_embedded, open_journal
from gateway.journal.tables import MESSAGE_LOG, REQUEST, TRANSFER
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> sites.Site:
    """A fresh site to be measured, once per engine."""
    postgres: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    database = postgres.fresh() if postgres else None
    return sites.make_site(tmp_path / "site", sites.make_sender(), database=database, reply_key="rsa")


def counts(site: sites.Site) -> list[int]:
    """How many requests, transfers and logged messages its journal has."""
    journal = open_journal(site.settings)
    try:
        with journal.connect() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (REQUEST, TRANSFER, MESSAGE_LOG)
            ]
    finally:
        journal.dispose()


def faults(site: sites.Site) -> list[str]:
    """What is not as it must be in its book."""
    ledger = open_embedded(site.settings)
    assert ledger is not None
    try:
        return ledger.check()
    finally:
        ledger.close()


@pytest.mark.slow
def test_the_floor_leaves_a_sound_book_with_every_row(site: sites.Site) -> None:
    """A request, a transfer, a row of the log for each message and each reply, and the book in balance."""
    sender = sites.make_sender()
    books = Books(
        journal=site.settings.site.database,
        core=site.core_database,
        customer=sender.customer,
        operator=sender.operator,
        routes=sites.ROUTES,
        request=Author(sender).transfer("A1", sites.ROUTES[0], 1),
        reply=b"<reply/>",
    )

    before = counts(site)

    written = write_rows(0, lambda: None, books, 0.2)

    requests, transfers, messages = (after - was for after, was in zip(counts(site), before, strict=True))
    assert faults(site) == []
    assert requests == transfers == written.messages + GROUP
    assert messages == 2 * requests - GROUP


def test_parts_add_up() -> None:
    """One message takes one part after the other."""
    floor = Floor(processes=2, echo_us=50, stages_us={"parse": 10, "sign": 15}, rows_us=25)

    assert floor.total_us == 100
    assert floor.rate == 10_000
    assert list(floor.parts()) == ["echo", "parse", "sign", "rows"]


def _square(number: int, start: object, base: int) -> int:
    assert callable(start)
    start()
    return base + number


def test_processes_measure_at_the_same_moment() -> None:
    """Each gets its number, and none goes on before all are ready."""
    assert sorted(run_together(2, _square, 10)) == [10, 11]
