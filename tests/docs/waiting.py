"""What is not proved yet, and what it waits for: rules without any test of their name, and rules with a part missing.

A rule leaves WAITING with its first test, which a test demands, and PARTLY when somebody proves the rest.
"""

from collections.abc import Mapping
from typing import Final

_BATCHES: Final = "batches and payroll"
_ADMINISTRATION: Final = "administration by signed messages"

WAITING: Final[Mapping[str, str]] = {
    "R1.9": "a console with passwords",
    "R1.17": _ADMINISTRATION,
    "R5.11": _BATCHES,
    "O1": "rates for a claimed customer, and the alarm",
    "O13": "loss reports that end by themselves",
    "O21": _BATCHES,
    "O36": "channels to other banks, and their directory",
}

PARTLY: Final[Mapping[str, str]] = {
    "R1.10": "changing operators by signed messages",
    "R1.13": "deputies who create operators",
    "R1.14": "who manages whom, by signed messages",
    "R1.15": "pools of certificates, moved by signed messages",
    "R1.16": "operators registered by signed messages",
    "R2.15": "flows deleted by signed messages",
    "R2.22": "the filters of the pending list through whole turns",
    "R4.18": "recurring transfers that run, and their log",
}
