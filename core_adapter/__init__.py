"""The bank behind the gateway: the core's interface, the embedded ledger, and links; it knows no XML, key or door."""
