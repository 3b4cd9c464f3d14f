"""The command `yinqi send`: what a partner does, by the conformance kit's own client."""

from conformance.send import add_options, run

__all__ = ["add_options", "run"]
