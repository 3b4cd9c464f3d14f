"""Grants as they are stored (R1.18 to R1.21), as statements in a transaction that holds the register to change them."""

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, tuple_, update

from gateway.domain.customer import Right
from gateway.domain.grants import Terms, words
from gateway.domain.matter import MatterKey
from gateway.journal.tables import ACCOUNT_GRANT, MATTER, OPERATOR_ACCOUNT

LIVE: Final = ("offered", "accepted")
"""The states of a grant that has not ended."""


class Grant(NamedTuple):
    """A row of grants; `number` counts the offers of one account to one customer, `rights` are words."""

    grantor: str
    account: str
    grantee: str
    number: int
    rights: str
    state: str
    letter: str | None
    offered_ms: int
    accepted_ms: int | None
    ended_ms: int | None

    @property
    def terms(self) -> Terms:
        """What was offered."""
        return Terms(self.grantor, self.account, self.grantee, frozenset(map(Right, self.rights.split())))


_TABLE: Final = ACCOUNT_GRANT.c
_COLUMNS: Final = tuple(_TABLE[name] for name in Grant._fields)


def live_grants(tx: Connection, grantee: str, *, grantor: str | None = None, account: str | None = None) -> list[Grant]:
    """What is offered to or granted a customer by that grantor, or of that account; at most one of each account."""
    near = or_(_TABLE.grantor == grantor, _TABLE.account == account)
    return _read(tx, _TABLE.grantee == grantee, _TABLE.state.in_(LIVE), near)


def count_given(tx: Connection, grantor: str) -> int:
    """How many offers and grants of a customer have not ended."""
    given = select(func.count()).where(_TABLE.grantor == grantor, _TABLE.state.in_(LIVE))
    count: int = tx.execute(given).scalar_one()
    return count


def enter_offer(tx: Connection, terms: Terms, now_ms: int) -> None:
    """Offer an account anew; none of it to that customer may live."""
    _enter(tx, terms, {"state": "offered", "offered_ms": now_ms})


def enter_letter(tx: Connection, terms: Terms, letter: str, now_ms: int) -> None:
    """Record a grant by a letter, which works from now on (R1.22); none of it to that customer may live."""
    _enter(tx, terms, {"state": "accepted", "letter": letter, "offered_ms": now_ms, "accepted_ms": now_ms})


def _enter(tx: Connection, terms: Terms, values: dict[str, object]) -> None:
    key = {"grantor": terms.grantor, "account": terms.account, "grantee": terms.grantee}
    before: int | None = tx.execute(select(func.max(_TABLE.number)).filter_by(**key)).scalar_one()
    row = {"number": (before or 0) + 1, "rights": words(terms.rights)}
    tx.execute(insert(ACCOUNT_GRANT), key | row | values)


def accept(tx: Connection, grant: Grant, now_ms: int) -> None:
    """Let an offered grant work from now on."""
    tx.execute(update(ACCOUNT_GRANT).where(*_is(grant)).values(state="accepted", accepted_ms=now_ms))


def end(tx: Connection, grant: Grant, state: str, now_ms: int) -> None:
    """End a grant as withdrawn or dropped: the account leaves the lists of the grantee's operators."""
    tx.execute(update(ACCOUNT_GRANT).where(*_is(grant)).values(state=state, ended_ms=now_ms))
    lists = {"customer_id": grant.grantee, "account_owner": grant.grantor, "account": grant.account}
    tx.execute(delete(OPERATOR_ACCOUNT).filter_by(**lists))


def unfinished(tx: Connection, grant: Grant) -> dict[str, list[MatterKey]]:
    """What was entered under a grant and is still with the enterprise, by the customer whose people act on it."""
    matter = MATTER.c
    under = (
        matter.wake_ms.isnot(None),
        matter.customer_id == grant.grantee,
        matter.owner == grant.grantor,
        matter.payer_account == grant.account,
    )
    found: dict[str, list[MatterKey]] = {}
    keys = select(matter.by_customer, matter.customer_id, matter.request_id, matter.row).where(*under)
    for by_customer, *key in tx.execute(keys):
        found.setdefault(by_customer, []).append(MatterKey(*key))
    return found


def _is(grant: Grant) -> list[ColumnElement[bool]]:
    return [column == value for column, value in zip(_COLUMNS[:4], grant[:4], strict=True)]


def list_grants(
    tx: Connection,
    given_by: str | None,
    received_by: str | None,
    *,
    state: str | None = None,
    after: tuple[str | int, ...] | None = None,
    limit: int,
) -> list[Grant]:
    """Grants that the one gave or the other received, in order of their keys, at most `limit` behind `after`."""
    wanted: list[ColumnElement[bool]] = [or_(_TABLE.grantor == given_by, _TABLE.grantee == received_by)]
    if state is not None:
        wanted.append(_TABLE.state == state)
    if after is not None:
        key = tuple_(*_COLUMNS[:4])
        wanted.append(key > tuple_(*after))
    return _read(tx, *wanted, limit=limit)


def every_grant(tx: Connection, customer_id: str | None) -> list[Grant]:
    """The grants that a customer gave or received, or all there ever were, in order of their keys."""
    if customer_id is None:
        return _read(tx)
    return _read(tx, or_(_TABLE.grantor == customer_id, _TABLE.grantee == customer_id))


def _read(tx: Connection, *wanted: ColumnElement[Any], limit: int | None = None) -> list[Grant]:
    rows = tx.execute(select(*_COLUMNS).where(*wanted).order_by(*_COLUMNS[:4]).limit(limit))
    return [Grant(*row) for row in rows]
