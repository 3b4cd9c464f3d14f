"""The bank's caps: how high limits of customers may go where it said nothing else of one, and of a payroll batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from gateway.administration.change import AdminError, raise_version
from gateway.journal.tables import SITE
from protocol.money import FEN_MAX


@dataclass(frozen=True, slots=True)
class Caps:
    """In fen: of one transaction and of one day of a customer (R3.4), and of one payroll batch (O53)."""

    transfer: int
    day: int
    payroll: int


def set_caps(tx: Connection, given: Mapping[str, int]) -> Caps:
    """Set those caps of the site that are given by name, and return all; raises AdminError."""
    raise_version(tx)
    columns = {"transfer": "cap_transfer", "day": "cap_day", "payroll": "payroll_cap"}
    if unknown := given.keys() - columns.keys():
        raise AdminError(f"there is no cap {', '.join(sorted(unknown))}")
    if any(not 0 < amount <= FEN_MAX for amount in given.values()):
        raise AdminError("a cap of the bank is an amount above zero")
    if given:
        tx.execute(update(SITE).values({columns[name]: amount for name, amount in given.items()}))
    return read_caps(tx)


def read_caps(tx: Connection) -> Caps:
    """The caps of the site."""
    return Caps(*tx.execute(select(SITE.c.cap_transfer, SITE.c.cap_day, SITE.c.payroll_cap)).one())
