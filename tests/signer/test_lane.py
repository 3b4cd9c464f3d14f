"""One thread, one call after the other, and callers who do not wait for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from signer.keys import SignerUnavailable
from signer.lane import Lane

SECONDS = 30.0


def test_calls_of_many_threads_run_on_one() -> None:
    """Whoever calls, the call runs on the lane's thread, and its result goes to that caller."""
    lane = Lane("lane under test")
    with ThreadPoolExecutor(4) as callers:
        seen = list(callers.map(lambda n: lane.call(lambda: (n, threading.current_thread().name), SECONDS), range(200)))

    assert seen == [(number, "lane under test") for number in range(200)]


def test_what_a_call_raises_its_caller_gets() -> None:
    """An error passes to the caller and the lane goes on."""
    lane = Lane("lane")

    with pytest.raises(ZeroDivisionError):
        lane.call(lambda: 1 // 0, SECONDS)
    assert lane.call(lambda: "on", SECONDS) == "on"


def test_a_caller_behind_a_hanging_call_gives_up() -> None:
    """Time-outs become SignerUnavailable, and what had not begun by then never runs."""
    lane, hanging, go_on = Lane("lane"), threading.Event(), threading.Event()
    ran: list[str] = []

    def hang() -> None:
        hanging.set()
        go_on.wait(SECONDS)

    lane.post(hang)
    hanging.wait(SECONDS)
    with pytest.raises(SignerUnavailable, match="not answered"):
        lane.call(lambda: ran.append("too late"), 0.01)
    assert lane.busy_seconds() >= 0.01
    with pytest.raises(SignerUnavailable, match="does not answer"):
        lane.call(lambda: ran.append("behind it"), 0.01)
    go_on.set()

    assert lane.call(lambda: "answers again", SECONDS) == "answers again"
    assert ran == []


def test_upkeep_is_repeated_until_it_is_stopped() -> None:
    """Also by a lane that nobody calls, and also when one run of it fails."""
    lane, often = Lane("lane"), threading.Semaphore(0)

    def work() -> None:
        often.release()
        raise RuntimeError("a fault in upkeep")

    upkeep = lane.repeat(work, 0.001)
    assert all(often.acquire(timeout=SECONDS) for _ in range(3))
    lane.stop_repeating(upkeep)
    lane.call(lambda: None, SECONDS)
    while often.acquire(blocking=False):
        pass

    lane.call(lambda: None, SECONDS)
    assert not often.acquire(blocking=False)
    assert lane.busy_seconds() == 0
