"""The centre's book as a file: made, opened, owned by one process, and written by one transaction at a time.

The file is SQLite, one process serves it, and commands of others put actions into it. A lock beside the file is held
over each writing transaction, so that no process writes while another checkpoints: SQLite 3.7.0 to 3.51.2 may lose what
is written then. Everything is durable when a call returns.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, insert, inspect, select

from core_adapter.channels.messages import SystemNow, SystemState
from core_adapter.clearing import check, store
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.hours import first_date
from core_adapter.clearing.settings import CHANNELS, Clearing
from core_adapter.clearing.tables import BOOK, FLOW, METADATA, SYSTEM, VERSION
from core_adapter.clearing.turn import Arrived, Done, needed, start, turn
from core_adapter.clearing.values import Action
from core_adapter.database import open_engine, reading, transact

T = TypeVar("T")


class BookRefused(Exception):
    """A book cannot be used: it is another's, of another version, served by another process, or not there."""


class Book:
    """The book of one simulator; threads may share it."""

    def __init__(self, settings: Clearing, now: int) -> None:
        """Open the book of the settings, made anew where there is none; raises BookRefused."""
        self._settings = settings
        self._lock: Final = settings.book.with_name(settings.book.name + ".lock")
        os.close(os.open(settings.book, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # it holds accounts and names
        self.engine: Final[Engine] = open_engine(f"sqlite:///{settings.book}")
        try:
            self.write(lambda connection: _make(connection, settings, now))
        except BaseException:
            self.close()
            raise

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one writing transaction, while no other process writes."""
        with _locked(self._lock):
            return transact(self.engine, work)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read the book as of one moment."""
        with reading(self.engine) as connection:
            yield connection

    def start(self, now: int) -> None:
        """Prepare for serving: plan what the clock brings."""
        self.write(lambda connection: start(connection, self._settings, now))

    def turn(self, arrived: Sequence[Arrived], *, lines: Lines, now: int, told: tuple[SystemNow, ...] = ()) -> Done:
        """Do what came and what is due, in one commit."""
        return self.write(lambda connection: turn(connection, self._settings, arrived, lines=lines, now=now, told=told))

    def needed(self, *, lines: Lines, now: int, told: tuple[SystemNow, ...]) -> bool:
        """Whether something is due."""
        with self.reading() as connection:
            return needed(connection, self._settings, lines=lines, now=now, told=told)

    def order(self, actions: Sequence[Action]) -> None:
        """Have something done by the process that serves the book, now or when one does again."""
        self.write(lambda connection: store.add_actions(connection, actions))

    def check(self) -> list[str]:
        """Every fault of the book, one sentence each."""
        with self.reading() as connection:
            return check.check(connection)

    def close(self) -> None:
        """Close it; while no other process writes, for the last one to close writes, too."""
        with _locked(self._lock):
            self.engine.dispose()


@contextmanager
def served(book: Path) -> Iterator[None]:
    """Be the one process that serves a book; raises BookRefused when another does."""
    file = os.open(book.with_name(book.name + ".served"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BookRefused(f"another process serves {book}") from None
    else:
        yield
    finally:
        os.close(file)


def existing(settings: Clearing, now: int) -> Book:
    """Open a book that is there; raises BookRefused where none was made yet."""
    if not settings.book.is_file():
        raise BookRefused(f"there is no book at {settings.book}: start the simulator first")
    return Book(settings, now)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _make(connection: Connection, settings: Clearing, now: int) -> None:
    """Make what is missing, and see that the book is of these settings."""
    if not inspect(connection).has_table(BOOK.name):
        METADATA.create_all(connection)
        connection.exec_driver_sql(FLOW)
        row = {"id": 1, "version": VERSION, "bank": settings.bank, "centre": settings.centre}
        counted = {"credits": 0, "messages": 0, "flow": 0, "base": settings.funds}
        connection.execute(insert(BOOK), row | counted)
        systems = [
            {
                "system": system.value,
                "cleared_on": first_date(settings.channels[system], now).isoformat(),
                "put_into": SystemState.OPEN.value,
                "rounds": 0,
            }
            for system in CHANNELS
        ]
        connection.execute(insert(SYSTEM), systems)
    version, bank, centre = connection.execute(select(BOOK.c.version, BOOK.c.bank, BOOK.c.centre)).one()
    if version != VERSION:
        raise BookRefused(f"the book is of version {version}, this program writes {VERSION}: name a new book")
    if (bank, centre) != (settings.bank, settings.centre):
        raise BookRefused(f"the book is of centre {centre} and bank {bank}: name another book for other ones")
