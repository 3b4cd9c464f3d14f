"""The hash chain of the message log and the roots over its heads: pure arithmetic, no database, no clock.

A row's hash covers every field of the row and the hash of the row before, each field with its length in front, so that
no two different rows have the same bytes under the hash. A root covers the heads that moved and the root before.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)
"""What stands before the first row of a chain and before the first root."""


Sender = tuple[str, str, str]
"""Customer id, operator id and request id, as the message claims them."""

LogRow = tuple[str, int, str, str, str, str, int, bytes, bytes]
"""A row of the log in the order of its columns: those of `_HASHED`, then the hash."""

_HASHED = ("chain", "seq", "way", "customer_id", "operator_id", "request_id", "at_ms", "message")


def _digest(label: bytes, *fields: bytes) -> bytes:
    parts = [label]
    for field in fields:
        parts += (len(field).to_bytes(8, "big"), field)
    return hashlib.sha256(b"".join(parts)).digest()


def row_hash(row: Mapping[str, Any], previous: bytes) -> bytes:
    """The hash of a log row (a mapping with the columns of `message_log` but `hash`) that follows `previous`."""
    return _row_hash(tuple(row[name] for name in _HASHED), previous)


def _row_hash(row: tuple[Any, ...], previous: bytes) -> bytes:
    """The hash of the columns `_HASHED`, in their order."""
    *fields, message = row
    return _digest(
        b"yinqi-log-1", previous, *(str(field).encode() for field in fields), hashlib.sha256(message).digest()
    )


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain: its number (0 before the first) and its hash."""

    chain: str
    seq: int
    hash: bytes


class Chain:
    """One committer's chain while it grows; the caller keeps `head` and puts it back when a transaction is lost."""

    __slots__ = ("head",)

    def __init__(self, name: str) -> None:
        self.head = Head(name, 0, GENESIS)

    def add(self, way: str, sender: Sender, at_ms: int, message: bytes) -> LogRow:
        """The next row, hashed; the head moves to it."""
        head = self.head
        row = (head.chain, head.seq + 1, way, *sender, at_ms, message)
        digest = _row_hash(row, head.hash)
        self.head = Head(head.chain, head.seq + 1, digest)
        return (*row, digest)


def root_of(number: int, at_ms: int, previous: bytes, heads: Iterable[Head]) -> bytes:
    """The root with that number over these heads (in the order of their names) and the root before."""
    fields = [str(number).encode(), str(at_ms).encode(), previous]
    for head in sorted(heads, key=lambda head: head.chain):
        fields += (head.chain.encode(), str(head.seq).encode(), head.hash)
    return _digest(b"yinqi-root-1", *fields)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is not what it was: the chain, the row's number, and what is wrong."""

    chain: str
    seq: int
    fault: str


def walk(chain: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Head | Break]:
    """Follow the rows of one chain in the order of their numbers: a Head per good row, a Break at the first bad one."""
    head = Head(chain, 0, GENESIS)
    for row in rows:
        if row["seq"] != head.seq + 1:
            yield Break(chain, head.seq + 1, f"row missing: row {row['seq']} follows row {head.seq}")
            return
        if row_hash(row, head.hash) != row["hash"]:
            yield Break(chain, row["seq"], "row altered: its hash does not fit its content and the row before")
            return
        head = Head(chain, row["seq"], row["hash"])
        yield head
