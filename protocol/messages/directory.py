"""The directory family: the bank directory (联行号), which is the bank's and the same for every customer."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol.binding import BankCode, message

NAMESPACE: Final = "urn:yinqi:directory:1"


class BankCodeCheck(StrEnum):
    """What is to be said of a bank code (联行行号自检): in the directory, right but not there, or not a code at all."""

    LISTED = "listed"
    UNLISTED = "unlisted"
    WRONG_CHECK_DIGIT = "wrong-check-digit"


@message(NAMESPACE)
class BankItem:
    """An office of a bank; `clearing_bank_code` is its head office in IBPS (清算行), absent where it takes no part."""

    bank_code: BankCode
    name: str
    region: str
    clearing_bank_code: BankCode | None = None
    beps: bool
    hvps: bool


@message(NAMESPACE)
class QueryBankCode:
    """Asks for the offices that fit all that is given, a page at a time; `name` is a part, compared as names are.

    `bank_code` is twelve digits, of which the last may be wrong: the answer says so.
    """

    bank_code: str | None = None
    name: str | None = None
    region: str | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class QueryBankCodeReply:
    """A page by region and code; without `next_cursor` it is the last.

    `check` answers a `bank_code` by itself, whatever else was asked. `similar` comes with a wrong check digit, where
    one office alone has a code that differs in one digit, or in two neighbours exchanged: the sender compares its name
    with the bank that is meant. `loaded_at` is when the bank loaded the directory.
    """

    check: BankCodeCheck | None = None
    similar: BankItem | None = None
    bank: tuple[BankItem, ...] = ()
    next_cursor: str | None = None
    loaded_at: datetime
