"""A scene of what runs when its time has come: the business clock of the sandbox is moved there."""

from datetime import datetime, timedelta
from typing import Final

from conformance.reply import VerifiedReply
from demo.approvals import Command
from demo.daemon import Site
from demo.people import gathered, payment
from demo.record import Record
from protocol import examples
from protocol.codes import Code
from protocol.messages.orders import ListTransfers, ListTransfersReply, TransferKind
from protocol.messages.transfer import TransferState

SCHEDULED: Final = "DEMO-SCHEDULED-1"
AMOUNT: Final = 8_000_00


def tomorrow_at_ten(site: Site, record: Record, command: Command, now: datetime) -> None:
    """A transfer for ten o'clock of tomorrow waits until the clock shows it, and runs then, on that business date.

    `now` is in Beijing, and what the business clock shows.
    """
    hour = (now + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    with gathered(site, record, "A transfer waits for its hour: the clock of the sandbox is moved there") as people:
        before = people.available(examples.PAYER_ACCOUNT)
        message = payment(examples.PAYER_ACCOUNT, AMOUNT, scheduled_for=hour)
        people.enter(message, SCHEDULED, f"8,000.00 for {hour:%Y-%m-%d %H:%M}", Code.SCHEDULED)
        question = ListTransfers(from_date=now.date(), to_date=now.date(), kind=TransferKind.SCHEDULED)
        reply = people.of["erp01"].ask("ERP01 lists what is scheduled", question, telling=_listed)
        listed = reply.body_as(ListTransfersReply).item if reply is not None else ()
        shown = [item.runs_at for item in listed if item.request_id == SCHEDULED]
        people.expect("it is listed with its hour", holds=shown == [hour])
        people.expect("nothing moves before", holds=people.available(examples.PAYER_ACCOUNT) == before)
        command("clock", "--to", f"{hour:%Y-%m-%dT%H:%M}")
        found = people.settled(SCHEDULED)
        done = found is not None and found.state is TransferState.SUCCEEDED
        record.transfers += done
        day = found.transfer.business_date if found is not None and found.transfer is not None else None
        people.expect(f"it ran on {hour:%Y-%m-%d}, not {day}", holds=done and day == hour.date())
        people.expect("the money moved", holds=people.available(examples.PAYER_ACCOUNT) == before - AMOUNT)


def _listed(reply: VerifiedReply) -> str:
    return ", ".join(item.request_id for item in reply.body_as(ListTransfersReply).item)
