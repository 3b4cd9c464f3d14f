"""BEPS (小额批量支付): beps.121, up to CREDITS_MAX credits with their number and total, netted together."""

from typing import Final

from core_adapter.channels.cnaps.credit import RETURNED, credit, row
from core_adapter.channels.cnaps.form import Form, Group, Leaf, Values
from core_adapter.channels.cnaps.kind import GROUP_HEADER, Kind, Way, group_header, namespace
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable
from core_adapter.channels.messages import CREDITS_MAX, Credits, Head, System

_TYPE: Final = "beps.121.001.01"
_TRANSFER: Final = Group(
    "CstmrCdtTrfInf",
    (
        Leaf("EndToEndId", "the payer's own reference", optional=True),
        Leaf("TxId", "the id of the credit"),
        Leaf("TxTp", "the kind of the credit"),
        Leaf("Amt", "the amount", currency=True),
        Leaf("DbtrNm", "the payer's name"),
        Leaf("DbtrAcct", "the payer's account"),
        Leaf("DbtrBk", "the code of the payer's bank office"),
        Leaf("CdtrNm", "the payee's name"),
        Leaf("CdtrAcct", "the payee's account"),
        Leaf("CdtrBk", "the code of the payee's bank office"),
        Leaf("Ustrd", "the purpose", optional=True),
        RETURNED,
    ),
)
_TOTALS: Final = (Leaf("TtlNb", "how many credits follow"), Leaf("TtlAmt", "their sum", currency=True))


def _yuan(fen: int) -> str:
    """A sum with two decimals, which may have more digits than an amount."""
    return f"{fen // 100}.{fen % 100:02d}"


def _values(message: Credits) -> Values:
    if not 1 <= len(message.credits) <= CREDITS_MAX:
        raise ValueError(f"one message holds 1 to {CREDITS_MAX} credits, not {len(message.credits)}")
    total = sum(credit.amount for credit in message.credits)
    return Values((str(len(message.credits)), _yuan(total)), ([row(credit) for credit in message.credits],))


def _message(head: Head, values: Values) -> Credits:
    count, total = values.fixed
    credits_told = tuple(credit(told) for told in values.lists[0])
    if int(count) != len(credits_told):
        raise Unreadable(Fault.TOTAL, f"TtlNb says {count}, there are {len(credits_told)} credits")
    found = _yuan(sum(credit.amount for credit in credits_told))
    if total != found:
        raise Unreadable(Fault.TOTAL, f"TtlAmt says {total}, the credits sum up to {found}")
    return Credits(head=head, credits=credits_told)


CREDITS: Final = Kind(
    type=_TYPE,
    means="a batch of credits by BEPS",
    way=Way.BOTH,
    form=Form(namespace(_TYPE), "CstmrCdtTrf", (GROUP_HEADER, *_TOTALS), (_TRANSFER,)),
    opening=group_header,
    values=_values,
    message=_message,
    system=System.BEPS,
    urgent=True,
)
