"""Money to and from other banks through a running site and the clearing simulator beside it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.client import Client
from core_adapter.clearing.magic import Magic, account_of
from demo.daemon import Site, yinqi
from protocol import examples
from protocol.codes import Code
from protocol.messages.account import QueryTransactions, QueryTransactionsReply
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending, ListPendingReply
from protocol.messages.events import EventItem, EventKind, ListEvents, ListEventsReply
from protocol.messages.orders import ListReturns, ListReturnsReply
from protocol.messages.transfer import (
    Arrival,
    QueryTransfer,
    QueryTransferReply,
    SubmitTransfer,
    SubmitTransferReply,
    TransferState,
)
from tests.faults.rig import until

NOWHERE = "11010100000009999"
FAR = "6222020200012345678"
LARGE = 50_000_01


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A demo site that serves, its simulator beside it; its business clock shows ten on a Monday morning."""
    with Site.make(tmp_path / "site") as made:
        monday = date.today() + timedelta(days=7 - date.today().weekday())  # noqa: DTZ011  any Monday to come
        moved = yinqi("admin", "clock", "--to", f"{monday}T10:00:00+08:00", "-c", made.settings)
        assert moved.returncode == 0, moved.stderr
        made.start()
        yield made


def pay(client: Client, request_id: str, amount: int, account: str = FAR, arrival: Arrival | None = None) -> str | None:
    """Pay to another bank; the channel."""
    body = SubmitTransfer(
        payer_account=examples.PAYER_ACCOUNT,
        payee_account=account,
        payee_name=examples.FOREIGN_NAME,
        payee_bank_code=examples.FOREIGN_BANK_CODE,
        amount=amount,
        currency="CNY",
        purpose="货款",
        arrival=arrival,
    )
    return client.ask(body, request_id=request_id).body_as(SubmitTransferReply).channel


def asked(client: Client, request_id: str) -> QueryTransferReply:
    """What became of a payment."""
    return client.ask(QueryTransfer(request_id=request_id)).body_as(QueryTransferReply)


def authorize(site: Site, client: str, request_id: str) -> None:
    """Somebody of the customer authorizes it."""
    with site.client(client) as person:
        waiting = person.ask(ListPending()).body_as(ListPendingReply).item
        item = next(each for each in waiting if each.content.request_id == request_id)
        person.ask(
            DecideInstructions(
                decision=Decision.APPROVE,
                item=(DecideItem(request_id=request_id, digest=item.digest),),
            )
        )


def events(client: Client, *kinds: EventKind) -> list[EventItem]:
    """All events of these kinds."""
    found: list[EventItem] = []
    after, more = None, True
    while more:
        page = client.ask(ListEvents(after=after, kind=kinds)).body_as(ListEventsReply)
        found += page.event
        after, more = page.next_cursor, page.more
    return found


def simulate(site: Site, *words: str) -> str:
    """Give a command to the simulator."""
    done = yinqi("simulate", words[0], "-c", site.folder / "clearing.toml", *words[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ended(client: Client, request_id: str) -> TransferState:
    """Wait for the end of a payment."""
    until(lambda: asked(client, request_id).final, f"{request_id} has its end")
    return asked(client, request_id).state


@pytest.mark.slow
def test_money_goes_out_by_each_channel_comes_back_and_comes_in_and_every_book_is_sound(site: Site) -> None:
    """A refusal and a late return among it; what belongs to no account here goes back."""
    with site.client("erp01") as erp:
        assert pay(erp, "GOOD-IBPS", 1_00) == "IBPS"
        assert pay(erp, "GOOD-HVPS", LARGE) == "HVPS"
        assert pay(erp, "GOOD-BEPS", 3_00, arrival=Arrival.NORMAL) == "BEPS"
        assert pay(erp, "BAD", 4_00, account_of(Magic.REFUSED_ACCOUNT)) == "IBPS"
        assert pay(erp, "BACK", 5_00, account_of(Magic.LATE_RETURN)) == "IBPS"
        authorize(site, "aut01", "GOOD-HVPS")
        assert yinqi("admin", "clock", "--by", "3h", "-c", site.settings).returncode == 0

        good = ("GOOD-IBPS", "GOOD-HVPS", "GOOD-BEPS", "BACK")
        assert [ended(erp, each) for each in good] == [TransferState.SUCCEEDED] * 4
        assert ended(erp, "BAD") is TransferState.FAILED
        until(lambda: asked(erp, "BACK").return_, "the return is booked")

        refused, back = asked(erp, "BAD"), asked(erp, "BACK").return_
        assert refused.code == Code.REFUSED_BY_CLEARING
        assert back is not None
        assert (back.amount, back.reason_code, asked(erp, "BACK").final) == (5_00, "RJ03", True)
        today = asked(erp, "BACK").transfer
        assert today is not None
        assert today.business_date is not None
        period: dict[str, Any] = {"from_date": today.business_date, "to_date": today.business_date}
        listed = erp.ask(ListReturns(**period)).body_as(ListReturnsReply).item
        assert {
            each.request_id: each.reason_code or (each.return_ and each.return_.reason_code) for each in listed
        } == {
            "BAD": "RJ01",
            "BACK": "RJ03",
        }
        entries = erp.ask(QueryTransactions(account=examples.PAYER_ACCOUNT, **period)).body_as(QueryTransactionsReply)
        assert back.reference in {each.reference for each in entries.entry}
        (told,) = events(erp, EventKind.RETURN)
        assert (told.request_id, told.amount, told.reference) == ("BACK", 5_00, back.reference)

        simulate(site, "pay", "--to", examples.PAYER_ACCOUNT, "--name", examples.CUSTOMER_NAME, "--amount", "12.34")
        simulate(site, "pay", "--to", NOWHERE, "--name", "无此人", "--amount", "5.67")
        until(lambda: events(erp, EventKind.CREDIT), "the credit is told of")
        (came,) = events(erp, EventKind.CREDIT)
        assert (came.account, came.amount) == (examples.PAYER_ACCOUNT, 12_34)
        day = ("day-file", str(site.folder / "day.csv"))
        until(
            lambda: simulate(site, *day) is not None and ",A105,5.67,PR04" in text(site), "what nobody owns went back"
        )

    assert site.stop() == 0
    for check in (("check", "ledger", "-c", site.settings), ("simulate", "check", "-c", site.folder / "clearing.toml")):
        said = yinqi(*check)
        assert (said.returncode, "sound" in said.stdout) == (0, True), said.stdout + said.stderr
    assert yinqi("admin", "cases", "show", "-c", site.settings).stdout.count("unanswered") == 0


def text(site: Site) -> str:
    """The file of the day."""
    return (site.folder / "day.csv").read_text("utf-8")
