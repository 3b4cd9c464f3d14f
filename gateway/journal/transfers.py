"""The statements about transfers: entering them, alone or as rows of a batch, releasing them, and what became of them.

Each is set-based and runs in a transaction that is given; none commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from core_adapter.bulk import BulkInsert, BulkUpdate, Row
from gateway.domain.facts import Request, Takes, Transfer
from gateway.domain.matter import Basis, Matter, MatterKey
from gateway.domain.states import State
from gateway.journal import legs
from gateway.journal.tables import OPEN_ROWS, TRANSFER
from protocol.codes import Code

COLUMNS: Final = (
    *("customer_id", "request_id", "row", "row_key", "employee_id", "owner", "payer_account", "payee_account"),
    *("payee_name", "payee_bank_code", "amount", "currency", "purpose", "end_to_end_id", "remark", "save_payee"),
    *("takes", "basis", "business_date", "state", "reasons"),
)
"""What is written of a transfer at entry, in this order."""

_ENTER: Final = BulkInsert(TRANSFER, COLUMNS)
_ENTER_RUN: Final = BulkInsert(TRANSFER, (*COLUMNS, "ended_on"))
_KEY: Final = ("customer_id", "request_id", "row")
_RELEASE: Final = BulkUpdate(TRANSFER, _KEY, ["state", "basis", "business_date", "reasons", "ended_on"])
_OUTCOME: Final = BulkUpdate(TRANSFER, _KEY, ["state", "reasons", "reference", "booked_ms", "ended_on"])
_GIVEN: Final = BulkUpdate(TRANSFER, _KEY, ["state"])
_OPEN: Final = (
    select(TRANSFER)
    .where(
        TRANSFER.c.customer_id == bindparam("customer"),
        TRANSFER.c.request_id == bindparam("request"),
        OPEN_ROWS,
    )
    .order_by(TRANSFER.c.row)
    .limit(bindparam("most"))
)
_PAYEES: Final = select(TRANSFER.c.payee_account).where(
    TRANSFER.c.customer_id == bindparam("customer"), TRANSFER.c.request_id == bindparam("request")
)
_ROWS: Final = (
    TRANSFER.update()
    .where(
        TRANSFER.c.customer_id == bindparam("b_customer"),
        TRANSFER.c.request_id == bindparam("b_request"),
        TRANSFER.c.state == State.ENTERED.value,
    )
    .values(
        state=bindparam("b_state"),
        basis=bindparam("b_basis"),
        business_date=bindparam("b_date"),
        reasons=bindparam("b_reasons"),
        ended_on=bindparam("b_ended"),
    )
)


def enter(tx: Connection, transfers: Iterable[Transfer]) -> None:
    """Write new transfers; from here on recovery, or their matter, carries them to their end."""
    entered = list(transfers)
    _ENTER.run(tx, [_written(t) for t in entered])
    legs.enter(tx, entered)


def enter_runs(tx: Connection, runs: Iterable[Transfer]) -> None:
    """Write new runs of recurring orders, also those that failed as they were made; the key refuses a second one."""
    entered = list(runs)
    _ENTER_RUN.run(tx, [(*_written(run), run.ended_on.isoformat() if run.ended_on else None) for run in entered])
    legs.enter(tx, entered)


def _written(t: Transfer) -> Row:
    """A new transfer in the order of COLUMNS."""
    return (
        *(t.customer_id, t.request_id, t.row, t.row_key, t.employee_id, t.owner, t.payer_account),
        *(t.payee_account, t.payee_name, t.payee_bank_code, t.amount, t.currency, t.purpose, t.end_to_end_id),
        *(t.remark, t.save_payee, t.takes.value, t.basis.value, t.business_date.isoformat(), t.state.value),
        " ".join(t.reasons),
    )


def enter_rows(tx: Connection, rows: Sequence[Row]) -> None:
    """Write the rows of a batch, each in the order of COLUMNS."""
    _ENTER.run(tx, rows)


def release(tx: Connection, matters: Iterable[Matter]) -> None:
    """Let the bank act on the transfers of completed matters, or note that they failed when their time came."""
    rows, whole = [], []
    for matter in matters:
        failed = bool(matter.reasons)
        state = State.FAILED if failed else State.RELEASED
        day = (matter.run_on or matter.ended_on or matter.entered_on).isoformat()
        said = (state.value, matter.basis.value, day, " ".join(matter.reasons), day if failed else None)
        if matter.covers_rows:
            names = ("b_customer", "b_request", "b_state", "b_basis", "b_date", "b_reasons", "b_ended")
            whole.append(dict(zip(names, (*matter.key[:2], *said), strict=True)))
        else:
            rows.append((*said, *matter.key))
    _RELEASE.run(tx, rows)
    if whole:
        tx.execute(_ROWS, whole)


def write_outcomes(tx: Connection, transfers: Iterable[Transfer]) -> None:
    """Write what became of transfers."""
    _OUTCOME.run(
        tx,
        [
            (
                *(t.state.value, " ".join(t.reasons), t.reference, t.booked_ms),
                *(t.ended_on.isoformat() if t.ended_on else None, t.customer_id, t.request_id, t.row),
            )
            for t in transfers
        ],
    )


def give(tx: Connection, transfers: Iterable[Transfer]) -> None:
    """Note that these are about to be given to the core: from now on it is asked before anything is sent again."""
    _GIVEN.run(tx, [(State.PROCESSING.value, t.customer_id, t.request_id, t.row) for t in transfers])


def open_rows(tx: Connection, request: Request, most: int) -> list[Transfer]:
    """The first rows of an order on which the bank is to act, or has acted without a known end."""
    found = tx.execute(_OPEN, {"customer": request.customer_id, "request": request.request_id, "most": most})
    rows = [_read(row, request.operator_id, request.business_date) for row in found]
    ways = legs.of_rows(tx, (request.customer_id, request.request_id), [t.row for t in rows])
    return [replace(t, leg=ways[t.row]) if t.row in ways else t for t in rows]


def payees(tx: Connection, key: MatterKey) -> frozenset[str]:
    """The accounts that the rows of an order pay to."""
    named = {"customer": key.customer_id, "request": key.request_id}
    return frozenset(tx.execute(_PAYEES, named).scalars())


def read(r: Mapping[Any, Any], operator_id: str, entered_on: date) -> Transfer:
    """The transfer in a row that holds more, its leg too, with what its order says of all its transfers."""
    found = _read([r[column] for column in TRANSFER.c], operator_id, entered_on)
    leg = legs.read(r)
    return replace(found, leg=leg) if leg is not None else found


def _read(values: Sequence[Any], operator_id: str, entered_on: date) -> Transfer:
    """A row of the table, in the order of its columns: there may be a thousand of them."""
    customer_id, request_id, row, row_key, employee_id, owner, payer, payee, name, bank_code, *others = values
    amount, currency, purpose, end_to_end_id, remark, save_payee, takes, basis, *fate = others
    business_date, state, reasons, reference, booked_ms, ended_on = fate
    return Transfer(
        customer_id=customer_id,
        request_id=request_id,
        row=row,
        operator_id=operator_id,
        owner=owner,
        payer_account=payer,
        payee_account=payee,
        payee_name=name,
        payee_bank_code=bank_code,
        amount=amount,
        currency=currency,
        purpose=purpose,
        end_to_end_id=end_to_end_id,
        remark=remark,
        row_key=row_key,
        employee_id=employee_id,
        save_payee=save_payee,
        takes=_TAKES[takes],
        basis=_BASES[basis],
        entered_on=entered_on,
        business_date=date.fromisoformat(business_date),
        state=_STATES[state],
        reasons=tuple(Code(reason) for reason in reasons.split()) if reasons else (),
        reference=reference,
        booked_ms=booked_ms,
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
    )


_TAKES: Final = {takes.value: takes for takes in Takes}
_BASES: Final = {basis.value: basis for basis in Basis}
_STATES: Final = {state.value: state for state in State}
