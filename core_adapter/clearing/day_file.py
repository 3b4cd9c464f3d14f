"""The file of a day (日终对账文件): every credit of the bank on a date of clearing, as the centre's book has it.

CSV in UTF-8. The first line names the fields of the lines that follow, one for each credit, in the order of the book.
`way` is `sent` for a credit of the bank, `received` for one that the centre delivers; amounts are in yuan with two
decimals; `status` is the network status, final for a day that has ended. The last line begins with `total`: the date,
`ended` or `open`, then number and sum of the credits sent that are good (PR03, PR04), of those received, and what the
bank receives less what it sends.

A credit that nothing was decided of belongs to no date yet. The file of a date that has ended does not change any more.
"""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Final, TextIO

from sqlalchemy import Connection, select

from core_adapter.channels.messages import Status
from core_adapter.clearing.tables import BOOK, CREDIT, SYSTEM
from protocol.money import format_amount

FIELDS: Final = (
    *("way", "system", "sender", "message_id", "tx_id", "kind", "amount", "status", "code", "round"),
    *("payer_bank", "payer_account", "payee_bank", "payee_account"),
    *("original_sender", "original_message_id", "original_tx_id"),
)
"""The fields of a line, in order."""

TOTAL: Final = "total"
_GOOD: Final = ("PR03", "PR04")


def write(connection: Connection, day: date, out: TextIO) -> None:
    """Write the file of a date, with lines that end with a line feed."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(FIELDS)
    sums = {"sent": [0, 0], "received": [0, 0]}
    for row in _credits(connection, day):
        if row["status"] in _GOOD:
            sums[str(row["way"])][0] += 1
            sums[str(row["way"])][1] += int(row["amount"])
        lines.writerow([format_amount(int(row[name])) if name == "amount" else row[name] for name in FIELDS])
    (sent, sent_sum), (received, received_sum) = sums["sent"], sums["received"]
    state = "ended" if _has_ended(connection, day) else "open"
    amounts = [sent, format_amount(sent_sum), received, format_amount(received_sum)]
    lines.writerow([TOTAL, day.isoformat(), state, *amounts, format_amount(received_sum - sent_sum)])


def current_day(connection: Connection) -> date:
    """The earliest date on which a system works now."""
    return min(_dates(connection))


def _has_ended(connection: Connection, day: date) -> bool:
    """Whether every system works on a later date."""
    return all(now > day for now in _dates(connection))


def _dates(connection: Connection) -> list[date]:
    return [date.fromisoformat(each) for each in connection.execute(select(SYSTEM.c.cleared_on)).scalars()]


def _credits(connection: Connection, day: date) -> Iterator[dict[str, str | int]]:
    bank = connection.execute(select(BOOK.c.bank)).scalar_one()
    named = [CREDIT.c[name] for name in FIELDS if name != "way"]
    rows = connection.execute(
        select(*named)
        .where(CREDIT.c.cleared_on == day.isoformat(), CREDIT.c.status != Status.FORWARDED)
        .order_by(CREDIT.c.number)
    )
    for row in rows:
        told = dict(zip(FIELDS[1:], row, strict=True))
        yield {"way": "sent" if told["sender"] == bank else "received", **told}
