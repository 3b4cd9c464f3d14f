"""A bank office that may be paid at, as the bank directory (联行号) has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeBank:
    """One entry of the bank directory: where it is, and by which channels money reaches it (O36).

    `code` is its bank code: 12 digits, the last the check digit of ISO 7064 MOD 11,10
    (`protocol.names.bank_code_valid`). `region` is the region code in it, its characters 4 to 7. `ibps` is the code of
    its clearing participant in IBPS, its head office (清算行), also 12 digits; None where it takes no part. `beps` and
    `hvps` say whether it takes part in BEPS and in HVPS.
    """

    code: str
    name: str
    region: str
    ibps: str | None
    beps: bool
    hvps: bool
