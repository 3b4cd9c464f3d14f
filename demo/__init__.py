"""The demonstration: a site of its own, a daemon as its own process, and every kind of message over every way in."""
