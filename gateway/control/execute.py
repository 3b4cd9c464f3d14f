"""Carrying out one command: its answer or what went wrong, in words for a person and a status for a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from core_adapter.core import CoreUnavailable
from core_adapter.database import CommitUnknown, SchemaMismatch
from gateway.administration.change import AdminError
from gateway.control.commands import COMMANDS, Answer, run
from gateway.control.hands import Hands
from signer.keys import KeyRefused

DONE: Final = 0
REFUSED: Final = 1
IMPOSSIBLE: Final = 2

_SHOWN: Final = (
    *("customer", "operator", "permissions", "fingerprint", "status", "level", "role", "manager", "services"),
    *("form", "value", "limits", "caps", "caps_given", "abilities", "mode", "preset", "flow", "service"),
    *("grantor", "grantee", "rights", "to", "by_ms", "reset", "business_time"),
    *("banks", "added", "changed", "removed"),
)
"""What a log may show of arguments and answer: ids, words, limits and times, never names, accounts or contents."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command: `answer`, or `error` in one sentence; `status` as the whole command line uses it."""

    status: int
    answer: Answer | None = None
    error: str | None = None


def execute(hands: Hands, name: str, arguments: Mapping[str, Any], note: Callable[[dict[str, str]], None]) -> Outcome:
    """Carry out a command; `note` is given the ids of one that changed something, for the log.

    A check that found faults has status 1. Whatever is not foreseen here is a bug and raised as it is.
    """
    try:
        answer = run(hands, name, arguments)
    except AdminError as error:
        return Outcome(REFUSED, error=str(error))
    except CommitUnknown as error:
        return Outcome(IMPOSSIBLE, error=f"whether it was done is not known: {error}; look before doing it again")
    except TimeoutError:
        return Outcome(IMPOSSIBLE, error="the daemon did not get to it in time; look before doing it again")
    except (SchemaMismatch, CoreUnavailable, KeyRefused, OSError) as error:
        return Outcome(IMPOSSIBLE, error=str(error))
    except DBAPIError as error:
        return Outcome(IMPOSSIBLE, error=f"the database cannot be used: {error.orig}")
    if COMMANDS[name].changes:
        known = answer | dict(arguments)
        note({"command": name} | {key: str(known[key]) for key in _SHOWN if known.get(key) is not None})
    return Outcome(DONE if answer.get("sound", True) else REFUSED, answer=answer)
