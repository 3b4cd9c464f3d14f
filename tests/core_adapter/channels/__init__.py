"""Tests of the channels to the clearing side."""
