"""Opening what a site's settings name: the database of the journal and the core, for the daemon and for commands."""

from typing import Final

from sqlalchemy import Engine

from core_adapter.core import Core
from core_adapter.database import open_engine
from core_adapter.ledger import Ledger
from gateway.settings import Settings

JOURNAL_MIGRATIONS: Final = "gateway.journal.migrations"
"""The package to hand to `database.migrate` and `database.check_version`."""
JOURNAL_SCHEMA: Final = "gateway"
"""The PostgreSQL schema of the journal; a SQLite file has none."""


def open_journal(settings: Settings, *, read_only: bool = False) -> Engine:
    """The gateway's database, whatever its version; nothing is connected yet."""
    return open_engine(settings.site.database, schema=JOURNAL_SCHEMA, read_only=read_only)


def open_embedded(settings: Settings) -> Ledger | None:
    """The embedded ledger, whatever its version, or None when the core is another system; nothing is connected yet."""
    core = settings.core
    if core.link is not None:
        return None
    return Ledger(open_engine(core.database or settings.site.database, schema=core.schema))


def open_core(settings: Settings) -> Core:
    """The core that the settings name; nothing is connected yet."""
    if (ledger := open_embedded(settings)) is not None:
        return ledger
    from core_adapter.link import LinkCore  # noqa: PLC0415  (only a site with a link pays for it)

    link = settings.core.link
    assert link is not None
    return LinkCore(f"{link.host}:{link.port}", settings.core.timeout_seconds)
