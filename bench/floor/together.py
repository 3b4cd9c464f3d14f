"""Runs a measurement in several processes at the same moment, as the workers of a gateway would share the machine."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from typing import Any, Final, TypeVar

T = TypeVar("T")

_CONTEXT: Final = multiprocessing.get_context("spawn")
READY_SECONDS_MAX: Final = 60
"""How long one waits for the others; then something is wrong with them."""
_START: list[Barrier] = []
"""The barrier of this process, put here when it was started; one at most."""


def run_together(processes: int, job: Callable[..., T], *arguments: Any) -> list[T]:
    """Call `job(number, start, *arguments)` in so many processes; each calls `start()` when it is ready to measure.

    `start` returns in all of them at once, when the last has called it.
    """
    barrier = _CONTEXT.Barrier(processes)
    with ProcessPoolExecutor(processes, _CONTEXT, initializer=_begin, initargs=(barrier,)) as pool:
        return [done.result() for done in [pool.submit(_one, job, number, *arguments) for number in range(processes)]]


def _begin(barrier: Barrier) -> None:
    _START.append(barrier)


def _one(job: Callable[..., T], number: int, *arguments: Any) -> T:
    (barrier,) = _START
    return job(number, lambda: barrier.wait(READY_SECONDS_MAX), *arguments)
