"""One table of a settings file, read key by key: faults are collected, never raised, so that all come at once.

Knows TOML values, ranges and file modes; knows no key of the product.
"""

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from protocol.money import parse_amount

OPTIONAL = ""
"""Default of a text key that may be left out."""

_MISSING = object()
_CREDENTIALS = "$CREDENTIALS_DIRECTORY/"
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "20:30"'
_WHOLE_HOUR = r"(?:[01][0-9]|2[0-3]):00", 'a whole hour such as "09:00"'
_NOT_OWNERS = stat.S_IRWXG | stat.S_IRWXO


class Address(NamedTuple):
    """A host (name or number) and a port; port 0 lets the system choose one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file's surroundings: the folder its paths start at, the credentials folder, the faults found so far."""

    folder: Path
    credentials: Path | None
    faults: list[str]


class Table:
    """The values of one TOML table; every reading method notes faults and hands back a usable value."""

    def __init__(self, values: dict[str, Any], path: str, source: Source) -> None:
        self._values = values
        self._path = path
        self._source = source
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fault(self, key: str, problem: str) -> None:
        """Note a fault of this key: the whole key path, then what is wrong and what is allowed."""
        path = ".".join(part for part in (self._path, key) if part)
        self._source.faults.append(f"{path}: {problem}")

    def text(self, key: str, default: str | None = None, *, pattern: str = r".+", allowed: str = "a text") -> str:
        """Read a text that matches the pattern whole; without a default the key must be there."""
        value = self._take(key, default)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or (key in self._values and not re.fullmatch(pattern, value)):
            self.fault(key, f"{value!r} is not {allowed}")
            return ""
        return value

    def texts(self, key: str, *, pattern: str, allowed: str) -> tuple[str, ...]:
        """Read a list of texts that each match the pattern whole; one that is left out is empty."""
        found = self._list(key)
        for number, value in enumerate(found, 1):
            if not isinstance(value, str) or not re.fullmatch(pattern, value):
                self.fault(f"{key}[{number}]", f"{value!r} is not {allowed}")
        return tuple(value for value in found if isinstance(value, str))

    def choice(self, key: str, default: str, allowed: Sequence[str]) -> str:
        """Read one of the allowed words."""
        value = self._take(key, default)
        if value not in allowed:
            self.fault(key, f"{value!r} is none of {', '.join(allowed)}")
            return default
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.fault(key, f"{value!r} is neither true nor false")
            return default
        return value

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """Read a whole number from least to most, both included."""
        value = self._take(key, default)
        if type(value) is not int or not least <= value <= most:
            self.fault(key, f"{value!r} is not a whole number from {least} to {most}")
            return default
        return value

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """Read a number from least to most, both included."""
        value = self._take(key, default)
        if type(value) not in (int, float) or not least <= value <= most:
            self.fault(key, f"{value!r} is not a number from {least:g} to {most:g}")
            return default
        return float(value)

    def amount(self, key: str, default: int | None = None) -> int:
        """Read an amount of yuan as it is written on the wire, such as "50000.00", not negative; in fen."""
        value = self._take(key, default)
        if key not in self._values:
            return 0 if value is _MISSING else int(value)
        try:
            fen = parse_amount(value) if isinstance(value, str) else -1
        except ValueError:
            fen = -1
        if fen < 0:
            self.fault(key, f'{value!r} is not an amount such as "50000.00"')
        return max(fen, 0)

    def address(self, key: str, default: str | None = None) -> Address:
        """Read "host:port" or "[IPv6]:port"; the port is 0 to 65535."""
        value = self._take(key, default)
        if value is _MISSING:
            return Address("", 0)
        match = _LISTEN.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match["port"]) > 65535:
            self.fault(key, f'{value!r} is not "host:port" with a port from 0 to 65535')
            return Address("", 0)
        return Address(match["six"] or match["host"], int(match["port"]))

    def file(self, key: str) -> Path:
        """Read the path of a file that exists, relative to the settings file's folder or to $CREDENTIALS_DIRECTORY."""
        name = self.text(key, allowed="the path of a file")
        credentials = self._source.credentials
        path = self._source.folder / name
        if name.startswith(_CREDENTIALS):
            path = (credentials or self._source.folder) / name.removeprefix(_CREDENTIALS)
        if name and not path.is_file():
            self.fault(key, f"{name!r}: there is no such file at {path}")
        return path

    def private_file(self, key: str) -> Path:
        """Read the path of a file that only its owner may read, or that systemd handed over as a credential."""
        path = self.file(key)
        if path.is_file() and not self._is_credential(path):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _NOT_OWNERS:
                self.fault(key, f"{str(path)!r} has mode {mode:04o}; only its owner may have access (0600 or 0400)")
        return path

    def secret(self, key: str) -> str:
        """Read the secret that the named private file holds, without the line end behind it."""
        path = self.private_file(key)
        if not path.is_file():
            return ""
        try:
            value = path.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            self.fault(key, f"{str(path)!r} cannot be read: {type(error).__name__}")
            return ""
        if not value:
            self.fault(key, f"{str(path)!r} is empty")
        return value

    def clock(self, key: str, default: time, *, whole_hour: bool = False) -> time:
        """Read a time of day such as "09:00", to the minute; `whole_hour` allows no minutes but 00."""
        pattern, allowed = _WHOLE_HOUR if whole_hour else _CLOCK
        value = self.text(key, f"{default:%H:%M}", pattern=pattern, allowed=allowed)
        return time.fromisoformat(value) if value else default

    def day(self, key: str) -> date:
        """Read a TOML date, such as 2027-01-01."""
        value = self._take(key, None)
        if value is _MISSING:
            return date.min
        return self._day(key, value) or date.min

    def days(self, key: str) -> frozenset[date]:
        """Read a list of TOML dates, none of them twice; one that is left out is empty."""
        found: set[date] = set()
        for number, value in enumerate(self._list(key), 1):
            day = self._day(f"{key}[{number}]", value)
            if day in found:
                self.fault(f"{key}[{number}]", f"{day} is there twice")
            elif day is not None:
                found.add(day)
        return frozenset(found)

    def integers(self, key: str, least: int, most: int) -> frozenset[int]:
        """Read a list of whole numbers from least to most, both included; one that is left out is empty."""
        found: set[int] = set()
        for number, value in enumerate(self._list(key), 1):
            if type(value) is not int or not least <= value <= most:
                self.fault(f"{key}[{number}]", f"{value!r} is not a whole number from {least} to {most}")
            else:
                found.add(value)
        return frozenset(found)

    def tables(self, key: str) -> list["Table"]:
        """Read an array of tables, [[key]]; each is called by its number from 1."""
        path = ".".join(part for part in (self._path, key) if part)
        made = []
        for number, value in enumerate(self._list(key), 1):
            if isinstance(value, dict):
                made.append(Table(value, f"{path}[{number}]", self._source))
            else:
                self.fault(f"{key}[{number}]", f"{value!r} is not a table")
        return made

    def dated(self, key: str) -> list[tuple[date, "Table"]]:
        """Read an array of tables that each hold from a date on, their key `from`: by dates, none of them twice."""
        found = sorted(((each.day("from"), each) for each in self.tables(key)), key=lambda each: each[0])
        for (earlier, _), (since, table) in pairwise(found):
            if since == earlier:
                table.fault("from", f"{since} is the date of another change too")
        return found

    def table(self, key: str) -> "Table":
        """Read a table inside this one; one that is left out is an empty one."""
        value = self._take(key, {})
        path = ".".join(part for part in (self._path, key) if part)
        if not isinstance(value, dict):
            self.fault(key, f"{value!r} is not a table")
            value = {}
        return Table(value, path, self._source)

    def end(self) -> None:
        """Note every key that nobody asked for, with the known key that it resembles."""
        for key in self._values:
            if key not in self._known:
                near = get_close_matches(key, self._known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(self._known))}"
                self.fault(key, f"unknown key; {hint}")

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            self.fault(key, "is missing")
            return _MISSING
        return default

    def _list(self, key: str) -> list[Any]:
        value = self._take(key, [])
        if not isinstance(value, list):
            self.fault(key, f"{value!r} is not a list")
            return []
        return value

    def _day(self, key: str, value: Any) -> date | None:
        if type(value) is not date:  # a date and time is a date too, to Python
            self.fault(key, f"{str(value)!r} is not a date, which is written without quotes, such as 2027-01-01")
            return None
        return value

    def _is_credential(self, path: Path) -> bool:
        credentials = self._source.credentials
        return credentials is not None and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(credentials))
