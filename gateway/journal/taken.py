"""What the orders of the journal take of limits, read in few rows: those that are alike are summed by the database.

An order counts once: as its matter while it is with the enterprise, as its transfers from then on.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from gateway.domain.facts import Takes
from gateway.domain.matter import Basis
from gateway.domain.states import State
from gateway.domain.usage import Taking
from gateway.journal import usage
from gateway.journal.recount import Recount, recount
from gateway.journal.tables import MATTER, REQUEST, TRANSFER, USAGE
from protocol.messages.transfer import TransferState

SPAN: Final = timedelta(days=31)
"""Days that are counted at once: the counters of so many are held in memory."""
PAGE: Final = 1_000

_WITH_THE_BANK: Final = (
    select(
        *(TRANSFER.c.customer_id, REQUEST.c.operator_id, TRANSFER.c.owner, TRANSFER.c.payer_account),
        *(TRANSFER.c.basis, TRANSFER.c.takes, REQUEST.c.business_date, TRANSFER.c.business_date.label("run_on")),
        *(TRANSFER.c.ended_on, func.sum(TRANSFER.c.amount)),
    )
    .join_from(
        TRANSFER,
        REQUEST,
        and_(TRANSFER.c.customer_id == REQUEST.c.customer_id, TRANSFER.c.request_id == REQUEST.c.request_id),
    )
    .where(
        TRANSFER.c.state != State.ENTERED.value,
        TRANSFER.c.takes != Takes.NOTHING.value,
        or_(
            REQUEST.c.business_date.between(bindparam("first"), bindparam("last")),
            TRANSFER.c.business_date.between(bindparam("first"), bindparam("last")),
        ),
    )
    .group_by(
        *(TRANSFER.c.customer_id, REQUEST.c.operator_id, TRANSFER.c.owner, TRANSFER.c.payer_account),
        *(TRANSFER.c.basis, TRANSFER.c.takes, REQUEST.c.business_date, TRANSFER.c.business_date),
        TRANSFER.c.ended_on,
    )
    .execution_options(yield_per=PAGE)
)
_WITH_THE_ENTERPRISE: Final = (
    select(
        *(MATTER.c.customer_id, MATTER.c.operator_id, MATTER.c.owner, MATTER.c.payer_account),
        *(MATTER.c.basis, MATTER.c.takes, MATTER.c.entered_on, MATTER.c.run_on, MATTER.c.ended_on, MATTER.c.amount),
    )
    .where(
        MATTER.c.state.not_in([TransferState.PROCESSING.value, TransferState.FAILED.value]),
        MATTER.c.takes != Takes.NOTHING.value,
        MATTER.c.entered_on.between(bindparam("first"), bindparam("last")),
    )
    .execution_options(yield_per=PAGE)
)
_DAYS: Final = select(func.min(REQUEST.c.business_date), func.max(TRANSFER.c.business_date)).join_from(
    REQUEST,
    TRANSFER,
    and_(TRANSFER.c.customer_id == REQUEST.c.customer_id, TRANSFER.c.request_id == REQUEST.c.request_id),
)
_COUNTED: Final = select(func.min(USAGE.c.business_date), func.max(USAGE.c.business_date)).where(USAGE.c.amount > 0)


def taken_between(tx: Connection, first: date, last: date) -> Iterator[Taking]:
    """What every order takes that was entered or run on one of these days, both included."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    for statement in (_WITH_THE_BANK, _WITH_THE_ENTERPRISE):
        for customer_id, operator_id, owner, account, basis, takes, *rest in tx.execute(statement, days):
            entered_on, run_on, ended_on, amount = rest
            yield Taking(
                operator=(customer_id, operator_id),
                account=(owner, account),
                amount=int(amount),
                basis=Basis(basis),
                entered_on=date.fromisoformat(entered_on),
                run_on=_day(run_on),
                ended_on=_day(ended_on),
                outgoing=takes == Takes.OUTGOING,
            )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def count_again(tx: Connection) -> Recount:
    """Every counter of limits against the orders, from the first day to the last, as of the moment of `tx`."""
    found = Recount()
    first, last = _span(tx)
    while first is not None and last is not None and first <= last:
        end = min(last, first + SPAN)
        recount(taken_between(tx, first, end), usage.read(tx, first, end), found, first=first, last=end)
        first = end + timedelta(days=1)
    return found


def _span(tx: Connection) -> tuple[date | None, date | None]:
    ends: list[Any] = [each for statement in (_DAYS, _COUNTED) for each in tx.execute(statement).one() if each]
    days = sorted(map(date.fromisoformat, ends))
    return (days[0], days[-1]) if days else (None, None)
