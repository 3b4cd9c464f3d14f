"""The language: frames, envelope, seal, catalogue, typed messages, codes, money. Pure: no I/O, clock, key or thread."""
