"""A demo site with what these measurements need: wages, a mode that asks for two people, and limits out of the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.sites import ROUTES, Site
from conformance.client import Client
from core_adapter.ledger import NewAccount
from gateway.administration import accounts, approval, lists
from gateway.administration.clock import read_clock
from gateway.databases import open_embedded, open_journal
from gateway.domain.calendar import SHANGHAI
from gateway.domain.customer import Authorizers, Band, Mode
from protocol import examples
from protocol.messages.transfer import SubmitTransfer

MODE = Mode(
    mode_id="bench",
    with_amount=True,
    ordered=True,
    review=True,
    manual_dispatch=False,
    bands=(Band(None, (Authorizers(1, 1),)),),
)
"""A review and one authorizer, whatever the amount; then the bank acts."""
WAGES_ACCOUNT = "62010300000000001"
"""An account from which wages are paid."""
OPENING_FEN = 10_000_000_00


@dataclass(frozen=True, slots=True)
class Staff:
    """The clients of who enters, reviews and authorizes."""

    enters: Client
    reviews: Client
    authorizes: Client


@contextmanager
def staff(site: Site) -> Iterator[Staff]:
    """The demo's people, each with a connection of its own."""
    names = ("erp01", "rev01", "aut01")
    clients = [Client.open(site.folder / "clients" / f"{name}.toml", timeout_seconds=120) for name in names]
    try:
        yield Staff(*clients)
    finally:
        for client in clients:
            client.close()


def furnish(site: Site) -> None:
    """Open an account for wages, let the demo's people use it and the accounts of the routes, and set limits high."""
    journal, ledger = open_journal(site.settings), open_embedded(site.settings)
    assert ledger is not None
    customer = examples.CUSTOMER
    try:
        with journal.begin() as tx:
            accounts.attach_accounts(tx, customer, [WAGES_ACCOUNT], accounts.Opened(pay=True, wages=True))
            lists.change_accounts(tx, customer, "ERP01", add=[WAGES_ACCOUNT])
            for operator in ("REV01", "AUT01"):
                lists.change_accounts(tx, customer, operator, add=[route.payer for route in ROUTES])
            approval.save_mode(tx, customer, MODE)
            today = read_clock(tx).business.date()
        ledger.open_accounts([NewAccount(WAGES_ACCOUNT, examples.CUSTOMER_NAME, opening=OPENING_FEN)], today)
    finally:
        ledger.close()
        journal.dispose()


def transfer(number: int) -> SubmitTransfer:
    """A small transfer along one of the routes."""
    route = ROUTES[number % len(ROUTES)]
    return SubmitTransfer(
        payer_account=route.payer,
        payee_account=route.payee,
        payee_name=route.payee_name,
        amount=100,
        currency="CNY",
        purpose="货款",
    )


def next_slot(now: datetime) -> datetime:
    """A moment at which a payroll that waits is handed to the core: half an hour from now, within the hours."""
    later = (now + timedelta(minutes=31)).astimezone(SHANGHAI)
    if 9 <= later.hour < 17:
        return later
    day = later if later.hour < 9 else later + timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)
