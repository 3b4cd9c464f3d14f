"""The statements of the journal: claims, facts, outcomes and log rows, each set-based, each inside a transaction given.

Every function takes the connection of the transaction; none of them commits. The order in which a group touches tables
is fixed (claims by key, then the rest by key), so that two processes never wait for each other in a circle.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlalchemy import Row as ResultRow

from core_adapter.bulk import BulkInsert, BulkUpdate, Row
from core_adapter.database import DatabaseNow
from gateway.domain.calendar import business_date
from gateway.domain.facts import Moment, Request
from gateway.journal import transfers
from gateway.journal.chain import Head
from gateway.journal.tables import LEG, LOG_HEAD, MESSAGE_LOG, REQUEST, SITE, TRANSFER
from protocol.codes import Code
from protocol.errors import Detail

Key = tuple[str, str]
"""Customer id and request id."""

Closing = tuple[Key, int, int | None, tuple[str, int] | None]
"""Key, epoch, when it is due again, and where its first reply stands in the log."""


class Claim(NamedTuple):
    """A request row as it is when its id is claimed, in the order of the table."""

    customer_id: str
    request_id: str
    kind: str
    operator_id: str
    service: str
    body_digest: bytes
    encoding: str
    language: str
    received_ms: int
    business_date: str
    owner: str
    epoch: int
    attempts: int
    due_ms: int | None


_REQUEST_KEY = tuple_(REQUEST.c.customer_id, REQUEST.c.request_id)
_REQUESTS = select(REQUEST, TRANSFER, LEG).select_from(
    REQUEST.outerjoin(
        TRANSFER,
        (REQUEST.c.customer_id == TRANSFER.c.customer_id)
        & (REQUEST.c.request_id == TRANSFER.c.request_id)
        & (TRANSFER.c.row == 0),
    ).outerjoin(
        LEG,
        (REQUEST.c.customer_id == LEG.c.customer_id) & (REQUEST.c.request_id == LEG.c.request_id) & (LEG.c.row == 0),
    )
)
_SITE = select(DatabaseNow(), SITE.c.clock_offset_ms, SITE.c.register_version)
_HOLD = update(SITE).values(register_version=SITE.c.register_version)
_BY_KEY = _REQUESTS.where(_REQUEST_KEY.in_(bindparam("keys", expanding=True)))
_CLAIM = BulkInsert(REQUEST, Claim._fields)
_ANSWER = BulkUpdate(REQUEST, ["customer_id", "request_id"], ["code", "details", "body"])
_ANSWERED = BulkUpdate(REQUEST, ["customer_id", "request_id", "epoch"], ["due_ms", "reply_chain", "reply_seq"])
_OPEN = BulkUpdate(REQUEST, ["customer_id", "request_id", "epoch"], ["due_ms"])
_LOG = BulkInsert(
    MESSAGE_LOG,
    ("chain", "seq", "way", "customer_id", "operator_id", "request_id", "at_ms", "message", "hash"),
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
    select(REQUEST.c.customer_id, REQUEST.c.request_id)
    .where(REQUEST.c.due_ms <= bindparam("now"))
    .order_by(REQUEST.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_HEAD = update(LOG_HEAD).where(LOG_HEAD.c.chain == bindparam("b_chain"))
_STORED = select(MESSAGE_LOG.c.chain, MESSAGE_LOG.c.seq, MESSAGE_LOG.c.message).where(
    tuple_(MESSAGE_LOG.c.chain, MESSAGE_LOG.c.seq).in_(bindparam("keys", expanding=True))
)


def site(tx: Connection) -> tuple[Moment, int]:
    """The moment of this transaction (database time, and the business date), and the version of the register."""
    now_ms, offset_ms, version = tx.execute(_SITE).one()
    return Moment(now_ms, now_ms + offset_ms, business_date(now_ms, offset_ms)), version


def hold_register(tx: Connection) -> None:
    """Keep others from changing the register until this transaction ends."""
    tx.execute(_HOLD)


def claim(tx: Connection, claims: Iterable[Claim]) -> set[Key]:
    """Insert the request rows whose id is free; the keys that were won. The unique key judges between processes."""
    return {(won[0], won[1]) for won in _CLAIM.claim(tx, sorted(claims))}


def requests(tx: Connection, keys: Iterable[Key]) -> dict[Key, Request]:
    """The requests with these keys, as they stand."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = (read_request(row) for row in tx.execute(_BY_KEY, {"keys": wanted}))
    return {(request.customer_id, request.request_id): request for request in found}


def stored_messages(tx: Connection, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The exact bytes of log rows by chain and number."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {(row[0], row[1]): bytes(row[2]) for row in tx.execute(_STORED, {"keys": wanted})}


def answer(tx: Connection, answers: Iterable[tuple[Key, Code, tuple[Detail, ...], str | None]]) -> None:
    """Note the outcome, and the reply's body if there is one, of claimed requests whose answer is known."""
    _ANSWER.run(tx, [(code.value, write_details(details), body, *key) for key, code, details, body in answers])


def close(tx: Connection, closings: Iterable[Closing]) -> int:
    """Write when requests are due again, and replies where there is a new one, if the epoch still is ours; how many.

    A reply once stored stays: it is never remade, so only a first one is given here.
    """
    answered, opened = [], []
    for key, epoch, due_ms, reply in sorted(closings):
        if reply is None:
            opened.append((due_ms, *key, epoch))
        else:
            answered.append((due_ms, *reply, *key, epoch))
    return _ANSWERED.run(tx, answered) + _OPEN.run(tx, opened)


def due(tx: Connection, now_ms: int, most: int) -> list[Key]:
    """The requests whose lease has ended and that nobody else is taking just now, oldest first, locked.

    They are to be read once they are locked: whoever had them before may have changed their payments meanwhile.
    """
    return [(row[0], row[1]) for row in tx.execute(_DUE, {"now": now_ms, "most": most})]


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


def finish(tx: Connection, done: Iterable[Request]) -> None:
    """Note that nothing is left to do about these locked requests."""
    _OPEN.run(tx, sorted((None, r.customer_id, r.request_id, r.epoch) for r in done))


def open_chain(tx: Connection, head: Head) -> None:
    """Register a new chain of the message log."""
    tx.execute(insert(LOG_HEAD), {"chain": head.chain, "seq": head.seq, "hash": head.hash, "sealed_seq": 0})


def write_log(tx: Connection, rows: Sequence[Row]) -> None:
    """Append rows of one chain (in the order of the table) and move its head to the last of them."""
    if rows:
        _LOG.run(tx, rows)
        last = rows[-1]
        tx.execute(_HEAD, {"b_chain": last[0], "seq": last[1], "hash": last[-1]})


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


def read_request(row: ResultRow[Any]) -> Request:
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
        body=r[REQUEST.c.body],
        reply=(r[REQUEST.c.reply_chain], r[REQUEST.c.reply_seq]) if r[REQUEST.c.reply_chain] else None,
        transfer=(
            transfers.read(r, r[REQUEST.c.operator_id], date.fromisoformat(r[REQUEST.c.business_date]))
            if r[TRANSFER.c.state]
            else None
        ),
    )
