"""Logs: one JSON object a line, with time, level, event word, ids and codes. Never bodies, never full account numbers.

What is not a short text, a number or a truth value does not get out; of an exception only its type and the places it
passed, since its text may quote a message or a row.
"""

import json
import re
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, Final, TextIO, cast

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from twisted.python.failure import Failure
from zope.interface import directlyProvides

TEXT_CHARS_MAX: Final = 200
"""A longer text is no id or code; it is cut."""

_WORD: Final = re.compile(r"[a-z][a-z0-9-]*")
_SHOWN: Final = 4


def mask(account: str) -> str:
    """An account number that only its owner recognizes: the last four characters, the others as stars."""
    return "*" * max(0, len(account) - _SHOWN) + account[-_SHOWN:] if len(account) > _SHOWN else "*" * len(account)


def line(event: LogEvent) -> str:
    """One event as one line of JSON; an event whose format is no single word is Twisted's, and keeps its text."""
    told = str(event.get("log_format") or "")
    entry: dict[str, Any] = {
        "time": datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds"),
        "level": event["log_level"].name,
        "event": told if _WORD.fullmatch(told) else "twisted",
        "source": str(event.get("log_namespace", ""))[:TEXT_CHARS_MAX],
    }
    if entry["event"] == "twisted":
        entry["text"] = formatEvent(event)[:TEXT_CHARS_MAX]
    for key, value in event.items():
        if not key.startswith("log_") and key not in entry and isinstance(value, str | int | float | bool | None):
            entry[key] = _plain(key, value)
    failure = event.get("log_failure")
    if isinstance(failure, Failure):
        entry |= _failure(failure)
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def start(stream: TextIO, level: str) -> None:
    """Send every event of this level and above to the stream, from now on and for the whole process."""
    predicate: Any = LogLevelFilterPredicate(LogLevel.levelWithName(level))
    filtered: Any = FilteringLogObserver(observer(stream), [predicate])
    globalLogBeginner.beginLoggingTo([filtered], redirectStandardIO=False)


def observer(stream: TextIO) -> ILogObserver:
    """Write each event as one line."""

    def write(event: LogEvent) -> None:
        stream.write(line(event) + "\n")
        stream.flush()

    directlyProvides(write, ILogObserver)
    return cast(ILogObserver, write)


def _plain(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    return (mask(value) if "account" in key else value)[:TEXT_CHARS_MAX]


def _failure(failure: Failure) -> dict[str, object]:
    frames = extract_tb(cast(Any, failure).getTracebackObject())
    return {
        "error": failure.type.__name__ if failure.type is not None else "unknown",
        "trace": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }
