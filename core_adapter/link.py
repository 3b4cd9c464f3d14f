"""A core in another process: `LinkCore` is the gateway's end of the link; the core's is in `core_adapter.serve`.

What a failure means
- Nothing was sent (no connection): CoreUnavailable, without effect.
- A call about moves that broke, was silent past its deadline, or came back unreadable, with another call's number,
  other ids or an unknown word: Unknown for every move of it. Nothing is sent again unasked; the caller asks by id.
- A read that failed in any way: CoreUnavailable.
After any failure the connection is closed, so that a late answer meets nobody.
"""

import argparse
import logging
import socket
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Final

from core_adapter import wire
from core_adapter.core import (
    AccountLost,
    Booked,
    CoreAccount,
    CoreEntry,
    CoreUnavailable,
    Declined,
    Done,
    Move,
    MoveConflict,
    NotFound,
    Unknown,
)
from core_adapter.ledger import open_ledger
from core_adapter.serve import listen, respond, serve_core, spoken
from core_adapter.wire import Json, WireError

CHECK_SECONDS: Final = 600.0
"""Patience with `check`, which reads the whole book."""

_log: Final = logging.getLogger(__name__)

__all__ = ["LinkCore", "listen", "respond", "serve_core"]


class LinkCore:
    """The core behind a stream socket; one call at a time, connected when first needed and again after a failure."""

    def __init__(self, address: str, timeout_seconds: float) -> None:
        """Speak to `address` (a path or 127.0.0.1:port); each call has `timeout_seconds`, connecting included."""
        wire.endpoint(address)
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._link: socket.socket | None = None
        self._calls = 0

    def move(self, moves: Sequence[Move]) -> list[Done | Declined | Unknown]:
        """Send a batch of moves; see the module for what failures mean."""
        answers = self._about([move.id for move in moves], {"call": "move", "moves": wire.write_moves(moves)})
        if any(isinstance(answer, NotFound) for answer in answers):
            self.close()
            return [Unknown() for _ in moves]
        return [answer for answer in answers if not isinstance(answer, NotFound)]

    def ask(self, ids: Sequence[tuple[str, int]], *, fence: bool = False) -> list[Done | Declined | Unknown | NotFound]:
        """Ask what became of moves; an answer that cannot be had is Unknown."""
        answers = self._about(ids, {"call": "ask", "ids": list(ids), "fence": fence})
        if fence and NotFound(fenced=False) in answers:
            self.close()
            return [Unknown() for _ in ids]
        return answers

    def accounts(self, numbers: Collection[str]) -> dict[str, CoreAccount]:
        """Accounts by number."""
        with self._reading():
            answer = self._call({"call": "accounts", "numbers": list(numbers)})
            accounts = [wire.read_account(each) for each in _objects(answer, "accounts")]
            if not {account.number for account in accounts} <= set(numbers):
                raise WireError("accounts that were not asked for")
            return {account.number: account for account in accounts}

    def entries(self, account: str, first: date, last: date, *, after: int, limit: int) -> list[CoreEntry]:
        """A page of an account's entries."""
        asked = {"first": first.isoformat(), "last": last.isoformat(), "after": after, "limit": limit}
        with self._reading():
            answer = self._call({"call": "entries", "account": account, **asked})
            entries = [wire.read_entry(each) for each in _objects(answer, "entries")]
            if any(entry.account != account for entry in entries):
                raise WireError("entries of another account")
            return entries

    def book(self, after: int, limit: int) -> list[Booked]:
        """A page of the moves done."""
        with self._reading():
            answer = self._call({"call": "book", "after": after, "limit": limit})
            return [wire.read_booked(each) for each in _objects(answer, "book")]

    def check(self) -> list[str]:
        """The faults the core finds in its own book, with the patience of `CHECK_SECONDS`."""
        with self._reading():
            answer = self._call({"call": "check"}, CHECK_SECONDS)
            match answer:
                case {"faults": [*faults]} if all(isinstance(fault, str) for fault in faults):
                    return faults
            raise WireError("the faults of the book cannot be read")

    def close(self) -> None:
        """Close the connection, if there is one; the next call makes another."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _about(self, ids: Sequence[tuple[str, int]], message: Json) -> list[wire.Answer]:
        """The answers of a call about these ids, in their order; all Unknown if the call failed after it was sent."""
        if not ids:
            return []
        try:
            answer = self._call(message)
            if answer.get("ids") != [list(each) for each in ids]:
                raise WireError("the answer is about other ids")
            told = [wire.read_answer(each) for each in _objects(answer, "answers")]
            if len(told) != len(ids):
                raise WireError("the answer has another number of outcomes")
        except (WireError, OSError) as error:
            _log.warning("core link: %s: the outcome of %d moves is unknown", error, len(ids))
            self.close()
            return [Unknown() for _ in ids]
        return told

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (WireError, OSError) as error:
            self.close()
            raise CoreUnavailable(f"the core's answer cannot be had: {error}") from error

    def _call(self, message: Json, seconds: float | None = None) -> Json:
        """One call and its answer; raises CoreUnavailable if nothing was sent, then WireError and OSError."""
        deadline = time.monotonic() + (seconds or self._timeout_seconds)
        link = self._connected(deadline)
        self._calls += 1
        data = wire.frame({"number": self._calls, **message})
        link.settimeout(wire.remaining(deadline))
        link.sendall(data)
        answer = wire.receive(link, deadline)
        if answer is None:
            raise WireError("the core closed the link instead of answering")
        if answer.get("number") != self._calls:
            raise WireError("the answer is to another call")
        _raise_refusal(answer)
        return answer

    def _connected(self, deadline: float) -> socket.socket:
        """A connection on which nothing waits to be read: one that has ended, or spoke unasked, is replaced."""
        if self._link is not None and not _quiet(self._link):
            self.close()
        if self._link is None:
            try:
                self._link = wire.connect(self._address, wire.remaining(deadline))
            except OSError as error:
                raise CoreUnavailable(f"no connection to the core: {error}") from error
        return self._link


def _quiet(link: socket.socket) -> bool:
    """Whether the connection stands and nothing came on it that was not asked for."""
    link.setblocking(False)
    try:
        link.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _objects(answer: Json, name: str) -> list[Json]:
    values = answer.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise WireError(f"the answer has no {name}")
    return values


def _raise_refusal(answer: Json) -> None:
    """Raise what the core said instead of an answer: it did nothing, and says why."""
    match answer:
        case {"refused": "unavailable"}:
            raise CoreUnavailable("the core says that it is unavailable")
        case {"refused": "account-lost"}:
            raise AccountLost("only the balance of an account under a loss report may be asked")
        case {"refused": "conflict", "instruction": str(instruction), "step": int(step), "why": str(why)}:
            raise MoveConflict(instruction, step, why)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the embedded ledger of a database over a link, until killed; one line tells the address."""
    parser = argparse.ArgumentParser(prog="python -m core_adapter.link", description=main.__doc__)
    parser.add_argument("--database", required=True, help="URL of the ledger's database, migrated")
    parser.add_argument("--schema", help="PostgreSQL schema of the ledger")
    parser.add_argument("--listen", required=True, help="a socket's path, or 127.0.0.1:PORT (0: any)")
    chosen = parser.parse_args(arguments)
    ledger = open_ledger(chosen.database, schema=chosen.schema)
    with closing(ledger), listen(chosen.listen) as listener:
        sys.stdout.write(f"ready {spoken(listener)}\n")
        sys.stdout.flush()
        serve_core(listener, lambda message: respond(ledger, message))
    return 0


if __name__ == "__main__":
    sys.exit(main())
