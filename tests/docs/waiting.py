"""What is not proved yet, and what it waits for: rules without any test of their name, and rules with a part missing.

A rule leaves WAITING with its first test, which a test demands, and PARTLY when somebody proves the rest.
"""

from collections.abc import Mapping
from typing import Final

_BATCHES: Final = "batches and payroll"
_ADMINISTRATION: Final = "administration by signed messages"

WAITING: Final[Mapping[str, str]] = {
    "R1.9": "a console with passwords",
    "R1.21": _ADMINISTRATION,
    "R1.22": _ADMINISTRATION,
    "R4.17": "recurring transfers",
    "R5.1": _BATCHES,
    "R5.2": _BATCHES,
    "R5.3": _BATCHES,
    "R5.5": _BATCHES,
    "R5.6": _BATCHES,
    "R5.7": _BATCHES,
    "R5.9": _BATCHES,
    "R5.10": _BATCHES,
    "R5.11": _BATCHES,
    "R6.8": "the operation log",
    "O1": "rates for a claimed customer, and the alarm",
    "O13": "loss reports that end by themselves",
    "O21": _BATCHES,
    "O22": _ADMINISTRATION,
    "O36": "channels to other banks, and their directory",
    "O51": _BATCHES,
    "O52": _BATCHES,
}

PARTLY: Final[Mapping[str, str]] = {
    "R2.22": "the filters of the pending list through whole turns",
    "R4.18": "recurring transfers that run, and their log",
}
