"""The statements about legs: planning them, and reading them beside their transfers.

What becomes of them once their money is held is in `gateway.journal.clearing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, tuple_

from core_adapter.bulk import BulkInsert, BulkUpdate
from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel
from gateway.domain.facts import Transfer
from gateway.domain.leg import Leg, LegState
from gateway.domain.matter import MatterKey
from gateway.journal.tables import LEG, TRANSFER

KEY: Final = ("customer_id", "request_id", "row")
_PLAN: Final = ("channel", "rule", "fee", "value_date")
_ENTER: Final = BulkInsert(
    LEG,
    (
        *KEY,
        *("bank_code", "bank_name", "ibps", "beps", "hvps", "payer_name", "urgent", "state", "asks", "epoch"),
        *("code", "text"),
        *_PLAN,
    ),
)
_OF_MATTERS: Final = select(LEG).where(
    tuple_(LEG.c.customer_id, LEG.c.request_id, LEG.c.row).in_(bindparam("keys", expanding=True))
)
_REPLAN: Final = BulkUpdate(LEG, KEY, _PLAN)
_BEGIN: Final = BulkUpdate(LEG, (*KEY, "state"), ["due_ms"])
WITH_LEG: Final = TRANSFER.outerjoin(
    LEG,
    (TRANSFER.c.customer_id == LEG.c.customer_id)
    & (TRANSFER.c.request_id == LEG.c.request_id)
    & (TRANSFER.c.row == LEG.c.row),
)
"""Transfers, each beside its leg where it goes to another bank."""


def enter(tx: Connection, transfers: Iterable[Transfer]) -> None:
    """Write the legs of new transfers that have one."""
    _ENTER.run(
        tx,
        [
            (
                *(t.customer_id, t.request_id, t.row, leg.bank.code, leg.bank.name, leg.bank.ibps, leg.bank.beps),
                *(leg.bank.hvps, leg.payer_name, leg.urgent, leg.state.value, leg.asks, leg.epoch),
                *(leg.code, leg.text, *_plan(leg)),
            )
            for t in transfers
            if (leg := t.leg) is not None
        ],
    )


def replan(tx: Connection, planned: Iterable[tuple[MatterKey, Leg]]) -> None:
    """Write the way that was found anew for transfers that have not left yet."""
    _REPLAN.run(tx, [(*_plan(leg), *key) for key, leg in planned])


def begin(tx: Connection, transfers: Iterable[Transfer], now_ms: int) -> None:
    """Let the legs of transfers whose money is held be carried on at once."""
    _BEGIN.run(tx, [(now_ms, t.customer_id, t.request_id, t.row, LegState.PLANNED.value) for t in transfers])


def of_rows(tx: Connection, order: tuple[str, str], rows: Sequence[int]) -> dict[int, Leg]:
    """The legs of those rows of an order (customer and request id) that have one."""
    if not rows:
        return {}
    c = LEG.c
    found = select(LEG).where(c.customer_id == order[0], c.request_id == order[1], c.row.between(min(rows), max(rows)))
    return {r[c.row]: leg for r in tx.execute(found).mappings() if (leg := read(r))}


def of_matters(tx: Connection, keys: Sequence[MatterKey]) -> dict[MatterKey, Leg]:
    """The legs of those matters that have one."""
    rows = tx.execute(_OF_MATTERS, {"keys": keys}).mappings()
    c = LEG.c
    return {MatterKey(r[c.customer_id], r[c.request_id], r[c.row]): leg for r in rows if (leg := read(r))}


def _plan(leg: Leg) -> tuple[str, str, int, str | None]:
    return leg.channel.value, leg.rule, leg.fee, leg.value_date.isoformat() if leg.value_date else None


def read(r: Mapping[Any, Any]) -> Leg | None:
    """The leg in a row that holds its columns, if there is one."""
    c = LEG.c
    if r[c.state] is None:
        return None
    code = r[c.bank_code]
    return Leg(
        channel=Channel(r[c.channel]),
        rule=r[c.rule],
        bank=PayeeBank(
            code=code, name=r[c.bank_name], region=code[3:7], ibps=r[c.ibps], beps=r[c.beps], hvps=r[c.hvps]
        ),
        payer_name=r[c.payer_name],
        fee=r[c.fee],
        urgent=r[c.urgent],
        value_date=_date(r[c.value_date]),
        state=LegState(r[c.state]),
        message_id=r[c.message_id],
        tx_id=r[c.tx_id],
        sent_ms=r[c.sent_ms],
        asks=r[c.asks],
        status=r[c.status],
        code=r[c.code],
        text=r[c.text],
        settled_on=_date(r[c.settled_on]),
        epoch=r[c.epoch],
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
