"""Modes and flows as people write them down, in TOML or JSON: read whole or not at all, with every fault (R2.17).

Knows the shape only; whether a mode or flow makes sense for a customer is asked where it is saved.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.administration.change import AdminError
from gateway.domain.customer import Authorizers, Band, Flow, Mode
from protocol.money import parse_amount

_SWITCHES: Final = ("with_amount", "ordered", "review", "manual_dispatch")


class Definition:
    """A table of a definition, read key by key: faults are collected, never raised, so that all come at once."""

    def __init__(self, told: object, path: str, faults: list[str]) -> None:
        """`path` names the table in faults."""
        self._path = path
        self._faults = faults
        self._left: dict[str, object] = dict(told) if isinstance(told, Mapping) else {}
        if not isinstance(told, Mapping):
            self.fault("", "is not a table")

    def fault(self, key: str, problem: str) -> None:
        """Note a fault of this key."""
        self._faults.append(" ".join(part for part in (f"{self._path}{key}", problem) if part))

    def yes(self, key: str) -> bool:
        """Read true or false."""
        value = self._left.pop(key, None)
        if not isinstance(value, bool):
            self.fault(key, "is true or false")
        return value is True

    def count(self, key: str, default: int | None = None) -> int:
        """Read a whole number from 1 to 9."""
        value = self._left.pop(key, default)
        if type(value) is not int or not 1 <= value <= 9:
            self.fault(key, "is a whole number from 1 to 9")
            return 1
        return value

    def amount(self, key: str) -> int | None:
        """Read an amount above zero such as "50000.00", as fen; None where it is left out."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        try:
            fen = parse_amount(value) if isinstance(value, str) else 0
        except ValueError:
            fen = 0
        if fen <= 0:
            self.fault(key, 'is an amount above zero such as "50000.00", in quotation marks')
        return fen

    def word(self, key: str) -> str | None:
        """Read a word; None where it is left out."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, str):
            self.fault(key, "is a text")
            return None
        return value

    def tables(self, key: str) -> "Iterator[Definition]":
        """Read a list of tables."""
        for number, told in enumerate(self.entries(key), 1):
            table = Definition(told, f"{self._path}{key}[{number}].", self._faults)
            yield table
            table.end()

    def entries(self, key: str) -> list[Any]:
        """Read a list of anything; an empty one where it is left out."""
        value = self._left.pop(key, [])
        if isinstance(value, list):
            return value
        self.fault(key, "is a list")
        return []

    def end(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._left:
            self.fault(key, "is not known here")


def mode_of(mode_id: str, told: object) -> Mode:
    """The mode that a definition describes; raises AdminError with every fault of its form."""
    faults: list[str] = []
    table = Definition(told, "", faults)
    switches = {name: table.yes(name) for name in _SWITCHES}
    bands = tuple(
        Band(
            band.amount("up_to"),
            tuple(Authorizers(each.count("level"), each.count("count", 1)) for each in band.tables("authorizers")),
        )
        for band in table.tables("bands")
    )
    table.end()
    _refuse(f"mode {mode_id}", faults)
    return Mode(mode_id=mode_id, **switches, bands=bands)


def flow_of(flow_id: str, told: object) -> Flow:
    """The flow that a definition describes; raises AdminError with every fault of its form."""
    faults: list[str] = []
    table = Definition(told, "", faults)
    account, service, limit = table.word("account"), table.word("service"), table.amount("limit")
    levels = table.entries("levels")
    for number, level in enumerate(levels, 1):
        if not isinstance(level, list) or not level or not all(isinstance(name, str) for name in level):
            table.fault(f"levels[{number}]", "is a list of codes of operators")
    table.end()
    _refuse(f"flow {flow_id}", faults)
    return Flow(flow_id=flow_id, account=account, service=service, limit=limit, levels=tuple(map(frozenset, levels)))


def _refuse(what: str, faults: list[str]) -> None:
    if faults:
        raise AdminError(f"{what}: " + "; ".join(faults))
