"""How operators and customers stand, remembered for as long as the register does not change.

Every turn reads the register's version in its own transaction; every change of the register raises it in the
transaction of the change. So what was read under the same version is as true as if it were read again.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from gateway.domain.facts import Actor, Facts
from gateway.journal import record
from gateway.journal.record import Key

REMEMBERED_MAX: Final = 20_000
"""Operators and customers remembered at once, some ten megabytes."""


class Standing:
    """What one committer remembers; see the module."""

    def __init__(self) -> None:
        """Nothing remembered yet."""
        self._version = -1
        self._actors: dict[Key, Actor | None] = {}
        self._attached: dict[str, frozenset[str]] = {}

    def facts(self, tx: Connection, version: int, keys: Iterable[Key]) -> dict[Key, Facts]:
        """The facts of these operators (customer id, operator id) under that version of the register."""
        wanted = set(keys)
        if version != self._version or len(self._actors) + len(self._attached) > REMEMBERED_MAX:
            self._actors, self._attached = {}, {}
            self._version = version
        if unknown := wanted - self._actors.keys():
            found = record.actors(tx, unknown)
            self._actors.update({key: found.get(key) for key in unknown})
        if strange := {customer for customer, _ in wanted} - self._attached.keys():
            attached = record.attached(tx, strange)
            self._attached.update({customer: frozenset(attached.get(customer, ())) for customer in strange})
        return {key: Facts(self._actors[key], self._attached[key[0]]) for key in wanted}
