"""Customers as the rules see them, remembered for as long as the register does not change.

Every turn reads the register's version in its own transaction; every change of the register raises it in the
transaction of the change. So what was read under the same version is as true as if it were read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.domain.customer import Customer
from gateway.domain.facts import Facts
from gateway.journal.events import Feeds
from gateway.journal.people import read_customers
from gateway.journal.record import Key
from gateway.journal.register import read_version
from gateway.journal.usage import Made

REMEMBERED_MAX: Final = 200_000
"""Operators, accounts and payees remembered at once, some hundred megabytes at most."""


class Standing:
    """What one committer remembers; see the module."""

    def __init__(self) -> None:
        """Nothing remembered yet; `made` and `feeds` are of counters, which no change of the register touches."""
        self.made = Made()
        self.feeds = Feeds()
        self._version = -1
        self._facts: dict[Key, Facts] = {}
        self._customers: dict[str, Customer | None] = {}
        self._weight = 0

    def facts(self, tx: Connection, version: int, keys: Sequence[Key]) -> list[Facts]:
        """The facts of these operators (customer id, operator id), in the same order; `version` is the register's."""
        if version != self._version or self._weight > REMEMBERED_MAX:
            self._forget(version)
        known = self._facts
        try:
            return [known[key] for key in keys]
        except KeyError:
            self._learn(tx, set(keys))
            return [self._facts[key] for key in keys]

    def _learn(self, tx: Connection, keys: set[Key]) -> None:
        """Read whoever of these is not known, all under one version, which may be a later one than the turn's."""
        self._read(tx, {customer for customer, _ in keys})
        while (version := read_version(tx)) != self._version:
            self._forget(version)
            self._read(tx, {customer for customer, _ in keys})
        for key in keys:
            self._facts[key] = self._standing_of(*key)
        self._weight += len(keys)

    def _read(self, tx: Connection, customer_ids: set[str]) -> None:
        """Read these customers and then those whose accounts they use."""
        self._add(tx, customer_ids)
        self._add(tx, {owner for each in customer_ids for owner in _grantors(self._customers[each])})

    def _add(self, tx: Connection, customer_ids: Iterable[str]) -> None:
        if unknown := set(customer_ids) - self._customers.keys():
            found = read_customers(tx, unknown)
            self._customers.update({each: found.get(each) for each in unknown})
            self._weight += sum(map(_weight, found.values()))

    def _standing_of(self, customer_id: str, operator_id: str) -> Facts:
        customer = self._customers[customer_id]
        grantors: Mapping[str, Customer] = {
            owner: known for owner in _grantors(customer) if (known := self._customers[owner]) is not None
        }
        return Facts(customer, customer.people.get(operator_id) if customer else None, grantors=grantors)

    def _forget(self, version: int) -> None:
        self._facts, self._customers, self._weight = {}, {}, 0
        self._version = version


def _grantors(customer: Customer | None) -> set[str]:
    """The customers whose accounts this one uses."""
    if customer is None:
        return set()
    return {account.owner for account in customer.accounts.values()} - {customer.customer_id}


def _weight(customer: Customer) -> int:
    """How many things are remembered with a customer."""
    lists = sum(len(person.accounts) for person in customer.people.values())
    payees = sum(len(account.payees) for account in customer.accounts.values())
    return 1 + len(customer.people) + lists + len(customer.accounts) + payees
