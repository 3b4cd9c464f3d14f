"""A credit as a row of texts, the same in all three channels, and back."""

from typing import Final

from core_adapter.channels.cnaps.form import Group, Leaf, Row
from core_adapter.channels.cnaps.kind import original
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable
from core_adapter.channels.messages import Credit, CreditKind, Original, Party
from protocol.money import format_amount, parse_amount

RETURNED: Final = Group(
    "RtrInf",
    (
        *original("Orgnl"),
        Leaf("RtrRsn", "the code of the reason"),
        Leaf("RtrRsnInf", "the reason in words", optional=True),
    ),
    optional=True,
)
"""What comes back and why; there in a credit of kind RETURN alone, and always there."""


def row(credit: Credit) -> Row:
    """End-to-end id, id, kind, amount, payer (name, account, bank), payee, purpose, and the five of RETURNED."""
    back = credit.original
    returned = ("", "", "") if back is None else (back.sender, back.message_id, back.tx_id)
    payer, payee = credit.payer, credit.payee
    return (
        credit.end_to_end_id,
        credit.tx_id,
        credit.kind,
        format_amount(credit.amount),
        payer.name,
        payer.account,
        payer.bank,
        payee.name,
        payee.account,
        payee.bank,
        credit.purpose,
        *returned,
        credit.reason,
        credit.reason_text,
    )


def credit(told: Row) -> Credit:
    """The credit of a row; Unreadable (DISAGREES) where a return names no original, or another credit does."""
    end_to_end_id, tx_id, kind, amount, *parties, purpose, sender, message_id, original_id, reason, text = told
    if (kind == CreditKind.RETURN) != bool(sender):
        raise Unreadable(Fault.DISAGREES, "a return names its original, and no other credit does")
    payer, payer_account, payer_bank, payee, payee_account, payee_bank = parties
    return Credit(
        tx_id=tx_id,
        kind=CreditKind(kind),
        amount=parse_amount(amount),
        payer=Party(account=payer_account, name=payer, bank=payer_bank),
        payee=Party(account=payee_account, name=payee, bank=payee_bank),
        purpose=purpose,
        end_to_end_id=end_to_end_id,
        original=Original(sender, message_id, original_id) if sender else None,
        reason=reason,
        reason_text=text,
    )
