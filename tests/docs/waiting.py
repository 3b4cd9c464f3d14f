"""What is not proved yet, and what it waits for: rules without any test of their name, and rules with a part missing.

A rule leaves WAITING with its first test, which a test demands, and PARTLY when somebody proves the rest.
"""

from collections.abc import Mapping
from typing import Final

WAITING: Final[Mapping[str, str]] = {}

PARTLY: Final[Mapping[str, str]] = {
    "R1.9": "a console with passwords",
}
