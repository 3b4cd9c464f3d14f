"""Purposes of payments (用途): to a company any, to a person only one that its customer keeps for persons (R4.23)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from protocol.codes import Code
from protocol.errors import Detail
from protocol.faults import NOTHING_FOUND, Found
from protocol.limits import DETAILS_MAX
from protocol.messages.batch import BatchRow, InterbankRow, PayrollRow
from protocol.messages.transfer import PayeeKind


def faults(purpose: str, for_persons: AbstractSet[str], place: str) -> list[Detail]:
    """Why a payment to a person may not have this purpose; `for_persons` is the customer's list, `place` its path."""
    return [] if purpose in for_persons else [Detail(Code.PURPOSE_NOT_LISTED, place, purpose)]


def row_faults(
    rows: Sequence[BatchRow | InterbankRow | PayrollRow], for_persons: AbstractSet[str], place: str
) -> Found:
    """As `faults`, of the rows of a batch at that path; what a payroll pays has its purpose from the bank."""
    wrong = [
        (number, row.purpose)
        for number, row in enumerate(rows, 1)
        if not isinstance(row, PayrollRow) and row.payee_kind is PayeeKind.PERSON and row.purpose not in for_persons
    ]
    if not wrong:
        return NOTHING_FOUND
    first = islice(wrong, DETAILS_MAX)
    details = (Detail(Code.PURPOSE_NOT_LISTED, f"{place}/Row[{number}]/Purpose", purpose) for number, purpose in first)
    return Found(tuple(details), len(wrong))
