"""Purposes (汇款用途) that a customer keeps: payments to persons take no others than those kept for persons (R4.23)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from gateway.administration.change import AdminError, customer_status, raise_version
from gateway.journal.book import PURPOSES
from protocol.messages.book import ListChange

PURPOSE_CHARS_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose that a customer keeps."""

    customer: str
    for_persons: bool
    text: str


def add_purpose(tx: Connection, customer_id: str, text: str, *, for_persons: bool) -> None:
    """Keep a purpose for payments to persons or to companies; raises AdminError, also where the list is full."""
    raise_version(tx)
    customer_status(tx, customer_id)
    if not text or text != text.strip() or len(text) > PURPOSE_CHARS_MAX or not text.isprintable():
        raise AdminError(f"purpose {text!r}: it has 1 to {PURPOSE_CHARS_MAX} printable characters, no space outside")
    change = PURPOSES.save(tx, customer_id, {"for_persons": for_persons, "text": text})
    if change is None:
        raise AdminError(f"customer {customer_id} keeps {PURPOSES.most} purposes, and no more can be kept")
    if change is ListChange.UNCHANGED:
        raise AdminError(f"customer {customer_id} keeps that purpose already")


def remove_purpose(tx: Connection, customer_id: str, text: str, *, for_persons: bool) -> None:
    """Keep a purpose no more; raises AdminError when it is not kept."""
    raise_version(tx)
    customer_status(tx, customer_id)
    key = {"for_persons": for_persons, "text": text}
    if PURPOSES.delete(tx, customer_id, key) is ListChange.ABSENT:
        raise AdminError(f"customer {customer_id} does not keep that purpose")


def list_purposes(tx: Connection, customer_id: str) -> list[PurposeRow]:
    """The purposes that a customer keeps; raises AdminError."""
    customer_status(tx, customer_id)
    return [PurposeRow(customer_id, row["for_persons"], row["text"]) for row in PURPOSES.entries(tx, customer_id)]
