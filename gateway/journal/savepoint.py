"""Parts of a transaction that are undone by themselves: what a refusal left half done, and what was only tried."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from gateway.domain.command import Refuse

T = TypeVar("T")


def kept_unless_refused(tx: Connection, make: Callable[[Connection], T]) -> T:
    """What `make` makes; a refusal leaves nothing of it."""
    savepoint = tx.begin_nested()
    made = make(tx)
    if isinstance(made, Refuse):
        savepoint.rollback()
    else:
        savepoint.commit()
    return made


def tried(tx: Connection, make: Callable[[Connection], T]) -> T:
    """What `make` would make; nothing of it is left."""
    savepoint = tx.begin_nested()
    made = make(tx)
    savepoint.rollback()
    return made
