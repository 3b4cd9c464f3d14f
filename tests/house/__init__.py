"""Tests of the house itself: layout, style, dependencies, packaging and the systemd unit."""
