"""Attacks on a running daemon: every bad message of the tables, and what a door alone must refuse."""
