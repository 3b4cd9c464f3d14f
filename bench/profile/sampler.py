"""A thread that looks at every other thread a thousand times a second and notes what its processor time went into.

What a thread has spent since the last look (its own CPU clock, so that waiting counts nothing) is put down to the
functions on its stack. C code shows as the Python function that called it. Costs the process some 5 to 10 percent.
"""

import atexit
import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

PAUSE_SECONDS: Final = 0.001
GO: Final = "go"
"""The file that says that the load has begun; starting up is of no interest."""
WAIT_SECONDS: Final = 0.05
SWITCH_SECONDS: Final = 0.0005
"""How soon a busy thread lets the sampler look; Python's own 5 ms would hide what is short."""


class Sampler:
    """What was seen so far: seconds by thread, by (thread, function) itself, and by (thread, function) on the stack."""

    def __init__(self) -> None:
        self.threads: Counter[str] = Counter()
        self.own: Counter[tuple[str, str]] = Counter()
        self.below: Counter[tuple[str, str]] = Counter()
        self._clocks: dict[int, float] = {}

    def look(self) -> None:
        """Put down what each thread has spent since the last look."""
        frames = sys._current_frames()  # noqa: SLF001  the documented way to see other threads
        for thread in threading.enumerate():
            ident = thread.ident
            if ident is None or ident == threading.get_ident() or ident not in frames:
                continue
            now = time.clock_gettime(time.pthread_getcpuclockid(ident))
            spent = now - self._clocks.get(ident, now)
            self._clocks[ident] = now
            if spent > 0:
                self._put_down(thread.name, frames[ident], spent)

    def _put_down(self, thread: str, frame: FrameType, spent: float) -> None:
        self.threads[thread] += spent  # type: ignore[assignment]  # a Counter may count in fractions
        stack = _stack(frame)
        self.own[thread, stack[0]] += spent  # type: ignore[assignment]  # as above
        for function in set(stack):
            self.below[thread, function] += spent  # type: ignore[assignment]  # as above

    def to_json(self) -> str:
        """All of it, functions as lists of thread, function and seconds."""
        return json.dumps(
            {
                "threads": self.threads,
                "own": [[*key, seconds] for key, seconds in self.own.items()],
                "below": [[*key, seconds] for key, seconds in self.below.items()],
            }
        )


def _stack(frame: FrameType | None) -> list[str]:
    """The functions from the innermost out, as module file and qualified name."""
    stack = []
    while frame is not None:
        code = frame.f_code
        stack.append(f"{_short(code.co_filename)}:{code.co_qualname}")
        frame = frame.f_back
    return stack


def _short(path: str) -> str:
    """The last two parts of a path: enough to know the module."""
    return "/".join(path.rsplit("/", 2)[-2:])


def start(folder: str) -> None:
    """Sample this process until it ends, then write what was seen into the folder."""
    sampler = Sampler()
    sys.setswitchinterval(SWITCH_SECONDS)

    ended = threading.Event()

    def run() -> None:
        while not ended.wait(PAUSE_SECONDS):
            sampler.look()

    thread = threading.Thread(target=run, name="sampler", daemon=True)

    def finish() -> None:
        ended.set()
        thread.join()
        path = Path(folder) / f"{os.getpid()}.json"
        path.write_text(sampler.to_json(), "utf-8")

    atexit.register(finish)
    thread.start()
