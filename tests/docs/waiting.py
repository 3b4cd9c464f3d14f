"""What is not proved yet, and what it waits for: rules without any test of their name, and rules with a part missing.

A rule leaves WAITING with its first test, which a test demands, and PARTLY when somebody proves the rest.
"""

from collections.abc import Mapping
from typing import Final

WAITING: Final[Mapping[str, str]] = {}

PARTLY: Final[Mapping[str, str]] = {
    "R1.9": "a console with passwords",
    "R4.8": "channels to other banks",
    "R4.9": "channels to other banks",
    "R4.14": "channels to other banks",
    "R4.19": "channels to other banks",
    "R4.20": "channels to other banks",
    "R8.1": "channels to other banks",
    "O36": "transfers to other banks, which look their code up in the directory",
}
