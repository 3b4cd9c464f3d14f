"""A bank that a payee may have its account at, as the directory of banks (行名行号) knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeBank:
    """A bank by its own code (联行号, 12 digits), its name, the 4-digit code of its region, and its channels.

    `ibps` is the 12-digit code of its clearing participant in IBPS (网银互联), its head office (清算行), and None where
    it takes no part (O36); `beps` and `hvps` say whether it takes part in the small and the large value system.
    """

    code: str
    name: str
    region: str
    ibps: str | None
    beps: bool
    hvps: bool
