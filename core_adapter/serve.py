"""The core's end of a link: hears calls, puts them to a core, sends its answers; the words are in `core_adapter.wire`.

A call that cannot be read, or that the core fails at unexpectedly, gets no answer but the end of its connection: to the
other side that means Unknown, which is the truth.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from core_adapter import wire
from core_adapter.core import AccountLost, Core, CoreUnavailable, MoveConflict
from core_adapter.wire import Json, WireError

_log: Final = logging.getLogger(__name__)


def respond(core: Core, message: Json) -> Json:
    """The core's answer to one message; WireError for one that is no call, whatever else the core raises is a bug."""
    number = message.get("number")
    try:
        return {"number": number, **_answered(core, message)}
    except CoreUnavailable:
        return {"number": number, "refused": "unavailable"}
    except AccountLost:
        return {"number": number, "refused": "account-lost"}
    except MoveConflict as conflict:
        about = {"instruction": conflict.instruction, "step": conflict.step, "why": conflict.why}
        return {"number": number, "refused": "conflict", **about}


def _answered(core: Core, message: Json) -> Json:
    match message:
        case {"call": "move", "moves": [*values]}:
            moves = [wire.read_move(value) for value in values]
            ids = [move.id for move in moves]
            return {"ids": ids, "answers": [wire.write_answer(each) for each in core.move(moves)]}
        case {"call": "ask", "ids": [*pairs], "fence": bool(fence)}:
            ids = [(str(instruction), int(step)) for instruction, step in pairs]
            return {"ids": ids, "answers": [wire.write_answer(each) for each in core.ask(ids, fence=fence)]}
        case {"call": "accounts", "numbers": [*numbers]}:
            return {"accounts": [wire.write_account(each) for each in core.accounts(numbers).values()]}
        case {"call": "entries", "account": str(account), "after": int(after), "limit": int(limit)}:
            first, last = date.fromisoformat(message["first"]), date.fromisoformat(message["last"])
            found = core.entries(account, first, last, after=after, limit=limit)
            return {"entries": [wire.write_entry(each) for each in found]}
        case {"call": "book", "after": int(after), "limit": int(limit)}:
            return {"book": [wire.write_booked(each) for each in core.book(after, limit)]}
        case {"call": "check"}:
            return {"faults": core.check()}
    raise WireError("no such call")


def listen(address: str) -> socket.socket:
    """A socket that listens on `address`; port 0 takes a free one, a Unix socket is for its owner alone."""
    family, place = wire.endpoint(address)
    listener = socket.socket(family, socket.SOCK_STREAM)
    if family is socket.AF_UNIX:
        Path(address).unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            listener.bind(place)
        finally:
            os.umask(mask)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
    listener.listen()
    return listener


def serve_core(listener: socket.socket, answer: Callable[[Json], Json | None]) -> None:
    """Serve connections until the listener is closed, each in a thread, one call after the other.

    `answer` makes the answer to a call, None to stay silent (what a core must not do, and tests do). A connection whose
    call cannot be read, or whose answer cannot be made, is closed without one.
    """
    while True:
        try:
            link, _peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=_converse, args=(link, answer), daemon=True).start()


def _converse(link: socket.socket, answer: Callable[[Json], Json | None]) -> None:
    with link:
        try:
            while (message := wire.receive(link)) is not None:
                made = answer(message)
                if made is not None:
                    wire.send(link, made)
        except (WireError, OSError) as error:
            _log.warning("core link: a connection ended: %s", error)
        except Exception:  # noqa: BLE001 - logged whole; one call's bug must not end the others
            _log.exception("core link: a call failed; its connection is closed without an answer")


def spoken(listener: socket.socket) -> str:
    """The address of a listening socket, as `LinkCore` takes it."""
    name = listener.getsockname()
    return name if isinstance(name, str) else f"{name[0]}:{name[1]}"
