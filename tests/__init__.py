"""Tests of every room; each folder mirrors one room and may use what tests.support offers."""
