"""The bank directory (联行号), as statements, and its names in memory, where they are searched.

The directory is replaced as a whole and rarely; a version tells every process when. Each function works in the
transaction it is given.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from core_adapter.bulk import BulkInsert, BulkUpdate
from core_adapter.database import among, database_now
from gateway.domain.banks import PayeeBank
from gateway.journal.book import searched
from gateway.journal.tables import BANK_CODE, BANK_DIRECTORY

_TOLD: Final = ("name", "searched", "ibps", "beps", "hvps")
_INSERT: Final = BulkInsert(BANK_CODE, (*_TOLD, "code"))
_UPDATE: Final = BulkUpdate(BANK_CODE, ("code",), _TOLD)
_DELETE: Final = delete(BANK_CODE).where(among(BANK_CODE.c.code, "codes"))
_BANKS: Final = select(BANK_CODE.c.code, BANK_CODE.c.name, BANK_CODE.c.ibps, BANK_CODE.c.beps, BANK_CODE.c.hvps)
_AMONG: Final = _BANKS.where(among(BANK_CODE.c.code, "codes"))
_NAMES: Final = select(BANK_CODE.c.code, BANK_CODE.c.searched)
_LOADING: Final = select(BANK_DIRECTORY.c.version, BANK_DIRECTORY.c.banks, BANK_DIRECTORY.c.loaded_ms)

REGION: Final = slice(3, 7)
"""Where the region code stands in a bank code."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Which directory this is: `version` rises with each, `loaded_ms` is None before the first."""

    version: int
    banks: int
    loaded_ms: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new directory adds to the one of `version`, changes and removes in it (by code)."""

    version: int
    added: tuple[PayeeBank, ...]
    changed: tuple[PayeeBank, ...]
    removed: tuple[str, ...]


def loading(tx: Connection) -> Loading:
    """Which directory the database holds."""
    return Loading(*tx.execute(_LOADING).one())


def read_banks(tx: Connection, codes: Iterable[str]) -> dict[str, PayeeBank]:
    """The offices with these codes; a code that is not in the directory is left out."""
    return _by_code(tx.execute(_AMONG, {"codes": sorted(set(codes))}))


def difference(tx: Connection, banks: Mapping[str, PayeeBank]) -> Difference:
    """What it would take to make the directory these offices, by their codes."""
    version = loading(tx).version
    there = _by_code(tx.execute(_BANKS))
    return Difference(
        version,
        added=tuple(bank for code, bank in banks.items() if code not in there),
        changed=tuple(bank for code, bank in banks.items() if there.get(code, bank) != bank),
        removed=tuple(sorted(there.keys() - banks.keys())),
    )


def write(tx: Connection, made: Difference) -> bool:
    """Make the changes; False, with nothing changed, where the directory is not the one they were made for."""
    directory = BANK_DIRECTORY.c
    grown = len(made.added) - len(made.removed)
    mine = update(BANK_DIRECTORY).where(directory.version == made.version)
    raised = mine.values(version=directory.version + 1, banks=directory.banks + grown, loaded_ms=database_now(tx))
    if tx.execute(raised).rowcount == 0:
        return False
    tx.execute(_DELETE, {"codes": list(made.removed)})
    _UPDATE.run(tx, [_row(bank) for bank in made.changed])
    _INSERT.run(tx, [_row(bank) for bank in made.added])
    return True


def _row(bank: PayeeBank) -> tuple[str, str, str | None, bool, bool, str]:
    return bank.name, searched(bank.name), bank.ibps, bank.beps, bank.hvps, bank.code


def _by_code(rows: Iterable[Any]) -> dict[str, PayeeBank]:
    found = {}
    for code, name, ibps, beps, hvps in rows:
        found[code] = PayeeBank(code=code, name=name, region=code[REGION], ibps=ibps, beps=beps, hvps=hvps)
    return found


# -- names in memory

_SHIFT: Final = 10**12
"""A place in the list is region * _SHIFT + code: by region, then by code."""


class Names:
    """The names of one version as a single text, a line each in the order of region and code.

    A database would read every name for a part that few or none have: 100,000 take it 10 to 30 ms, which money would
    wait for, and an index of parts is many times their size. In one text a part is found in 1 to 2 ms; the text and the
    places take about 7 MB, and making them anew after a loading about a third of a second.
    """

    __slots__ = ("_places", "_starts", "_text", "version")

    def __init__(self, version: int, names: Iterable[tuple[str, str]]) -> None:
        """`names` are code and searched name, in any order."""
        placed = sorted((_place(int(code)), name) for code, name in names)
        self.version = version
        self._places = array("q", [place for place, _ in placed])
        self._text = "\n".join([name for _, name in placed])
        self._starts = array("q", accumulate((len(name) + 1 for _, name in placed), initial=0))

    def find(self, part: str, *, region: str | None, after: int | None, limit: int) -> list[str]:
        """The codes whose names hold `part`, at most `limit` behind the code `after`, as a number, in their order."""
        first, end = self._range(region, after)
        found: list[str] = []
        while first < end and len(found) < limit:
            at = self._text.find(part, self._starts[first], self._starts[end] - 1)
            if at < 0:
                break
            first = bisect_right(self._starts, at)
            found.append(f"{self._places[first - 1] % _SHIFT:012}")
        return found

    def _range(self, region: str | None, after: int | None) -> tuple[int, int]:
        """The lines of a region behind a code, as first and end."""
        first, end = 0, len(self._places)
        if region is not None:
            first, end = (bisect_left(self._places, (int(region) + more) * _SHIFT) for more in (0, 1))
        if after is not None:
            first = max(first, bisect_right(self._places, _place(after)))
        return first, end


def _place(code: int) -> int:
    return code // 10**5 % 10**4 * _SHIFT + code


class Directory:
    """The directory as one process asks it: by code in the database, by name in memory. For one thread alone."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names = Names(0, ())

    def find(
        self, tx: Connection, *, part: str | None, region: str | None, after: int | None, limit: int
    ) -> list[PayeeBank]:
        """Offices by region and code, at most `limit` behind the code `after`; `part` is a part of the name."""
        version = loading(tx).version
        if version != self._names.version:
            self._names = Names(version, (tuple(row) for row in tx.execute(_NAMES)))
        codes = self._names.find(searched(part or ""), region=region, after=after, limit=limit)
        banks = read_banks(tx, codes)
        return [banks[code] for code in codes]
