"""The tables of the page about the clearing simulator: rehearsed cases, reasons, the fields of the file of a day."""

from collections.abc import Callable, Mapping
from typing import Final

from core_adapter.channels.reasons import DISCARDS, REFUSALS
from core_adapter.clearing.day_file import FIELDS
from core_adapter.clearing.magic import BY_AMOUNT, MEANINGS, account_of
from tests.docs.markdown import rows


def magic() -> str:
    """Every case: the account that has it, the amounts that have it, what happens, in both languages."""
    lines = [[f"`{account_of(case)}`", f"`….{case:02d}`", meaning.en, meaning.zh] for case, meaning in MEANINGS.items()]
    return rows(["payee account", f"or amount, to `{BY_AMOUNT}`", "what happens", "说明"], lines)


def reasons() -> str:
    """Every code that the centre gives, with the message it is in."""
    told = [(reason, "911: the message is discarded whole") for reason in DISCARDS]
    told += [(reason, "900, or the credit that comes back") for reason in REFUSALS]
    return rows(["code", "in", "meaning", "说明"], [[f"`{r.code}`", where, r.en, r.zh] for r, where in told])


def fields() -> str:
    """The first line of the file of a day."""
    return f"```\n{','.join(FIELDS)}\n```"


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "clearing magic": magic,
    "clearing reasons": reasons,
    "clearing day file": fields,
}
"""The parts of the page by their names."""
