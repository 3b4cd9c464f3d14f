"""The committer's inbox: where the reactor's thread and the desk's leave work, and where the committer waits for it.

Commands wait here, not at the desk: while as many batches are there as may be, they gather into one group, which grows
with the load, and what has not been journaled can still be refused as if it had never come. Commands that need no core
never wait for it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from gateway.domain.command import Command
from gateway.journal.task import Result, Task, Waiter
from protocol.codes import Code

Job = tuple[Callable[[Connection], Any], Callable[[Any], None]]
"""What to run in a transaction of its own, and who gets its value or its exception."""


@dataclass(slots=True)
class Work:
    """What one turn has to do; `stale` are commands that waited too long and were never journaled."""

    commands: list[Task] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    stale: list[Task] = field(default_factory=list)
    batches: int = 0


class Inbox:
    """See the module; `queue_max` commands may wait, each at most `patience` seconds of `clock`.

    `ahead_max` batches may be at the desk: one at the core, and others decided behind it.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        needs_core: Callable[[Command], bool],
        queue_max: int,
        patience: float,
        ahead_max: int,
    ) -> None:
        """`needs_core` tells the commands that wait for the core from those that do not."""
        self._needs_core = needs_core
        self._clock = clock
        self._queue_max = queue_max
        self._patience = patience
        self._commands: list[Task] = []
        self._batches: list[list[Result]] = []
        self._jobs: list[Job] = []
        self._parked: list[tuple[float, Task]] = []
        self._wake = threading.Condition()
        self._ahead_max = self._places = ahead_max
        self._closed = False
        self._woken = False

    def __len__(self) -> int:
        return len(self._commands)

    @property
    def closed(self) -> bool:
        """Whether nothing new is taken any more."""
        return self._closed

    @property
    def empty(self) -> bool:
        """Whether nothing waits here."""
        return not (self._commands or self._batches or self._jobs or self._parked)

    # -- from other threads

    def commands(self, waiters: list[Waiter]) -> tuple[list[Waiter], Code]:
        """Take commands; those that found no room come back with the code to tell them."""
        with self._wake:
            room = 0 if self._closed else max(0, self._queue_max - len(self))
            now = self._clock()
            taken = [Task.of(waiter, now) for waiter in waiters[:room]]
            self._commands += taken
            if self._places + len(self._batches) > 0 or not all(map(self._waits, taken)):
                self._wake.notify()
        return waiters[room:], Code.SHUTTING_DOWN if self._closed else Code.BUSY

    def results(self, batch: list[Result]) -> None:
        """Take what the desk has done with one batch."""
        with self._wake:
            self._batches.append(batch)
            self._wake.notify()

    def job(self, job: Job) -> None:
        """Take a job; the last ones are those that came before the close."""
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()

    def wake(self) -> None:
        """Let whoever waits here look round."""
        with self._wake:
            self._woken = True
            self._wake.notify()

    def close(self) -> None:
        """Take no more commands."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    # -- from the committer's thread

    def park(self, task: Task, seconds: float) -> None:
        """Give a command back for some seconds."""
        self._parked.append((self._clock() + seconds, task))

    def take(self, ahead: int, until: float) -> Work:
        """Wait until there is something to do, or until the clock shows `until`; `ahead` batches are at the desk."""
        with self._wake:
            self._places = self._ahead_max - ahead
            while True:
                work = self._gather()
                now = self._clock()
                if work.commands or work.results or work.jobs or work.stale or self._woken or now >= until:
                    self._woken = False
                    return work
                if self._closed and not ahead and self.empty:
                    return work
                self._wake.wait(max(0.0, min([until, *self._moments()]) - now))

    def _gather(self) -> Work:
        now = self._clock()
        work = Work(jobs=self._jobs, batches=len(self._batches))
        self._jobs = []
        for batch in self._batches:
            work.results += batch
        self._batches = []
        if self._places + work.batches > 0:
            work.commands = self._commands + [task for at, task in self._parked if at <= now]
            self._parked = [(at, task) for at, task in self._parked if at > now]
            self._commands = []
        else:
            work.commands = [task for task in self._commands if not self._waits(task)]
            waiting = [task for task in self._commands if self._waits(task)]
            work.stale = [task for task in waiting if task.entered_at + self._patience <= now]
            self._commands = waiting[len(work.stale) :]
        return work

    def _waits(self, task: Task) -> bool:
        return task.command is None or self._needs_core(task.command)

    def _moments(self) -> list[float]:
        """When something here may be due by itself."""
        moments = [at for at, _ in self._parked] if self._places > 0 else []
        if self._commands and self._places <= 0:
            moments.append(self._commands[0].entered_at + self._patience)
        return moments
