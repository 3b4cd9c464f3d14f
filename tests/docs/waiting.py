"""What is not proved yet, and what it waits for: rules without any test of their name, and rules with a part missing.

A rule leaves WAITING with its first test, which a test demands, and PARTLY when somebody proves the rest.
"""

from collections.abc import Mapping
from typing import Final

WAITING: Final[Mapping[str, str]] = {
    "R1.9": "a console with passwords",
    "R5.11": "the list of batches through whole turns",
    "O1": "rates for a claimed customer, and the alarm",
    "O13": "loss reports that end by themselves",
    "O21": "granted use and batch rows of a closed account, and the setting for payroll",
    "O36": "channels to other banks, and their directory",
}

PARTLY: Final[Mapping[str, str]] = {
    "R2.22": "the filters of the pending list through whole turns",
}
