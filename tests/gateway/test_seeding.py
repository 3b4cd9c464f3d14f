"""What has happened on a demo site before anybody comes: real orders, that the examples of the catalogue act on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from core_adapter.ledger import Ledger
from gateway import demo, settings
from gateway.databases import open_embedded, open_journal
from gateway.journal.tables import ACT, MATTER, MESSAGE_LOG, REQUEST, USAGE
from gateway.seeding import Seed, Seeding, SeedRefused, Sender
from gateway.settings import Settings
from gateway.site import Plan, make_site
from protocol import examples
from protocol.messages.transfer import SubmitTransfer

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Made:
    """A new demo site, its databases open."""

    settings: Settings
    journal: Engine
    ledger: Ledger


@pytest.fixture
def plan(database_url: str, tmp_path: Path) -> Plan:
    """A demo site to be made in a new folder, on either database."""
    whole = Plan(tmp_path / "site", with_demo=True)
    return whole if database_url.startswith("sqlite") else replace(whole, database=database_url)


@pytest.fixture
def made(plan: Plan) -> Iterator[Made]:
    """The site."""
    read = settings.read(make_site(plan, NOW))
    journal, ledger = open_journal(read), open_embedded(read)
    assert ledger is not None
    yield Made(read, journal, ledger)
    ledger.close()
    journal.dispose()


def rows(made: Made, *columns: Any) -> list[tuple[Any, ...]]:
    """The values of columns, in order."""
    with made.journal.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def test_orders_wait_or_were_rejected(made: Made) -> None:
    """Each by its own id, with the acts that brought it there."""
    waits = "waiting-authorization"

    assert dict(rows(made, MATTER.c.request_id, MATTER.c.state)) == {
        examples.TO_DECIDE: waits,
        examples.TO_NAME: waits,
        examples.TO_CANCEL: waits,
        examples.BATCH: waits,
        examples.PAYROLL: waits,
        examples.RECURRING: "scheduled",
        examples.TO_END: "scheduled",
        examples.REJECTED: "rejected",
        examples.CHANGE: "waiting-administrator",
    }
    entered = [("enter", "ERP01")] * 8 + [("enter", "MGR01")]
    assert rows(made, ACT.c.kind, ACT.c.operator_id) == [*entered, ("reject", "MGR01")]


def test_the_digests_of_examples_are_those_of_what_waits(made: Made) -> None:
    """They are constants, for the catalogue knows no site: what is signed for has no time in it."""
    shown = {request_id: digest.hex() for request_id, digest in rows(made, MATTER.c.request_id, MATTER.c.shown)}

    assert shown[examples.TO_DECIDE] == examples.TO_DECIDE_DIGEST
    assert shown[examples.CHANGE] == examples.CHANGE_DIGEST


def test_every_message_is_in_the_log_with_its_signed_reply(made: Made) -> None:
    """In and out, and each request that is used up names its reply."""
    assert rows(made, MESSAGE_LOG.c.way) == [("in",)] * 10 + [("out",)] * 10
    assert all(b"<ds:SignatureValue>" in message for (message,) in rows(made, MESSAGE_LOG.c.message))
    assert all(reply is not None for (reply,) in rows(made, REQUEST.c.reply_seq))


def test_what_was_rejected_is_given_back_and_no_money_has_moved(made: Made) -> None:
    """Usage is that of what waits; a recurring transfer takes its own on the days it runs. Balances are as opened."""
    waiting = 66_000_00 + 72_500_00 + 58_800_00 + 75_000_00  # a payroll takes none

    used = [row for row in rows(made, USAGE.c.scope, USAGE.c.amount) if row[1]]
    assert used == [(each, waiting) for each in ("account", "customer", "operator")]
    opened = {account.number: account.opening for account in demo.all_accounts()}
    held = made.ledger.accounts(opened)
    assert {number: account.balance for number, account in held.items()} == opened


def test_an_ordinary_site_is_empty(tmp_path: Path) -> None:
    """Nobody has sent anything."""
    read = settings.read(make_site(Plan(tmp_path / "site"), NOW))
    journal = open_journal(read)

    def count(tx: Connection) -> int:
        return int(tx.execute(select(func.count()).select_from(MESSAGE_LOG)).scalar_one())

    with journal.connect() as connection:
        assert count(connection) == 0
    journal.dispose()


def test_a_seed_that_is_not_accepted_is_told(made: Made) -> None:
    """By its service, its id and the code, so that whoever changed a rule finds what it met."""
    operator = demo.OPERATORS[0]
    key = demo.client_key(made.settings.folder / "clients", operator)
    senders = {operator.client: Sender(operator.customer, operator.operator, key)}
    message = SubmitTransfer(
        payer_account=examples.PAYER_ACCOUNT,
        payee_account=examples.PAYER_ACCOUNT,
        payee_name=examples.CUSTOMER_NAME,
        amount=100,
        currency="CNY",
        purpose="货款",
    )
    with (
        Seeding(made.settings, made.journal, made.ledger, senders=senders, now=NOW) as seeding,
        pytest.raises(SeedRefused, match="SubmitTransfer S1: SAME_ACCOUNT"),
    ):
        seeding.send(Seed(operator.client, "S1", message))
