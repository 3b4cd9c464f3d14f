"""The statements of the journal: claims, facts, outcomes and log rows, each set-based, each inside a transaction given.

Every function takes the connection of the transaction; none of them commits. The order in which a group touches tables
is fixed (claims by key, then the rest by key), so that two processes never wait for each other in a circle.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from core_adapter.database import DatabaseNow
from gateway.domain.calendar import business_date
from gateway.domain.facts import Actor, Moment, Request, Transfer
from gateway.journal.chain import Head
from gateway.journal.tables import (
    ATTACHED_ACCOUNT,
    CUSTOMER,
    LOG_HEAD,
    MESSAGE_LOG,
    OPERATOR,
    REQUEST,
    SITE,
    TRANSFER,
)
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import TransferState

Key = tuple[str, str]
"""Customer id and request id."""

_REQUEST_KEY = tuple_(REQUEST.c.customer_id, REQUEST.c.request_id)
_REQUESTS = select(REQUEST, TRANSFER).select_from(
    REQUEST.outerjoin(
        TRANSFER,
        (REQUEST.c.customer_id == TRANSFER.c.customer_id) & (REQUEST.c.request_id == TRANSFER.c.request_id),
    )
)
_CLOCKS = select(DatabaseNow(), SITE.c.clock_offset_ms)
_BY_KEY = _REQUESTS.where(_REQUEST_KEY.in_(bindparam("keys", expanding=True)))
_ACTORS = (
    select(
        OPERATOR.c.customer_id,
        OPERATOR.c.operator_id,
        CUSTOMER.c.status.label("customer_status"),
        OPERATOR.c.status,
        OPERATOR.c.permissions,
    )
    .join(CUSTOMER, CUSTOMER.c.customer_id == OPERATOR.c.customer_id)
    .where(tuple_(OPERATOR.c.customer_id, OPERATOR.c.operator_id).in_(bindparam("keys", expanding=True)))
)
_ATTACHED = select(ATTACHED_ACCOUNT).where(
    tuple_(ATTACHED_ACCOUNT.c.customer_id, ATTACHED_ACCOUNT.c.account).in_(bindparam("keys", expanding=True))
)
_ALL_ATTACHED = select(ATTACHED_ACCOUNT).where(
    ATTACHED_ACCOUNT.c.customer_id.in_(bindparam("customers", expanding=True))
)
_CLAIM = {
    name: dialect.insert(REQUEST).on_conflict_do_nothing().returning(REQUEST.c.customer_id, REQUEST.c.request_id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_REFUSE = (
    update(REQUEST)
    .where(REQUEST.c.customer_id == bindparam("b_customer"), REQUEST.c.request_id == bindparam("b_request"))
    .values(code=bindparam("b_code"), details=bindparam("b_details"))
)
_CLOSE = (
    update(REQUEST)
    .where(
        REQUEST.c.customer_id == bindparam("b_customer"),
        REQUEST.c.request_id == bindparam("b_request"),
        REQUEST.c.epoch == bindparam("b_epoch"),
    )
    .values(
        due_ms=bindparam("b_due"),
        reply_chain=func.coalesce(REQUEST.c.reply_chain, bindparam("b_chain")),
        reply_seq=func.coalesce(REQUEST.c.reply_seq, bindparam("b_seq")),
    )
)
_OUTCOME = (
    update(TRANSFER)
    .where(TRANSFER.c.customer_id == bindparam("b_customer"), TRANSFER.c.request_id == bindparam("b_request"))
    .values(
        state=bindparam("b_state"),
        reasons=bindparam("b_reasons"),
        reference=bindparam("b_reference"),
        booked_ms=bindparam("b_booked"),
    )
)
_LEASE = (
    update(REQUEST)
    .where(REQUEST.c.customer_id == bindparam("b_customer"), REQUEST.c.request_id == bindparam("b_request"))
    .values(
        owner=bindparam("b_owner"),
        epoch=bindparam("b_epoch"),
        attempts=bindparam("b_attempts"),
        due_ms=bindparam("b_due"),
    )
)
_DUE = (
    _REQUESTS.where(REQUEST.c.due_ms <= bindparam("now"))
    .order_by(REQUEST.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(of=REQUEST, skip_locked=True)
)
_HEAD = update(LOG_HEAD).where(LOG_HEAD.c.chain == bindparam("b_chain"))
_STORED = select(MESSAGE_LOG.c.chain, MESSAGE_LOG.c.seq, MESSAGE_LOG.c.message).where(
    tuple_(MESSAGE_LOG.c.chain, MESSAGE_LOG.c.seq).in_(bindparam("keys", expanding=True))
)


def moment(tx: Connection) -> Moment:
    """The moment of this transaction: database time, and the business date of the site's business clock."""
    now_ms, offset_ms = tx.execute(_CLOCKS).one()
    return Moment(now_ms, business_date(now_ms, offset_ms))


