"""What customers list of their orders: what waits for its people, transfers and batches by day of submission.

Pages are read behind a key, so that what comes meanwhile moves no page. Filters that SQL can apply are applied here;
who may see a row is for the caller to say, by the accounts that are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, tuple_
from sqlalchemy import Row as ResultRow

from gateway.domain.matter import RECURRING, ActKind, MatterKey
from gateway.domain.states import State
from gateway.domain.tally import Tally
from gateway.journal.tables import ACT, LEG, MATTER, REQUEST, TRANSFER, WAITS
from protocol.messages.transfer import TransferState


class WaitingPlace(NamedTuple):
    """Where a waiting matter stands in the list: when it was entered, and its key."""

    entered_ms: int
    customer_id: str
    request_id: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFilter:
    """Which waiting matters are asked for (R2.22); amounts in fen, `entered_before_ms` in database time."""

    entry_operator: str | None = None
    service: str | None = None
    min_amount: int | None = None
    max_amount: int | None = None
    entered_before_ms: int | None = None


def waiting(
    tx: Connection, by_customer: str, wanted: WaitingFilter, *, after: WaitingPlace | None, most: int
) -> list[WaitingPlace]:
    """The matters on which this customer's people may have to act, the oldest first, behind a place."""
    key = (MATTER.c.entered_ms, MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
    found = (
        select(*key)
        .where(MATTER.c.by_customer == by_customer, WAITS)
        .where(*_given((MATTER.c.operator_id, wanted.entry_operator), (MATTER.c.service, wanted.service)))
        .order_by(*key)
        .limit(most)
    )
    if wanted.min_amount is not None:
        found = found.where(MATTER.c.amount >= wanted.min_amount)
    if wanted.max_amount is not None:
        found = found.where(MATTER.c.amount <= wanted.max_amount)
    if wanted.entered_before_ms is not None:
        found = found.where(MATTER.c.entered_ms < wanted.entered_before_ms)
    if after is not None:
        found = found.where(tuple_(*key) > tuple_(*after))
    return [WaitingPlace(*row) for row in tx.execute(found)]


def key_of(place: WaitingPlace) -> MatterKey:
    """The matter at a place of the list."""
    return MatterKey(place.customer_id, place.request_id, place.row)


def rejected(tx: Connection, customer_id: str, operator_id: str, most: int) -> tuple[int, list[MatterKey]]:
    """How many rejected entries of an operator it has not acknowledged (O4), and the oldest of them."""
    acknowledged = (
        select(ACT.c.number)
        .where(
            ACT.c.customer_id == MATTER.c.customer_id,
            ACT.c.request_id == MATTER.c.request_id,
            ACT.c.row == MATTER.c.row,
            ACT.c.kind == ActKind.ACKNOWLEDGE.value,
        )
        .exists()
    )
    which = (
        MATTER.c.customer_id == customer_id,
        MATTER.c.operator_id == operator_id,
        MATTER.c.state == TransferState.REJECTED.value,
        ~acknowledged,
    )
    count: int = tx.execute(select(func.count()).select_from(MATTER).where(*which)).scalar_one()
    key = (MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
    oldest = select(*key).where(*which).order_by(MATTER.c.entered_ms, *key).limit(most)
    return count, [MatterKey(*row) for row in tx.execute(oldest)]


_STATE: Final = case(
    (TRANSFER.c.state == State.ENTERED.value, func.coalesce(MATTER.c.state, "processing")),
    (TRANSFER.c.state.in_((State.RELEASED.value, State.CLEARING.value)), "processing"),
    (TRANSFER.c.state == State.IN_DOUBT.value, "unknown"),
    else_=TRANSFER.c.state,
)
"""What a sender is told of a transfer, as `gateway.domain.states.told` says it."""
_ITS_MATTER: Final = and_(
    MATTER.c.customer_id == TRANSFER.c.customer_id,
    MATTER.c.request_id == TRANSFER.c.request_id,
    or_(MATTER.c.row == TRANSFER.c.row, and_(MATTER.c.row == 0, TRANSFER.c.row > 0)),
)
_ITS_LEG: Final = and_(
    LEG.c.customer_id == TRANSFER.c.customer_id,
    LEG.c.request_id == TRANSFER.c.request_id,
    LEG.c.row == TRANSFER.c.row,
)
LISTED: Final = (
    select(
        TRANSFER,
        LEG,
        REQUEST.c.operator_id,
        REQUEST.c.service,
        REQUEST.c.received_ms,
        REQUEST.c.business_date.label("entered_on"),
        _STATE.label("told"),
        MATTER.c.run_ms,
    )
    .join_from(
        REQUEST,
        TRANSFER,
        and_(REQUEST.c.customer_id == TRANSFER.c.customer_id, REQUEST.c.request_id == TRANSFER.c.request_id),
    )
    .join(MATTER, _ITS_MATTER, isouter=True)
    .join(LEG, _ITS_LEG, isouter=True)
)
"""Transfers with what their orders say of them, what is told of them, and their legs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFilter:
    """Which transfers are asked for, by day of submission, both included (R5.11, R6.3).

    `kind` is own, outgoing, batch or scheduled; a run of a recurring order comes with the day of its order. `accounts`
    are the payer accounts that the asker may see (R1.5), and `asker` the operator, who alone sees the rows of what it
    hid (R5.9).
    """

    first: date
    last: date
    accounts: Sequence[str]
    asker: str
    kind: str | None = None
    state: str | None = None
    payer_account: str | None = None
    min_amount: int | None = None
    max_amount: int | None = None


TransferPlace = tuple[int, str, int]
"""When the order was received, its request id, and the row."""


def transfers_of(
    tx: Connection, customer_id: str, wanted: TransferFilter, *, after: TransferPlace | None, most: int
) -> Sequence[ResultRow[Any]]:
    """Transfers of a customer, the newest submission first, behind a place."""
    key = (REQUEST.c.received_ms, REQUEST.c.request_id, TRANSFER.c.row)
    newest = (each.desc() for each in key)
    found = LISTED.where(*_submitted(customer_id, wanted.first, wanted.last)).order_by(*newest).limit(most)
    found = found.where(TRANSFER.c.payer_account.in_(wanted.accounts), _KINDS[wanted.kind or "all"])
    found = found.where(*_given((_STATE, wanted.state), (TRANSFER.c.payer_account, wanted.payer_account)))
    found = found.where(or_(MATTER.c.hidden.is_(None), ~MATTER.c.hidden, REQUEST.c.operator_id == wanted.asker))
    if wanted.min_amount is not None:
        found = found.where(TRANSFER.c.amount >= wanted.min_amount)
    if wanted.max_amount is not None:
        found = found.where(TRANSFER.c.amount <= wanted.max_amount)
    if after is not None:
        found = found.where(tuple_(*key) < tuple_(*after))
    return tx.execute(found).all()


_IS_RUN: Final = REQUEST.c.service == RECURRING
"""Whether it is a run of a recurring order: numbered as the rows of a batch, yet a payment of its own."""
_KINDS: Final[dict[str, ColumnElement[bool]]] = {
    "all": TRANSFER.c.row >= 0,
    "own": and_(TRANSFER.c.takes == "own", or_(TRANSFER.c.row == 0, _IS_RUN)),
    "outgoing": and_(TRANSFER.c.takes == "outgoing", or_(TRANSFER.c.row == 0, _IS_RUN)),
    "batch": and_(TRANSFER.c.row > 0, ~_IS_RUN),
    "scheduled": and_(MATTER.c.run_ms.isnot(None), TRANSFER.c.state == State.ENTERED.value),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFilter:
    """Which batches are asked for, by day of submission, both included; `services` are those of batches."""

    first: date
    last: date
    services: Sequence[str]
    accounts: Sequence[str]


BatchPlace = tuple[int, str]
"""When the batch was received, and its request id."""


class BatchPlaced(NamedTuple):
    """A batch in the list."""

    received_ms: int
    request_id: str
    operator_id: str
    service: str
    payer_account: str


def batches_of(
    tx: Connection, customer_id: str, wanted: BatchFilter, *, after: BatchPlace | None, most: int
) -> list[BatchPlaced]:
    """Batches of a customer, the newest first, behind a place; all rows of one are paid from one account."""
    key = (REQUEST.c.received_ms, REQUEST.c.request_id)
    its_first = and_(
        REQUEST.c.customer_id == TRANSFER.c.customer_id,
        REQUEST.c.request_id == TRANSFER.c.request_id,
        TRANSFER.c.row == 1,
    )
    found = (
        select(*key, REQUEST.c.operator_id, REQUEST.c.service, TRANSFER.c.payer_account)
        .join_from(REQUEST, TRANSFER, its_first)
        .where(*_submitted(customer_id, wanted.first, wanted.last), REQUEST.c.service.in_(wanted.services))
        .where(TRANSFER.c.payer_account.in_(wanted.accounts))
        .order_by(*(each.desc() for each in key))
        .limit(most)
    )
    if after is not None:
        found = found.where(tuple_(*key) < tuple_(*after))
    return [BatchPlaced(*row) for row in tx.execute(found)]


def tally_of(tx: Connection, customer_id: str, request_id: str) -> Tally:
    """The rows of a batch by what is told of their state."""
    found: Select[Any] = (
        select(_STATE.label("told"), func.count(), func.sum(TRANSFER.c.amount))
        .select_from(TRANSFER)
        .join(MATTER, _ITS_MATTER, isouter=True)
        .where(TRANSFER.c.customer_id == customer_id, TRANSFER.c.request_id == request_id, TRANSFER.c.row > 0)
        .group_by(_STATE)
    )
    return Tally({TransferState(state): (count, int(total)) for state, count, total in tx.execute(found)})


PARTS: Final[dict[str, tuple[str, ...]]] = {
    "succeeded": ("succeeded",),
    "failed": ("failed", "rejected", "withdrawn", "expired", "ended"),
    "open": (
        *("waiting-review", "waiting-authorization", "waiting-supervisor", "waiting-dispatch"),
        *("scheduled", "processing", "unknown"),
    ),
}
"""The parts of a batch by what is told of its rows (R5.10)."""


def rows_of(
    tx: Connection, order: tuple[str, str], *, part: str | None, row_key: str | None, after: int, most: int
) -> Sequence[ResultRow[Any]]:
    """Rows of an order (customer and request id) by their numbers, above `after`; of one part, or of the one key."""
    found = LISTED.where(TRANSFER.c.customer_id == order[0], TRANSFER.c.request_id == order[1], TRANSFER.c.row > after)
    if part in PARTS:
        found = found.where(_STATE.in_(PARTS[part]))
    if row_key is not None:
        found = found.where(TRANSFER.c.row_key == row_key)
    return tx.execute(found.order_by(TRANSFER.c.row).limit(most)).all()


def first_matter(tx: Connection, customer_id: str, request_id: str) -> MatterKey | None:
    """The matter of an order as a whole, or of its first row."""
    key = (MATTER.c.customer_id, MATTER.c.request_id, MATTER.c.row)
    found = select(*key).where(key[0] == customer_id, key[1] == request_id).order_by(MATTER.c.row).limit(1)
    row = tx.execute(found).first()
    return MatterKey(*row) if row else None


def _submitted(customer_id: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        REQUEST.c.customer_id == customer_id,
        REQUEST.c.business_date >= first.isoformat(),
        REQUEST.c.business_date <= last.isoformat(),
    )


def _given(*pairs: tuple[ColumnElement[Any], str | None]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]
