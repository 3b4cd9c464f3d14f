"""Purposes of payments (用途): to a company any, to a person only one that its customer keeps for persons (R4.23)."""

from collections.abc import Set as AbstractSet

from protocol.codes import Code
from protocol.errors import Detail


def faults(purpose: str, for_persons: AbstractSet[str], place: str) -> list[Detail]:
    """Why a payment to a person may not have this purpose; `for_persons` is the customer's list, `place` its path."""
    return [] if purpose in for_persons else [Detail(Code.PURPOSE_NOT_LISTED, place, purpose)]
