"""Counts, in each thread of a process, the processor time of every function: cProfile with the thread's own CPU clock.

Waiting counts nothing. C functions show by their own names; short Python functions seem two to three times as dear as
they are, for counting them costs about as much as calling them. Sampling from another thread was tried first: it sees
threads where they give up the interpreter lock, and so puts nearly all time down to C code that releases it.
Since Python 3.12 only one thread of a process can be counted so: the first that asks.
"""

import atexit
import cProfile
import json
import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

Key = tuple[str, str]
"""Thread and function."""


class Counted:
    """What was counted so far: calls, seconds without and seconds with what was called, by thread and function."""

    def __init__(self) -> None:
        self._profiles: list[tuple[str, cProfile.Profile]] = []

    def begin(self, thread: str) -> None:
        """Count the calling thread from now on, if this Python can count one more."""
        profile = cProfile.Profile(time.thread_time)
        try:
            profile.enable()
        except ValueError:  # Python 3.12 and later: another thread is counted already
            return
        self._profiles.append((thread, profile))

    def calls(self) -> dict[Key, tuple[int, float, float]]:
        """All of it as of now."""
        calls: Counter[Key] = Counter()
        own: dict[Key, float] = {}
        whole: dict[Key, float] = {}
        for thread, profile in list(self._profiles):
            for entry in profile.getstats():
                key = (thread, _name(entry.code))
                calls[key] += entry.callcount
                own[key] = own.get(key, 0.0) + entry.inlinetime
                whole[key] = whole.get(key, 0.0) + entry.totaltime
        return {key: (calls[key], own[key], whole[key]) for key in own}


def _name(code: CodeType | str) -> str:
    """The last two parts of the file and the qualified name; a C function's own name."""
    if isinstance(code, str):
        return code
    return "/".join(code.co_filename.rsplit("/", 2)[-2:]) + ":" + code.co_qualname


def start(folder: str) -> None:
    """Count every thread that starts from now on, and the main one from SIGUSR1; at the end write what was found."""
    counted = Counted()
    run = threading.Thread.run

    def run_counted(thread: threading.Thread) -> None:
        counted.begin(thread.name)
        run(thread)

    def begin_main(_number: int, _frame: FrameType | None) -> None:
        counted.begin("reactor")

    def finish() -> None:
        rows = [[*key, *values] for key, values in counted.calls().items()]
        (Path(folder) / f"{os.getpid()}.json").write_text(json.dumps(rows), "utf-8")

    threading.Thread.run = run_counted  # type: ignore[assignment,method-assign]  # the one place all threads pass
    signal.signal(signal.SIGUSR1, begin_main)
    atexit.register(finish)
