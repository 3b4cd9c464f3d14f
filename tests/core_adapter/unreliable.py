"""A core in a process of its own that misbehaves on purpose, over the same link as an honest one.

``python -m tests.core_adapter.unreliable --database URL --behave NAME`` does NAME to the first call about moves on each
run and behaves from then on, so that what a caller does next can be seen. Its first line of output is that of the
honest one, ``ready ADDRESS``.
"""

import argparse
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

from core_adapter.core import Core
from core_adapter.ledger import open_ledger
from core_adapter.serve import listen, respond, serve_core, spoken
from core_adapter.wire import WireError

Json = dict[str, Any]
Behaviour = Callable[[Core, Json], Json | None]


class _Raw(WireError):
    """Carries nothing: ends the connection as a broken core would."""


def do_and_silent(core: Core, message: Json) -> Json | None:
    """Do it and never answer."""
    respond(core, message)
    return None


def not_do(core: Core, message: Json) -> Json | None:
    """Neither do it nor answer."""
    return None


def do_and_break(core: Core, message: Json) -> Json | None:
    """Do it and end the connection instead of answering."""
    respond(core, message)
    raise _Raw


def break_off(core: Core, message: Json) -> Json | None:
    """End the connection without doing it."""
    raise _Raw


def late(core: Core, message: Json) -> Json | None:
    """Do it and answer when the caller has long given up: when its connection has ended or a second has passed."""
    answer = respond(core, message)
    threading.Event().wait(1.0)
    return answer


def other_call(core: Core, message: Json) -> Json | None:
    """Lie: answer under another call's number."""
    return {**respond(core, message), "number": message["number"] + 1}


def other_ids(core: Core, message: Json) -> Json | None:
    """Lie: answer about other moves."""
    answer = respond(core, message)
    return {**answer, "ids": [[f"{instruction}x", step] for instruction, step in answer["ids"]]}


def other_word(core: Core, message: Json) -> Json | None:
    """Lie: answer in words that nobody agreed on."""
    answer = respond(core, message)
    return {**answer, "answers": [{**each, "outcome": "probably"} for each in answer["answers"]]}


def too_few(core: Core, message: Json) -> Json | None:
    """Lie: leave the last outcome out."""
    answer = respond(core, message)
    return {**answer, "answers": answer["answers"][:-1]}


def no_reference(core: Core, message: Json) -> Json | None:
    """Lie: say that it is done, and not under which number."""
    answer = respond(core, message)
    return {**answer, "answers": [{**each, "reference": ""} for each in answer["answers"]]}


def nonsense(core: Core, message: Json) -> Json | None:
    """Lie: answer with something else altogether."""
    respond(core, message)
    return {"weather": "fine"}


BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.__name__: behaviour
    for behaviour in (
        *(do_and_silent, not_do, do_and_break, break_off, late),
        *(other_call, other_ids, other_word, too_few, no_reference, nonsense),
    )
}
DOES: frozenset[str] = frozenset(BEHAVIOURS) - {"not_do", "break_off"}
"""The behaviours after which the money has moved."""


def main() -> int:
    """Serve the ledger of a database, misbehaving once."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--behave", choices=sorted(BEHAVIOURS), required=True)
    chosen = parser.parse_args()
    ledger = open_ledger(chosen.database)
    waiting = [BEHAVIOURS[chosen.behave]]

    def answer(message: Json) -> Json | None:
        if waiting and message.get("call") == "move":
            return waiting.pop()(ledger, message)
        return respond(ledger, message)

    with closing(ledger), listen(chosen.listen) as listener:
        sys.stdout.write(f"ready {spoken(listener)}\n")
        sys.stdout.flush()
        serve_core(listener, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
