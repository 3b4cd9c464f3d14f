"""Faults of the real daemon, a process of its own: killed, starved, cut off from its database, its signer, its core."""
