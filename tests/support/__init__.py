"""Machinery shared by tests, benchmark and demo: real servers and tools, started and stopped cleanly."""
