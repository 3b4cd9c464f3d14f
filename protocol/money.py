"""Money: `1234.50` on the wire, an int of fen (1/100 yuan) inside; it knows no currency and no rounding."""

import re
from typing import Annotated, Final


class FenMark:
    """Marks an int of fen for the binding, which writes and reads it with two decimals."""


Fen = Annotated[int, FenMark]
"""An amount in fen. To a type checker it is an int; to the binding an amount such as `1234.50`."""

YUAN_DIGITS_MAX: Final = 13
FEN_MAX: Final = 10 ** (YUAN_DIGITS_MAX + 2) - 1
_AMOUNT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,12})\.[0-9]{2}")


def parse_amount(text: str) -> int:
    """Fen of an amount as written on the wire: two decimals, at most 13 digits before them, no sign but a minus.

    Raises ValueError for any other form: spaces, `+`, leading zeros, full-width digits, exponents. Whether a
    zero or negative amount makes sense is for the schema of the message to say; balances may be either.
    """
    if _AMOUNT.fullmatch(text) is None or text == "-0.00":
        raise ValueError(f"not an amount with two decimals: {text[:40]!r}")
    return int(text[:-3] + text[-2:])


def format_amount(fen: int) -> str:
    """The amount of `fen` with two decimals, as parse_amount reads it; ValueError beyond 13 digits of yuan."""
    if not -FEN_MAX <= fen <= FEN_MAX:
        raise ValueError(f"more than {YUAN_DIGITS_MAX} digits of yuan: {fen}")
    digits = f"{abs(fen):03d}"
    return f"{'-' if fen < 0 else ''}{digits[:-2]}.{digits[-2:]}"


def readable_amount(fen: int) -> str:
    """The amount of `fen`, not negative, for people: `1,234.50`; parse_amount does not read it."""
    return f"{fen // 100:,}.{fen % 100:02d}"
