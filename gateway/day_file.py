"""The journal against the clearing centre's file of a day (日终对账): credit by credit, both ways; nothing is changed.

With `gateway.reconcile`, which compares the journal with the core's book, all three books are compared.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from core_adapter.channels.finality import Finality, finality
from core_adapter.channels.messages import System
from gateway.administration.change import AdminError
from gateway.journal.faults import Found
from gateway.journal.tables import INCOMING, LEG, TRANSFER
from protocol.money import format_amount, parse_amount

FIELDS: Final = ("way", "system", "sender", "message_id", "tx_id", "amount", "status")
"""The fields of a line that are compared; a file may have more."""
PIECE: Final = 1_000
_ENDS: Final = {"good": Finality.GOOD, "posted": Finality.GOOD, "bad": Finality.BAD, "voided": Finality.BAD}
"""By the state of a leg: what the centre must say of it."""

_TRANSFERS: Final = TRANSFER.join(
    LEG,
    (TRANSFER.c.customer_id == LEG.c.customer_id)
    & (TRANSFER.c.request_id == LEG.c.request_id)
    & (TRANSFER.c.row == LEG.c.row),
)
_SENT: Final = select(LEG.c.tx_id, LEG.c.message_id, LEG.c.channel, LEG.c.state, TRANSFER.c.amount).select_from(
    _TRANSFERS
)
_BY_TX: Final = _SENT.where(LEG.c.tx_id.in_(bindparam("names", expanding=True)))
_OF_DAY: Final = _SENT.where(LEG.c.settled_on == bindparam("day"), LEG.c.state.in_(("good", "posted")))
_CAME: Final = select(
    INCOMING.c.sender, INCOMING.c.tx_id, INCOMING.c.message_id, INCOMING.c.channel, INCOMING.c.state, INCOMING.c.amount
).where(INCOMING.c.tx_id.in_(bindparam("names", expanding=True)))


_UNDATED: Final = _SENT.where(LEG.c.settled_on.is_(None), LEG.c.state.in_(("good", "posted")))
_CAME_ON_DAY: Final = select(INCOMING.c.tx_id, INCOMING.c.message_id).where(
    INCOMING.c.clearing_date == bindparam("day")
)


@dataclass(slots=True)
class Compared(Found):
    """What was compared: the date, whether it has ended, and number and sum (fen) of the good credits each way."""

    day: date | None = None
    ended: bool = False
    sent: int = 0
    sent_amount: int = 0
    received: int = 0
    received_amount: int = 0


def compare(journal: Connection, path: Path, *, bank: str) -> Compared:
    """Compare the journal of `bank` with a file; raises AdminError for a file that cannot be read."""
    found = Compared()
    seen: dict[str, set[tuple[str, str]]] = {"sent": set(), "received": set()}
    lines = _read(path, found)
    for start in range(0, len(lines), PIECE):
        piece = lines[start : start + PIECE]
        for way, statement in (("sent", _BY_TX), ("received", _CAME)):
            these = [line for line in piece if line["way"] == way]
            names = {"names": sorted({line["tx_id"] for line in these})}
            known = {(row.message_id, row.tx_id): row for row in journal.execute(statement, names)} if these else {}
            for line in these:
                row = known.get((line["message_id"], line["tx_id"]))
                sender = bank if way == "sent" or row is None else row.sender
                _compare(line, row if line["sender"] == sender else None, found)
                seen[way].add((line["message_id"], line["tx_id"]))
    _find_missing(journal, seen, found)
    return found


def _find_missing(journal: Connection, seen: dict[str, set[tuple[str, str]]], found: Compared) -> None:
    """Name what the journal has of the day and the file has not, and what was posted on no day at all."""
    day = {"day": found.day.isoformat() if found.day else None}
    for row in journal.execute(_OF_DAY, day):
        if (row.message_id, row.tx_id) not in seen["sent"]:
            found.fault(f"{row.message_id}/{row.tx_id}: settled here on {found.day}, and not in the file")
    for row in journal.execute(_UNDATED):
        found.fault(f"{row.message_id}/{row.tx_id}: posted here, and nobody said on which day it was settled")
    for came in journal.execute(_CAME_ON_DAY, day):
        if (came.message_id, came.tx_id) not in seen["received"]:
            found.fault(f"{came.message_id}/{came.tx_id}: received here on {found.day}, and not in the file")


def _read(path: Path, found: Compared) -> list[dict[str, str]]:
    """The lines of a file but for its total, which must agree with them."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise AdminError(f"{path}: the file of a day cannot be read: {error}") from error
    if len(lines) < 2 or not set(FIELDS) <= set(lines[0]) or lines[-1][:1] != ["total"] or len(lines[-1]) != 8:
        raise AdminError(f"{path} is no file of a day: it begins with the names of its fields and ends with a total")
    rows = [dict(zip(lines[0], line, strict=False)) for line in lines[1:-1]]
    _, day, state, sent, sent_sum, received, received_sum, _ = lines[-1]
    try:
        found.day, found.ended = date.fromisoformat(day), state == "ended"
        for row in _good(rows):
            if row["way"] == "sent":
                found.sent, found.sent_amount = found.sent + 1, found.sent_amount + parse_amount(row["amount"])
            else:
                found.received += 1
                found.received_amount += parse_amount(row["amount"])
        told = (int(sent), parse_amount(sent_sum), int(received), parse_amount(received_sum))
    except (ValueError, KeyError) as error:
        raise AdminError(f"{path}: the file of a day cannot be read: {error}") from error
    if told != (found.sent, found.sent_amount, found.received, found.received_amount):
        found.fault("the total of the file is not that of its lines")
    return rows


def _good(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (row for row in rows if finality(System(row["system"]), row["status"]) is Finality.GOOD)


def _compare(line: dict[str, str], row: Any, found: Compared) -> None:
    """Compare a line with what the journal has of it."""
    name = f"{line['message_id']}/{line['tx_id']}, {line['way']}"
    word = finality(System(line["system"]), line["status"])
    if row is None:
        if line["way"] == "sent" or word is Finality.GOOD:
            found.fault(f"{name}: in the file, and not in the journal")
        return
    if row.amount != parse_amount(line["amount"]):
        found.fault(f"{name}: {line['amount']} in the file, {format_amount(row.amount)} in the journal")
    if row.channel != line["system"]:
        found.fault(f"{name}: by {line['system']} in the file, by {row.channel} in the journal")
    if line["way"] == "sent" and word in (Finality.GOOD, Finality.BAD) and _ENDS.get(row.state) is not word:
        found.fault(f"{name}: {line['status']} in the file, {row.state} in the journal")
