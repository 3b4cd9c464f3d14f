"""What commands have the centre do: actions for its book, due at once, done by the process that serves it."""

from dataclasses import dataclass

from core_adapter.channels.messages import System, SystemState
from core_adapter.clearing.values import Action, ActionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A credit of another bank: amount in fen, payee at the bank served, payer at `bank`."""

    system: System
    account: str
    name: str
    amount: int
    bank: str
    payer_account: str = "6228480000000000000"
    payer_name: str = "他行付款人"
    purpose: str = "汇款"


def pay(now: int, incoming: Incoming) -> Action:
    """Have another bank pay a credit."""
    about = {
        "system": incoming.system.value,
        "account": incoming.account,
        "name": incoming.name,
        "amount": incoming.amount,
        "payer_bank": incoming.bank,
        "payer_account": incoming.payer_account,
        "payer_name": incoming.payer_name,
        "purpose": incoming.purpose,
    }
    return Action(now, ActionKind.PAY, None, about)


def state(now: int, system: System, put_into: SystemState) -> Action:
    """Put a system into a state, open being as its hours have it."""
    return Action(now, ActionKind.STATE, None, {"system": system.value, "state": put_into.value})


def roll(now: int, system: System) -> Action:
    """End the day of a system now, whatever the clock says."""
    return Action(now, ActionKind.DAY_END, None, {"system": system.value, "by_clock": False})


def funds(now: int, amount: int | None) -> Action:
    """Let so much stand on the bank's settlement account, in fen; None for no limit."""
    return Action(now, ActionKind.FUNDS, None, {"amount": amount})
