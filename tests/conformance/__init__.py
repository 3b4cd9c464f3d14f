"""Tests of what partners run: client, transport and `yinqi send`, against a small gateway that signs its replies."""
