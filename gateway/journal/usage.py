"""Stub until the limits branch lands."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from gateway.domain.usage import UsageKey


def lock(tx: Connection, keys: Iterable[UsageKey]) -> dict[UsageKey, int]:
    """Stub."""
    return dict.fromkeys(keys, 10**15)


def write(tx: Connection, amounts: Mapping[UsageKey, int]) -> None:
    """Stub."""
