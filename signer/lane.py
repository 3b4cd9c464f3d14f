"""One thread on which calls run one after the other; it knows nothing of what they do.

PKCS#11 modules are entered by this one thread of a process only: python-pkcs11 initialises them without locking, and
a second thread inside one has been seen to crash it.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from signer.keys import SignerUnavailable

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Upkeep:
    """A call repeated while nothing stops it; times are monotonic seconds."""

    work: Callable[[], None]
    every_seconds: float
    due: float


class Lane:
    """A daemon thread with a queue; callers block until their call has run or their time is up."""

    def __init__(self, name: str) -> None:
        """Start the thread under that name."""
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._upkeep: list[Upkeep] = []
        self._busy_since: float | None = None
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def call(self, work: Callable[[], T], timeout_seconds: float) -> T:
        """Run the call on the thread and return what it returns or raise what it raises.

        Raises SignerUnavailable when it has not ended in time; a call that had not begun by then never does. Behind a
        call that has been running for as long already it is raised at once, so that callers do not wait one by one.
        """
        if self.busy_seconds() >= timeout_seconds:
            raise SignerUnavailable("the device does not answer")
        future: Future[T] = Future()
        self._jobs.put(lambda: _settle(future, work))
        try:
            return future.result(timeout_seconds)
        except TimeoutError:
            future.cancel()
            raise SignerUnavailable(f"the device has not answered in {timeout_seconds:g} s") from None

    def busy_seconds(self) -> float:
        """Return for how long the present call has been running; 0 when there is none."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def repeat(self, work: Callable[[], None], every_seconds: float) -> Upkeep:
        """Repeat a call at that distance, the first time after one."""
        upkeep = Upkeep(work, every_seconds, time.monotonic() + every_seconds)
        self._jobs.put(lambda: self._upkeep.append(upkeep))
        return upkeep

    def stop_repeating(self, upkeep: Upkeep) -> None:
        """End a repetition."""
        self._jobs.put(lambda: self._upkeep.remove(upkeep))

    def post(self, work: Callable[[], None]) -> None:
        """Run the call on the thread in its turn, and do not wait for it."""
        self._jobs.put(work)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._seconds_to_upkeep())
            except queue.Empty:
                pass
            else:
                self._timed(job)
            for upkeep in [each for each in self._upkeep if each.due <= time.monotonic()]:
                self._timed(upkeep.work)
                upkeep.due = time.monotonic() + upkeep.every_seconds

    def _seconds_to_upkeep(self) -> float | None:
        if not self._upkeep:
            return None
        return max(0.0, min(upkeep.due for upkeep in self._upkeep) - time.monotonic())

    def _timed(self, job: Callable[[], None]) -> None:
        self._busy_since = time.monotonic()
        try:
            job()
        except Exception:  # noqa: BLE001  (nobody waits for this call, and a fault in it must not end the thread)
            _log.exception("a call on the lane failed")
        finally:
            self._busy_since = None


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  (the caller's thread raises it)
        future.set_exception(error)
