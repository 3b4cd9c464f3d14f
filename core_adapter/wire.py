"""The words that two sides of a core link exchange: frames of JSON, calls and answers; it knows no ledger.

A frame is a 4-byte big-endian count of the bytes that follow, then one JSON object in UTF-8. A call carries its number,
which the answer repeats, so that no answer is ever taken for another call's; answers about moves also repeat their ids.
Whatever does not read exactly so is a `WireError`: to a caller that asked about money it means Unknown.
"""

import json
import re
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from typing import Any, Final

from core_adapter.core import (
    DECLINE_ORDER,
    AccountStatus,
    Booked,
    CoreAccount,
    CoreEntry,
    Declined,
    Direction,
    Done,
    Move,
    MoveKind,
    NotFound,
    Unknown,
)
from protocol.codes import Code

FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
"""Longest frame: a full batch of moves with the longest texts is below a tenth of it."""

Answer = Done | Declined | Unknown | NotFound
Json = dict[str, Any]

_REFERENCE: Final = re.compile("[!-~]{1,64}")
"""A reference as a reply can show it, and the journal keep it."""
_COUNT: Final = struct.Struct(">I")


class WireError(Exception):
    """What came over the link, or the link itself, is not what was agreed."""


def connect(address: str, seconds: float) -> socket.socket:
    """Connect to `address` within so many seconds; raises OSError (TimeoutError too), ValueError as `endpoint`."""
    family, place = endpoint(address)
    link = socket.socket(family, socket.SOCK_STREAM)
    try:
        link.settimeout(seconds)
        link.connect(place)
    except BaseException:
        link.close()
        raise
    return link


