"""The load generator: a process of its own that sends prepared messages in a closed loop and judges every reply."""