def claim(tx: Connection, rows: Iterable[Mapping[str, Any]]) -> set[Key]:
    """Insert the request rows whose id is free; the keys that were won. The unique key judges between processes."""
    ordered = sorted(rows, key=lambda row: (row["customer_id"], row["request_id"]))
    if not ordered:
        return set()
    return {(won[0], won[1]) for won in tx.execute(_CLAIM[tx.dialect.name], ordered)}


def requests(tx: Connection, keys: Iterable[Key]) -> dict[Key, Request]:
    """The requests with these keys, as they stand."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = (read_request(row) for row in tx.execute(_BY_KEY, {"keys": wanted}))
    return {(request.customer_id, request.request_id): request for request in found}


def actors(tx: Connection, keys: Iterable[Key]) -> dict[Key, Actor]:
    """The operators (customer id, operator id) as registered now."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {
        (row[0], row[1]): Actor(row[2], row[3], frozenset(row[4].split()))
        for row in tx.execute(_ACTORS, {"keys": wanted})
    }


def attached(tx: Connection, pairs: Iterable[Key], customers: Iterable[str]) -> dict[str, set[str]]:
    """By customer: those of the (customer, account) pairs that are attached, and all accounts of `customers`."""
    found: dict[str, set[str]] = {}
    for statement, name, wanted in (
        (_ATTACHED, "keys", sorted(set(pairs))),
        (_ALL_ATTACHED, "customers", sorted(set(customers))),
    ):
        if wanted:
            for row in tx.execute(statement, {name: wanted}):
                found.setdefault(row[0], set()).add(row[1])
    return found


