"""Tests of the journal's turns, over real databases and the real embedded ledger."""
