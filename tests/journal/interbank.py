"""What tests of payments to other banks share: offices of the directory, the states of the channels, and legs."""

from typing import Any

from sqlalchemy import delete, insert, select

from core_adapter.database import transact
from gateway.administration import banks
from gateway.domain.banks import PayeeBank
from gateway.journal.banks import difference
from gateway.journal.tables import CHANNEL_STATE, LEG
from protocol.names import bank_code_check_digit
from tests.journal.bank import Bank

THURSDAY, FRIDAY, SATURDAY, MONDAY = "2026-11-05", "2026-11-06", "2026-11-07", "2026-11-09"


def office(eleven: str, ibps: str | None = None, *, beps: bool = True, hvps: bool = True) -> PayeeBank:
    """An office whose code begins with these eleven digits."""
    code = eleven + bank_code_check_digit(eleven)
    return PayeeBank(code=code, name="云帆银行", region=eleven[3:7], ibps=ibps, beps=beps, hvps=hvps)


_CODE = office("88110000001").code
HEAD = office("88110000001", _CODE)
BRANCH = office("88110000010", HEAD.code)
SMALL = office("88110000029", hvps=False)
UNLISTED = office("88110000037")


def load_offices(bank: Bank) -> None:
    """The bank has loaded a head office, a branch of it, and an office that takes part in BEPS alone."""
    given = {each.code: each for each in (HEAD, BRANCH, SMALL)}
    transact(bank.journal(), lambda tx: banks.replace(tx, difference(tx, given)))


def set_channels(bank: Bank, **states: str) -> None:
    """The clearing side has said this of the channels, and nothing of others."""
    rows = [{"channel": each, "state": state, "clearing_date": FRIDAY, "told_ms": 1} for each, state in states.items()]
    with bank.journal().begin() as tx:
        tx.execute(delete(CHANNEL_STATE))
        if rows:
            tx.execute(insert(CHANNEL_STATE), rows)


def legs(bank: Bank) -> dict[str, Any]:
    """Every leg by its request id."""
    with bank.journal().connect() as connection:
        return {row.request_id: row for row in connection.execute(select(LEG))}
