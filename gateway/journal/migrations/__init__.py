"""The versions of the gateway's own database, one module each in `versions`; see `core_adapter.upgrade`."""

VERSION_TABLE = "journal_version"
