"""Small helpers that open books and word moves, so that a test shows only what it is about."""

import itertools
from datetime import date
from typing import Final

from core_adapter.core import Move, MoveKind
from core_adapter.database import migrate, open_engine
from core_adapter.ledger import MIGRATIONS, Ledger, NewAccount

TODAY: Final = date(2026, 3, 2)
ALICE: Final = NewAccount("6210001", "Alice Trading", opening=100_00)
BOB: Final = NewAccount("6210002", "Bob·Import 公司", opening=50_00)
CLEARING: Final = NewAccount("#CLEARING", "Clearing")

_names = itertools.count(1)


def empty_ledger(url: str, schema: str | None = None) -> Ledger:
    """A ledger whose database was just migrated."""
    engine = open_engine(url, schema=schema)
    migrate(engine, MIGRATIONS)
    return Ledger(engine)


def transfer(
    amount: int,
    *,
    instruction: str = "",
    step: int = 0,
    kind: MoveKind = MoveKind.TRANSFER,
    payer: NewAccount = ALICE,
    payee: NewAccount = BOB,
    hold_step: int | None = None,
    currency: str = "CNY",
    business_date: date = TODAY,
    payee_name: str | None = None,
) -> Move:
    """A move of so many fen, from Alice to Bob and under a new id unless told otherwise."""
    return Move(
        instruction=instruction or f"made-{next(_names)}",
        step=step,
        kind=kind,
        payer=payer.number,
        payee=payee.number,
        payee_name=payee.name if payee_name is None else payee_name,
        amount=amount,
        currency=currency,
        business_date=business_date,
        purpose="goods 货款",
        request_id="R1",
        hold_step=hold_step,
    )


def hold(amount: int, instruction: str) -> Move:
    """A hold of Alice's money for the clearing account, at step 0."""
    return transfer(amount, instruction=instruction, kind=MoveKind.HOLD, payee=CLEARING)


def post(amount: int, instruction: str, step: int = 1) -> Move:
    """The post of the hold at step 0."""
    return transfer(amount, instruction=instruction, step=step, kind=MoveKind.POST, payee=CLEARING, hold_step=0)


def void(amount: int, instruction: str, step: int = 2) -> Move:
    """The void of the hold at step 0."""
    return transfer(amount, instruction=instruction, step=step, kind=MoveKind.VOID, payee=CLEARING, hold_step=0)
