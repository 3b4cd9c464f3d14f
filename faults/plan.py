"""What a run does, drawn from its seed alone: who pays whom how much, what other banks pay, and when who is killed."""

import random
from dataclasses import dataclass
from typing import Final

from core_adapter.channels.messages import System
from core_adapter.clearing.orders import Incoming
from core_adapter.clearing.settings import CHANNELS
from gateway.demo_banks import demo_banks
from protocol import examples
from protocol.messages.transfer import Arrival, SubmitTransfer

ACCOUNTS: Final = 16
"""Accounts of each customer."""
OPENING_FEN: Final = 10_000_000_000_00
RATE: Final = 0.05
"""The share of each fault."""
FAULTS: Final = ("loss", "duplicate", "reorder", "delay", "refusal", "silence", "late_return", "queue")
NOBODY: Final = "62019900000000001"
"""An account that is not there."""
CLIENTS: Final = ("erp01", "sm2erp01", "c2erp01")
VICTIMS: Final = ("gateway", "clearing")
INCOMING_SHARE: Final = 0.05
"""Credits of other banks for each transfer."""
AGAIN_SHARE: Final = 0.05
"""Of the transfers that were answered, how many are sent once more all the same."""
IBPS_FEN_MAX: Final = 500_00
"""Up to here by IBPS, above by HVPS: low, so that nobody has to approve anything: at a demo site much has to be."""


def accounts(customer: str) -> tuple[str, ...]:
    """The account numbers of a customer that take part."""
    digit = 1 if customer == examples.CUSTOMER else 2
    return tuple(f"6201{digit:02}00000{number:06}" for number in range(1, ACCOUNTS + 1))


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer: its request id, the client that signs it, the message, and whether it is sent a second time."""

    request_id: str
    client: str
    message: SubmitTransfer
    again: bool


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL: of whom, after how many transfers, and how many seconds later."""

    who: str
    after: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole run; `incoming` are the credits of other banks, each with the number of transfers it comes after."""

    orders: tuple[Order, ...]
    incoming: tuple[tuple[int, Incoming], ...]
    kills: tuple[Kill, ...]


def draw(seed: int, transfers: int, kills: int) -> Plan:
    """The run of a seed: so many transfers, each victim killed so often."""
    dice = random.Random(seed)
    codes = [bank.code for bank in demo_banks() if bank.ibps and bank.beps and bank.hvps]
    codes.remove(examples.BANK_CODE)
    orders = tuple(_order(dice, codes, number) for number in range(transfers))
    incoming = tuple(
        (dice.randrange(transfers), _incoming(dice, codes, number)) for number in range(int(transfers * INCOMING_SHARE))
    )
    moments = [Kill(who, dice.randrange(transfers), dice.uniform(0.0, 0.5)) for who in VICTIMS for _ in range(kills)]
    return Plan(
        orders,
        tuple(sorted(incoming, key=lambda each: each[0])),
        tuple(sorted(moments, key=lambda kill: kill.after)),
    )


def _order(dice: random.Random, codes: list[str], number: int) -> Order:
    """IBPS, BEPS and HVPS in turn by chance; amounts differ, so that one in another's place is seen."""
    client = dice.choice(CLIENTS)
    way = dice.choice(CHANNELS)
    customer = examples.OTHER_CUSTOMER if client.startswith("c2") else examples.CUSTOMER
    large = way is System.HVPS
    message = SubmitTransfer(
        payer_account=dice.choice(accounts(customer)),
        payee_account=f"6228{dice.randrange(10**13):013}",
        payee_name=examples.FOREIGN_NAME,
        payee_bank_code=dice.choice(codes),
        amount=dice.randint(IBPS_FEN_MAX + 1, 2 * IBPS_FEN_MAX) if large else dice.randint(1, IBPS_FEN_MAX),
        currency="CNY",
        purpose="货款",
        arrival=Arrival.NORMAL if way is System.BEPS else Arrival.REAL_TIME,
    )
    return Order(f"F{number:08}", client, message, dice.random() < AGAIN_SHARE)


def _incoming(dice: random.Random, codes: list[str], number: int) -> Incoming:
    """A credit for an account of this bank; each fourth is for one that is not there, or for another holder."""
    account = dice.choice(accounts(examples.CUSTOMER))
    name = examples.CUSTOMER_NAME
    if number % 8 == 3:
        account = NOBODY
    elif number % 8 == 7:
        name = examples.PAYEE_NAME
    return Incoming(
        system=dice.choice(CHANNELS),
        account=account,
        name=name,
        amount=dice.randint(1, 2 * IBPS_FEN_MAX),
        bank=dice.choice(codes),
    )
