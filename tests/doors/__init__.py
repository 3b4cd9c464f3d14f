"""Tests of the doors: one battery for TCP and HTTP in memory, each door's own cases, TLS on real sockets."""
