"""Which moves at the core a payment is made of: one within the bank; to another bank a hold, posted or voided later.

The fee is a hold of its own, so that a return (退汇) brings back the principal and leaves the fee. Steps are numbered
alike for every payment, so that recovery finds them again. Pure.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from core_adapter.core import CLEARING_ACCOUNTS, FEE_ACCOUNT, Declined, Done, Move, MoveKind, NotFound, Unknown
from core_adapter.reasons import in_order
from gateway.domain.facts import Transfer

Outcome = Done | Declined | Unknown | NotFound
Outcomes = Mapping[tuple[str, int], Outcome]
"""By the id of a move."""

PRINCIPAL: Final = 1
"""The step of a transfer within the bank, and of the hold of a principal."""
FEE: Final = 2
"""The step of the hold of a fee."""
LATER: Final = 2
"""A hold is posted or voided by the step that comes so much later."""


def first(transfer: Transfer) -> list[Move]:
    """The moves that a payment begins with: the transfer itself, or the holds of its principal and its fee."""
    leg = transfer.leg
    principal = Move(
        instruction=transfer.instruction,
        step=PRINCIPAL,
        kind=MoveKind.TRANSFER,
        payer=transfer.payer_account,
        payee=transfer.payee_account,
        payee_name=transfer.payee_name,
        amount=transfer.amount,
        currency=transfer.currency,
        business_date=transfer.business_date,
        purpose=transfer.purpose,
        request_id=transfer.request_id,
    )
    if leg is None:
        return [principal]
    account, name = CLEARING_ACCOUNTS[leg.channel]
    principal = replace(
        principal,
        kind=MoveKind.HOLD,
        payee=account,
        payee_name=name,
        outside_account=transfer.payee_account,
        outside_name=transfer.payee_name,
    )
    if not leg.fee:
        return [principal]
    account, name = FEE_ACCOUNT
    fee = replace(
        principal,
        step=FEE,
        payee=account,
        payee_name=name,
        amount=leg.fee,
        purpose="手续费 Fee",
        outside_account="",
        outside_name="",
    )
    return [principal, fee]


def last(transfer: Transfer, kind: MoveKind) -> list[Move]:
    """The moves that post or void all holds of a payment to another bank."""
    return [_resolved(hold, kind) for hold in first(transfer)]


def undone(holds: list[Move], outcomes: Outcomes) -> list[Move]:
    """The holds to void because the other one was declined: there is no principal without its fee."""
    if len(holds) == 1 or not any(isinstance(outcomes[hold.id], Declined) for hold in holds):
        return []
    return [_resolved(hold, MoveKind.VOID) for hold in holds if isinstance(outcomes[hold.id], Done)]


def together(moves: list[Move], outcomes: Outcomes) -> Done | Declined | Unknown:
    """What became of moves that are one thing: unknown while any is, declined with the reasons of all, or done."""
    found = [outcomes[move.id] for move in moves]
    if any(isinstance(each, Unknown | NotFound) for each in found):
        return Unknown()
    if declined := [each for each in found if isinstance(each, Declined)]:
        return Declined(in_order({reason for each in declined for reason in each.reasons}))
    done = found[0]
    assert isinstance(done, Done)
    return done


def _resolved(hold: Move, kind: MoveKind) -> Move:
    return replace(hold, step=hold.step + LATER, kind=kind, hold_step=hold.step)
