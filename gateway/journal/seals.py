"""Seals: signed roots over the heads of the log's chains, as values, as rows, and as lines of a file.

The file stands beside the database as a witness: a log whose tail was cut does not fit the roots in it. No key is known
here.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Row

from gateway.journal.chain import Head, root_of

SEALS_FILE: Final = "seals.log"
"""The name of the file, in the site's folder."""

_BLOCK: Final = 4096


class SealsDamaged(Exception):
    """A line of the file cannot be read as a seal; the text names the file and the line or place."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A root with its number, the database time in milliseconds, the root before, the heads it covers, and who signed.

    `certificate` is the SHA-256 fingerprint in hexadecimal of the certificate whose key signed the bytes of `root`.
    """

    number: int
    at_ms: int
    previous: bytes
    heads: tuple[Head, ...]
    root: bytes
    certificate: str
    signature: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the root is that of the other fields; says nothing of the signature."""
        return self.root == root_of(self.number, self.at_ms, self.previous, self.heads)


def to_row(seal: Seal) -> dict[str, Any]:
    """The columns of the seal's row."""
    return {
        "number": seal.number,
        "at_ms": seal.at_ms,
        "previous": seal.previous,
        "heads": json.dumps(_heads(seal), separators=(",", ":")),
        "root": seal.root,
        "certificate": seal.certificate,
        "signature": seal.signature,
    }


def from_row(row: Row[Any]) -> Seal:
    """The seal of a row; raises ValueError when its heads cannot be read."""
    heads = _read_heads(row.heads)
    signature = bytes(row.signature)
    return Seal(row.number, row.at_ms, bytes(row.previous), heads, bytes(row.root), row.certificate, signature)


def to_line(seal: Seal) -> bytes:
    """The seal as a line of JSON, its end included."""
    fields = {
        "number": seal.number,
        "at_ms": seal.at_ms,
        "previous": seal.previous.hex(),
        "heads": _heads(seal),
        "root": seal.root.hex(),
        "certificate": seal.certificate,
        "signature": b64encode(seal.signature).decode(),
    }
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Seal:
    """The seal of a line; raises ValueError when it is none."""
    try:
        fields = json.loads(line)
        return Seal(
            int(fields["number"]),
            int(fields["at_ms"]),
            bytes.fromhex(fields["previous"]),
            _as_heads(fields["heads"]),
            bytes.fromhex(fields["root"]),
            str(fields["certificate"]),
            b64decode(fields["signature"], validate=True),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("not a seal") from error


def _heads(seal: Seal) -> list[list[str | int]]:
    return [[head.chain, head.seq, head.hash.hex()] for head in seal.heads]


def _read_heads(text: str) -> tuple[Head, ...]:
    try:
        return _as_heads(json.loads(text))
    except TypeError as error:
        raise ValueError("not a list of heads") from error


def _as_heads(fields: Any) -> tuple[Head, ...]:
    return tuple(Head(str(chain), int(seq), bytes.fromhex(value)) for chain, seq, value in fields)


class SealsFile:
    """The file of one site, to which every process of the node adds; each seal stands in it once, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def seals(self) -> Iterator[Seal]:
        """Every seal of the file, in its order; raises FileNotFoundError, and SealsDamaged at a line that is none."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield from_line(line)
                except ValueError as error:
                    raise SealsDamaged(f"{self.path} line {number} is not a seal") from error

    def last(self) -> int:
        """The number of the last seal; 0 when there is none. Raises SealsDamaged."""
        try:
            with self.path.open("rb") as file:
                return self._last(file)[0]
        except FileNotFoundError:
            return 0

    def add(self, seals: Iterable[Seal]) -> int:
        """Append those that the file does not hold yet and make them durable; returns the last number. SealsDamaged.

        What a crash left of a line is overwritten; the seals must be in order.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last, end = self._last(file)
            file.truncate(end)
            fresh = [seal for seal in seals if seal.number > last]
            if fresh:
                file.seek(end)
                file.write(b"".join(map(to_line, fresh)))
                file.flush()
                os.fsync(file.fileno())
            return fresh[-1].number if fresh else last

    def _last(self, file: BinaryIO) -> tuple[int, int]:
        """The number of the last seal, and the place in the file where its line ends."""
        end = file.seek(0, os.SEEK_END)
        tail = b""
        start = end
        while start > 0 and tail.count(b"\n") < 2:
            size = min(_BLOCK, start)
            start -= size
            file.seek(start)
            tail = file.read(size) + tail
        whole, _, torn = tail.rpartition(b"\n")
        if not whole:
            return 0, 0
        try:
            return from_line(whole.rpartition(b"\n")[2]).number, end - len(torn)
        except ValueError as error:
            raise SealsDamaged(f"{self.path}: its last line is not a seal") from error
