"""What customers keep for themselves, as statements: payee book, purposes, templates, account groups.

Whoever changes a list of a customer holds that customer's lists (`hold`), as the first thing its transaction does or
right after holding the register: so entries are counted exactly, and two transactions never wait for each other in a
circle. Every function works in the transaction it is given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, RowMapping, Table, bindparam, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from core_adapter.bulk import BulkInsert
from core_adapter.database import among
from gateway.journal.tables import ACCOUNT_GROUP, BOOK, PAYEE, PURPOSE, TEMPLATE
from protocol.limits import ACCOUNT_GROUPS_MAX, PAYEES_MAX, PURPOSES_MAX, TEMPLATES_MAX
from protocol.messages.book import ListChange
from protocol.names import folded_name

_HOLD: Final = {
    name: dialect.insert(BOOK).on_conflict_do_update(
        index_elements=[BOOK.c.customer_id], set_={"customer_id": BOOK.c.customer_id}
    )
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def hold(tx: Connection, customers: Iterable[str]) -> None:
    """Keep others from changing the lists of these customers until this transaction ends."""
    if rows := [{"customer_id": customer} for customer in sorted(set(customers))]:
        tx.execute(_HOLD[tx.dialect.name], rows)


class KeptList:
    """One kind of list: a table whose rows belong to a customer and are told apart by `key`, at most `most` of each."""

    def __init__(self, table: Table, key: Sequence[str], most: int) -> None:
        self._table = table
        self._key = key
        self.most = most

    def find(self, tx: Connection, customer_id: str, key: Mapping[str, object]) -> RowMapping | None:
        """The entry with that key, if there is one."""
        return tx.execute(select(self._table).where(*self._is(customer_id, key))).mappings().one_or_none()

    def entries(self, tx: Connection, customer_id: str) -> Sequence[RowMapping]:
        """Every entry of the customer, by key."""
        table = self._table
        order = [table.c[name] for name in self._key]
        return tx.execute(select(table).where(table.c.customer_id == customer_id).order_by(*order)).mappings().all()

    def save(self, tx: Connection, customer_id: str, row: Mapping[str, object]) -> ListChange | None:
        """Add an entry, or change the one with its key; None where the list is full and has no such entry."""
        there = self.find(tx, customer_id, row)
        if there is None:
            if self._count(tx, customer_id) >= self.most:
                return None
            tx.execute(insert(self._table), {"customer_id": customer_id, **row})
            return ListChange.ADDED
        if all(there[name] == value for name, value in row.items()):
            return ListChange.UNCHANGED
        tx.execute(update(self._table).where(*self._is(customer_id, row)).values(row))
        return ListChange.CHANGED

    def delete(self, tx: Connection, customer_id: str, key: Mapping[str, object]) -> ListChange:
        """Take an entry away, if it is there."""
        gone = tx.execute(delete(self._table).where(*self._is(customer_id, key))).rowcount
        return ListChange.DELETED if gone else ListChange.ABSENT

    def _is(self, customer_id: str, key: Mapping[str, object]) -> list[Any]:
        columns = self._table.c
        return [columns.customer_id == customer_id, *(columns[name] == key[name] for name in self._key)]

    def _count(self, tx: Connection, customer_id: str) -> int:
        count: int = tx.execute(
            select(func.count()).select_from(self._table).where(self._table.c.customer_id == customer_id)
        ).scalar_one()
        return count


PAYEES: Final = KeptList(PAYEE, ("account", "bank_code"), PAYEES_MAX)
PURPOSES: Final = KeptList(PURPOSE, ("for_persons", "text"), PURPOSES_MAX)
TEMPLATES: Final = KeptList(TEMPLATE, ("name",), TEMPLATES_MAX)
ACCOUNT_GROUPS: Final = KeptList(ACCOUNT_GROUP, ("name",), ACCOUNT_GROUPS_MAX)


# -- payees


class Payee(NamedTuple):
    """A payee of a customer's book; the empty bank code is this bank."""

    customer_id: str
    account: str
    bank_code: str
    name: str

    def row(self) -> dict[str, object]:
        """Its columns beside the customer's."""
        told = {"account": self.account, "bank_code": self.bank_code, "name": self.name}
        return {**told, "searched": searched(self.name)}


def searched(text: str) -> str:
    """The form in which names, and what is looked for in them, are compared: folded, and without case."""
    return folded_name(text).casefold()


_PAYEE_KEY: Final = tuple_(PAYEE.c.customer_id, PAYEE.c.account, PAYEE.c.bank_code)
_KNOWN: Final = select(PAYEE.c.customer_id, PAYEE.c.account, PAYEE.c.bank_code).where(
    _PAYEE_KEY.in_(bindparam("keys", expanding=True))
)
_COUNTS: Final = (
    select(PAYEE.c.customer_id, func.count())
    .where(among(PAYEE.c.customer_id, "customers"))
    .group_by(PAYEE.c.customer_id)
)
_PAYEES: Final = BulkInsert(PAYEE, ("customer_id", "account", "bank_code", "name", "searched"))


def list_payees(
    tx: Connection,
    customer_id: str,
    *,
    text: str | None = None,
    interbank: bool | None = None,
    after: tuple[str | int, ...] | None = None,
    limit: int,
) -> list[Payee]:
    """Payees by account and bank, at most `limit` behind the key `after`; `text` is a part of account or name."""
    wanted = select(PAYEE.c.customer_id, PAYEE.c.account, PAYEE.c.bank_code, PAYEE.c.name)
    wanted = wanted.where(PAYEE.c.customer_id == customer_id)
    if text is not None:
        part = searched(text)
        places = (func.lower(PAYEE.c.account), PAYEE.c.searched)
        wanted = wanted.where(or_(*(each.contains(part, autoescape=True) for each in places)))
    if interbank is not None:
        wanted = wanted.where(PAYEE.c.bank_code != "" if interbank else PAYEE.c.bank_code == "")
    if after is not None:
        wanted = wanted.where(tuple_(PAYEE.c.account, PAYEE.c.bank_code) > tuple_(*after))
    rows = tx.execute(wanted.order_by(PAYEE.c.account, PAYEE.c.bank_code).limit(limit))
    return [Payee(*row) for row in rows]


def save_success(tx: Connection, payees: Iterable[Payee]) -> None:
    """Keep the payees of transfers that succeeded and were to store them (R4.22); what is known stays as it is.

    What finds no room in its customer's book is left out. The lists of all these customers must be held.
    """
    first = {payee[:3]: payee for payee in reversed(list(payees))}
    if not first:
        return
    for known in tx.execute(_KNOWN, {"keys": sorted(first)}):
        del first[known[0], known[1], known[2]]
    counts = tx.execute(_COUNTS, {"customers": sorted({key[0] for key in first})})
    room = Counter({customer: PAYEES_MAX - count for customer, count in counts})
    rows = []
    for _, payee in sorted(first.items()):
        left = room.setdefault(payee.customer_id, PAYEES_MAX)
        room[payee.customer_id] = left - 1
        if left > 0:
            rows.append((*payee, searched(payee.name)))
    _PAYEES.run(tx, rows)
