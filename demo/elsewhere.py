"""A scene of money that goes to another bank: by each channel, refused, come back, and money that comes from there."""

import time
from datetime import date, datetime, timedelta
from typing import Final

from conformance.reply import VerifiedReply
from demo.approvals import Command
from demo.daemon import Site, yinqi
from demo.record import Record
from demo.sender import Sender
from gateway.workdays_source import packaged
from protocol import examples
from protocol.codes import Code
from protocol.messages.events import EventKind, ListEvents, ListEventsReply
from protocol.messages.transfer import (
    Arrival,
    QueryTransfer,
    QueryTransferReply,
    SubmitTransfer,
    SubmitTransferReply,
    TransferState,
)
from protocol.money import readable_amount

TITLE: Final = "To another bank and back: one payment by each channel, one refused, one that comes back, one received"
WAIT_SECONDS: Final = 30.0
"""How long the clearing side may take with everything."""
STRANGER: Final = "6222021001122334455"
REFUSED: Final = "000000000000000001"
RETURNED: Final = "000000000000000006"
"""Accounts by which the clearing simulator rehearses a refusal and a late return."""
PAYEE: Final = "云帆示例有限公司"


def there_and_back(site: Site, record: Record, command: Command, after: datetime) -> None:
    """Pay by every channel on the working day behind `after`, to which the sandbox's clock is moved.

    NORMAL arrival goes by BEPS and leaves two hours later, so that it is moved again.
    """
    now = after.replace(hour=10, minute=0, second=0) + (packaged().next_working_day(after.date()) - after.date())
    command("clock", "--to", f"{now:%Y-%m-%dT%H:%M}")
    bank = (site.folder / "bank-codes.csv").read_text("utf-8").splitlines()[4].partition(",")[0]
    with site.client("c2erp01") as client:
        sender = Sender(client, "HTTP", record, TITLE)
        paid = [
            _pay(sender, "IBPS", 1_000_00, STRANGER, bank),
            _pay(sender, "HVPS", 60_000_00, STRANGER, bank),
            _pay(sender, "BEPS", 2_000_00, STRANGER, bank, arrival=Arrival.NORMAL),
            _pay(sender, "refused", 300_00, REFUSED, bank),
            _pay(sender, "late return", 400_00, RETURNED, bank),
        ]
        command("clock", "--to", f"{now + timedelta(hours=2, minutes=1):%Y-%m-%dT%H:%M}")
        received = yinqi(
            *("simulate", "pay", "-c", site.folder / "clearing.toml", "--to", examples.PAYEE_ACCOUNT),
            *("--name", examples.PAYEE_NAME, "--amount", "777.00"),
        )
        sender.expect("another bank pays", holds=received.returncode == 0)
        for request_id, name in paid:
            wanted = TransferState.FAILED if name == "refused" else TransferState.SUCCEEDED
            _ends(sender, request_id, name, wanted)
        _told(sender)
    _day_file(site, record, now.date())


def _pay(
    sender: Sender, name: str, amount: int, payee: str, bank: str, *, arrival: Arrival | None = None
) -> tuple[str, str]:
    message = SubmitTransfer(
        payer_account=examples.PAYEE_ACCOUNT,
        payee_account=payee,
        payee_name=PAYEE,
        payee_bank_code=bank,
        amount=amount,
        currency="CNY",
        purpose="演示·跨行货款",
        arrival=arrival,
    )
    request = sender.client.prepare(message)
    code = Code.SCHEDULED if arrival else Code.PENDING
    reply = sender.deliver(f"{readable_amount(amount)} to another bank: {name}", request, code, telling=_channel)
    sender.record.transfers += reply is not None and reply.accepted
    return request.request_id, name


def _channel(reply: VerifiedReply) -> str:
    body = reply.body_as(SubmitTransferReply)
    return f"by {body.channel} ({body.rule_id}), value date {body.value_date}"


def _ends(sender: Sender, request_id: str, name: str, wanted: TransferState) -> None:
    """Ask until its end is known, as a company does; only the last answer is a row of the record."""
    state: TransferState | None = None
    deadline = time.monotonic() + WAIT_SECONDS
    while state is not wanted and time.monotonic() < deadline:
        reply = sender.client.ask(QueryTransfer(request_id=request_id))
        state = reply.body_as(QueryTransferReply).state
    sender.ask(f"what became of it: {name}", QueryTransfer(request_id=request_id), telling=_end)
    sender.expect(f"{name}: {state}, where {wanted} was expected", holds=state is wanted)


def _end(reply: VerifiedReply) -> str:
    body = reply.body_as(QueryTransferReply)
    item = body.transfer
    said = f", {item.status} on {item.settled_on}" if item is not None and item.status else ""
    return f"{body.state}{said}{f', {body.text}' if body.text else ''}"


def _told(sender: Sender) -> None:
    """The feed tells of the return and of the credit, in order and without a gap."""
    missing = {EventKind.RETURN, EventKind.CREDIT}
    cursor: str | None = None
    deadline = time.monotonic() + WAIT_SECONDS
    while missing and time.monotonic() < deadline:
        asked = ListEvents(after=cursor, wait_seconds=5)
        reply = sender.ask("ListEvents, waiting for what is next", asked, telling=_events)
        if reply is None:
            break
        page = reply.body_as(ListEventsReply)
        cursor = page.next_cursor
        missing -= {event.kind for event in page.event}
    sender.expect(f"the feed tells of every return and credit; missing: {sorted(missing)}", holds=not missing)


def _events(reply: VerifiedReply) -> str:
    events = reply.body_as(ListEventsReply).event
    return ", ".join(f"{event.number} {event.kind}" for event in events) or "nothing yet"


def _day_file(site: Site, record: Record, day: date) -> None:
    """The clearing side's book of the day against the journal."""
    file = site.folder / "day.csv"
    made = yinqi("simulate", "day-file", "-c", site.folder / "clearing.toml", file)
    checked = yinqi("check", "clearing", "--day-file", file, "-c", site.settings)
    record.expect(
        f"the clearing side's book of {day} and ours agree: {made.stderr}{checked.stdout}{checked.stderr}",
        holds=made.returncode == 0 and checked.returncode == 0,
    )
