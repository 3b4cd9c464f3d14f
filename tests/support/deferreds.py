"""Async tests: every `async def test_...` runs on the real reactor, and none may wait for ever."""

import functools
import inspect
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

ASYNC_TEST_SECONDS_MAX = 60


def on_the_reactor(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., "Deferred[None]"]:
    """Turn an async test into one that returns a Deferred, which fails when it takes too long."""

    @functools.wraps(test)
    def run(*arguments: object, **named: object) -> "Deferred[None]":
        from twisted.internet import reactor  # noqa: PLC0415  (pytest_twisted installs it before the first test)

        deferred = Deferred.fromCoroutine(test(*arguments, **named))
        return deferred.addTimeout(ASYNC_TEST_SECONDS_MAX, reactor)

    return run


def wrap_async_tests(items: Iterable[pytest.Item]) -> None:
    """Put every collected async test, also one that hypothesis feeds, on the reactor."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        fed = getattr(item.obj, "hypothesis", None)
        if fed is not None:
            if inspect.iscoroutinefunction(fed.inner_test):
                fed.inner_test = on_the_reactor(fed.inner_test)
        elif inspect.iscoroutinefunction(item.obj):
            item.obj = on_the_reactor(item.obj)
