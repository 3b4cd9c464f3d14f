"""Tests of the bank behind the gateway."""