def stored_messages(tx: Connection, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The exact bytes of log rows by chain and number."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {(row[0], row[1]): bytes(row[2]) for row in tx.execute(_STORED, {"keys": wanted})}


def refuse(tx: Connection, refusals: Sequence[tuple[Key, Code, tuple[Detail, ...]]]) -> None:
    """Note the refusals of claimed requests."""
    if refusals:
        tx.execute(
            _REFUSE,
            [
                {"b_customer": key[0], "b_request": key[1], "b_code": code, "b_details": write_details(details)}
                for key, code, details in refusals
            ],
        )


def enter_transfers(tx: Connection, transfers: Sequence[Transfer]) -> None:
    """Write new instructions; from here on recovery carries them to their end."""
    if transfers:
        tx.execute(insert(TRANSFER), [_transfer_row(transfer) for transfer in transfers])


def write_outcomes(tx: Connection, transfers: Sequence[Transfer]) -> None:
    """Write what became of instructions."""
    if transfers:
        tx.execute(
            _OUTCOME,
            [
                {
                    "b_customer": transfer.customer_id,
                    "b_request": transfer.request_id,
                    "b_state": transfer.state,
                    "b_reasons": " ".join(transfer.reasons),
                    "b_reference": transfer.reference,
                    "b_booked": transfer.booked_ms,
                }
                for transfer in transfers
            ],
        )


def close(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write due times and replies (`b_customer` .. `b_seq`) where the epoch still is ours; how many were.

    A reply once stored stays: it is never remade.
    """
    return tx.execute(_CLOSE, list(rows)).rowcount if rows else 0


def due(tx: Connection, now_ms: int, most: int) -> list[Request]:
    """Requests whose lease has ended and that nobody else is taking just now, oldest first, locked."""
    return [read_request(row) for row in tx.execute(_DUE, {"now": now_ms, "most": most})]


def lease(tx: Connection, taken: Sequence[Request], owner: str, until_ms: int) -> None:
    """Take requests: a new owner, the next epoch, one attempt more, and a lease until `until_ms`."""
    if taken:
        tx.execute(
            _LEASE,
            [
                {
                    "b_customer": request.customer_id,
                    "b_request": request.request_id,
                    "b_owner": owner,
                    "b_epoch": request.epoch + 1,
                    "b_attempts": request.attempts + 1,
                    "b_due": until_ms,
                }
                for request in taken
            ],
        )


def open_chain(tx: Connection, head: Head) -> None:
    """Register a new chain of the message log."""
    tx.execute(insert(LOG_HEAD), {"chain": head.chain, "seq": head.seq, "hash": head.hash, "sealed_seq": 0})


def write_log(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows of one chain and move its head to the last of them."""
    if rows:
        tx.execute(insert(MESSAGE_LOG), list(rows))
        last = rows[-1]
        tx.execute(_HEAD, {"b_chain": last["chain"], "seq": last["seq"], "hash": last["hash"]})


def write_details(details: tuple[Detail, ...]) -> str | None:
    """Details as the text of a column."""
    if not details:
        return None
    return json.dumps([[d.rule, d.place, d.value, d.zh, d.en] for d in details], ensure_ascii=False)


def read_details(text: str | None) -> tuple[Detail, ...]:
    """Details from the text of a column."""
    if not text:
        return ()
    return tuple(
        Detail(rule=rule, place=place, value=value, zh=zh, en=en) for rule, place, value, zh, en in json.loads(text)
    )


def _transfer_row(transfer: Transfer) -> dict[str, Any]:
    return {
        "customer_id": transfer.customer_id,
        "request_id": transfer.request_id,
        "payer_account": transfer.payer_account,
        "payee_account": transfer.payee_account,
        "payee_name": transfer.payee_name,
        "payee_bank_code": transfer.payee_bank_code,
        "amount": transfer.amount,
        "currency": transfer.currency,
        "purpose": transfer.purpose,
        "end_to_end_id": transfer.end_to_end_id,
        "remark": transfer.remark,
        "business_date": transfer.business_date.isoformat(),
        "state": transfer.state,
        "reasons": " ".join(transfer.reasons),
        "reference": transfer.reference,
        "booked_ms": transfer.booked_ms,
    }


def read_request(row: Row[Any]) -> Request:
    """A row of requests joined with transfers as a value."""
    r = row._mapping  # noqa: SLF001  (the documented accessor of a Row)
    return Request(
        customer_id=r[REQUEST.c.customer_id],
        request_id=r[REQUEST.c.request_id],
        kind=r[REQUEST.c.kind],
        operator_id=r[REQUEST.c.operator_id],
        service=r[REQUEST.c.service],
        body_digest=bytes(r[REQUEST.c.body_digest]),
        encoding=r[REQUEST.c.encoding],
        language=r[REQUEST.c.language],
        received_ms=r[REQUEST.c.received_ms],
        business_date=date.fromisoformat(r[REQUEST.c.business_date]),
        epoch=r[REQUEST.c.epoch],
        attempts=r[REQUEST.c.attempts],
        due_ms=r[REQUEST.c.due_ms],
        code=Code(r[REQUEST.c.code]) if r[REQUEST.c.code] else None,
        details=read_details(r[REQUEST.c.details]),
        reply=(r[REQUEST.c.reply_chain], r[REQUEST.c.reply_seq]) if r[REQUEST.c.reply_chain] else None,
        transfer=_read_transfer(r) if r[TRANSFER.c.state] else None,
    )


def _read_transfer(r: Mapping[Any, Any]) -> Transfer:
    return Transfer(
        customer_id=r[TRANSFER.c.customer_id],
        request_id=r[TRANSFER.c.request_id],
        payer_account=r[TRANSFER.c.payer_account],
        payee_account=r[TRANSFER.c.payee_account],
        payee_name=r[TRANSFER.c.payee_name],
        payee_bank_code=r[TRANSFER.c.payee_bank_code],
        amount=r[TRANSFER.c.amount],
        currency=r[TRANSFER.c.currency],
        purpose=r[TRANSFER.c.purpose],
        end_to_end_id=r[TRANSFER.c.end_to_end_id],
        remark=r[TRANSFER.c.remark],
        business_date=date.fromisoformat(r[TRANSFER.c.business_date]),
        state=TransferState(r[TRANSFER.c.state]),
        reasons=tuple(Code(reason) for reason in r[TRANSFER.c.reasons].split()),
        reference=r[TRANSFER.c.reference],
        booked_ms=r[TRANSFER.c.booked_ms],
    )
