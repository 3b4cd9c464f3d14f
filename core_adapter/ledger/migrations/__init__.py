"""The versions of the ledger's schema, brought in by `core_adapter.upgrade`; one once released is never edited."""

from typing import Final

VERSION_TABLE: Final = "ledger_version"
"""The table in which the ledger's version stands."""
