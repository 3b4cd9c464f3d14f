"""Why money may not go from one account to another, as every core sees it: pure, over accounts as they stand.

A core declines a move for them, and whoever only wants to know beforehand is told the same.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from core_adapter.core import DECLINE_ORDER, AccountStatus
from protocol.codes import Code
from protocol.names import same_name

_PAYER_BARRED: Final = {
    AccountStatus.CLOSED: Code.PAYER_CLOSED,
    AccountStatus.FROZEN: Code.PAYER_FROZEN,
    AccountStatus.LOST: Code.PAYER_LOST,
}
_PAYEE_BARRED: Final = {
    AccountStatus.CLOSED: Code.PAYEE_CLOSED,
    AccountStatus.FROZEN: Code.PAYEE_FROZEN,
    AccountStatus.LOST: Code.PAYEE_LOST,
}


class Kept(Protocol):
    """An account as it stands; `available` is what may be spent, in fen."""

    @property
    def name(self) -> str:
        """The name of its holder."""

    @property
    def currency(self) -> str:
        """The currency that it is kept in."""

    @property
    def status(self) -> AccountStatus:
        """Whether it pays and is paid."""

    @property
    def available(self) -> int:
        """What may be spent, in fen."""


def payer_reasons(payer: Kept | None, amount: int, currency: str, *, overdrawn: bool = False) -> list[Code]:
    """Why that account may not pay `amount` fen; None is no account, `overdrawn` may go below zero."""
    if payer is None:
        return [Code.PAYER_NOT_ATTACHED]
    reasons = []
    if payer.status is not AccountStatus.NORMAL:
        reasons.append(_PAYER_BARRED[payer.status])
    if payer.currency != currency:
        reasons.append(Code.CURRENCY_UNSUPPORTED)
    if payer.available < amount and not overdrawn:
        reasons.append(Code.BALANCE_INSUFFICIENT)
    return reasons


def payee_reasons(payee: Kept | None, name: str, currency: str) -> list[Code]:
    """Why that account may not be paid under that name; None is no account."""
    if payee is None:
        return [Code.PAYEE_UNKNOWN]
    reasons = []
    if payee.status is not AccountStatus.NORMAL:
        reasons.append(_PAYEE_BARRED[payee.status])
    if not same_name(payee.name, name):
        reasons.append(Code.PAYEE_NAME_MISMATCH)
    if payee.currency != currency:
        reasons.append(Code.PAYEE_CURRENCY)
    return reasons


def in_order(reasons: Iterable[Code]) -> tuple[Code, ...]:
    """The reasons in the order that is part of the contract, `DECLINE_ORDER`."""
    return tuple(sorted(reasons, key=DECLINE_ORDER.index))