def endpoint(address: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Family and place of `address`: the path of a Unix socket, or ``127.0.0.1:port``.

    The link proves nobody's identity, so that no other host may be named: ValueError.
    """
    host, colon, port = address.rpartition(":")
    if "/" in address or not colon:
        return socket.AF_UNIX, address
    if host != "127.0.0.1" or not port.isascii() or not port.isdigit():
        raise ValueError(f"a core link is a socket's path or 127.0.0.1:PORT, not {address!r}")
    return socket.AF_INET, (host, int(port))


def send(link: socket.socket, message: Json) -> None:
    """Send one frame; raises OSError (TimeoutError too) and ValueError for one that is too long."""
    link.sendall(frame(message))


def frame(message: Json) -> bytes:
    """The bytes of one frame; ValueError beyond `FRAME_BYTES_MAX`."""
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    if len(data) > FRAME_BYTES_MAX:
        raise ValueError(f"{len(data)} bytes in one frame, at most {FRAME_BYTES_MAX} may be")
    return _COUNT.pack(len(data)) + data


def receive(link: socket.socket, deadline: float | None = None) -> Json | None:
    """The next message, None when the peer closed between frames.

    `deadline` is absolute, in seconds of ``time.monotonic``. Raises WireError for anything else that ends or spoils
    the frame, TimeoutError past the deadline, OSError.
    """
    head = _exactly(link, _COUNT.size, deadline)
    if not head:
        return None
    (length,) = _COUNT.unpack(head)
    if length > FRAME_BYTES_MAX:
        raise WireError(f"a frame of {length} bytes was announced")
    try:
        message = json.loads(_exactly(link, length, deadline))
    except (ValueError, RecursionError) as error:
        raise WireError("a frame is not JSON") from error
    if not isinstance(message, dict):
        raise WireError("a frame is not an object")
    return message


def _exactly(link: socket.socket, count: int, deadline: float | None) -> bytes:
    """So many bytes; none at all if the peer closed before the first of a frame's head."""
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            link.settimeout(remaining(deadline))
        piece = link.recv(count - len(data))
        if not piece and (data or count != _COUNT.size):
            raise WireError("the link broke within a frame")
        if not piece:
            return b""
        data += piece
    return bytes(data)


def remaining(deadline: float) -> float:
    """Seconds until the deadline, above 0; TimeoutError once it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    return left


# --- values to JSON and back: reading is strict, and raises WireError alone


def write_moves(moves: Sequence[Move]) -> list[Json]:
    """Moves as JSON objects of their fields."""
    return [{**asdict(move), "business_date": move.business_date.isoformat()} for move in moves]


def read_move(value: Json) -> Move:
    """A move from its JSON object."""
    try:
        made = {**value, "kind": MoveKind(value["kind"]), "business_date": date.fromisoformat(value["business_date"])}
        return Move(**made)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError("a move cannot be read") from error


def write_answer(answer: Answer) -> Json:
    """An outcome as a JSON object that names it."""
    match answer:
        case Done(reference, booked_at):
            return {"outcome": "done", "reference": reference, "booked_at": booked_at.isoformat()}
        case Declined(reasons):
            return {"outcome": "declined", "reasons": list(reasons)}
        case Unknown():
            return {"outcome": "unknown"}
        case NotFound(fenced):
            return {"outcome": "not-found", "fenced": fenced}


def read_answer(value: Json) -> Answer:
    """An outcome from its JSON object; a word that is not known here is a WireError, never a guess."""
    try:
        match value:
            case {"outcome": "done", "reference": str(reference), "booked_at": str(booked_at)} if _REFERENCE.fullmatch(
                reference
            ):
                return Done(reference, _instant(booked_at))
            case {"outcome": "declined", "reasons": [_, *_] as reasons}:
                return Declined(tuple(_reason(reason) for reason in reasons))
            case {"outcome": "unknown"}:
                return Unknown()
            case {"outcome": "not-found", "fenced": bool(fenced)}:
                return NotFound(fenced)
            case _:
                raise WireError("an outcome cannot be read")
    except (ValueError, OverflowError) as error:
        raise WireError("an outcome cannot be read") from error


def _reason(word: str) -> Code:
    """A reason for which a core may decline; ValueError for any other word."""
    code = Code(word)
    if code not in DECLINE_ORDER:
        raise ValueError(f"no core declines with {code}")
    return code


def write_account(account: CoreAccount) -> Json:
    """An account as a JSON object of its fields."""
    return asdict(account)


def read_account(value: Json) -> CoreAccount:
    """An account from its JSON object."""
    try:
        return CoreAccount(**{**_only(CoreAccount, value), "status": AccountStatus(value["status"])})
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError("an account cannot be read") from error


def write_entry(entry: CoreEntry) -> Json:
    """An entry as a JSON object of its fields."""
    dates = {"booked_at": entry.booked_at.isoformat(), "business_date": entry.business_date.isoformat()}
    return {**asdict(entry), **dates}


def read_entry(value: Json) -> CoreEntry:
    """An entry from its JSON object."""
    try:
        made = {
            "booked_at": _instant(value["booked_at"]),
            "business_date": date.fromisoformat(value["business_date"]),
            "direction": Direction(value["direction"]),
        }
        return CoreEntry(**{**_only(CoreEntry, value), **made})
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError("an entry cannot be read") from error


def write_booked(booked: Booked) -> Json:
    """A booked move as a JSON object."""
    return {"number": booked.number, "move": write_moves([booked.move])[0], "done": write_answer(booked.done)}


def read_booked(value: Json) -> Booked:
    """A booked move from its JSON object."""
    match value:
        case {"number": int(number), "move": dict(move), "done": dict(told)}:
            done = read_answer(told)
            if isinstance(done, Done):
                return Booked(number, read_move(move), done)
    raise WireError("a booked move cannot be read")


def _only(kind: type[CoreAccount] | type[CoreEntry], value: Json) -> Json:
    """The value, whose texts must be texts and whose numbers numbers."""
    for field in fields(kind):
        if field.type in (int, str) and type(value[field.name]) is not field.type:
            raise TypeError(field.name)
    return value


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without its zone")
    return instant.astimezone(UTC)
