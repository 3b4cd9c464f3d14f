"""Tests of the benchmark: its load, its neighbour, its floor, its runner."""
