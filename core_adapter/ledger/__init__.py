"""The embedded double-entry ledger behind the core interface; it knows no gateway, message or socket."""

from core_adapter.ledger.ledger import MIGRATIONS, AccountRefused, Ledger, NewAccount, open_ledger

__all__ = ["MIGRATIONS", "AccountRefused", "Ledger", "NewAccount", "open_ledger"]
