"""The recurring family: one payment made again and again (定时转账), and what became of each of its runs."""

from enum import StrEnum
from typing import Final

NAMESPACE: Final = "urn:yinqi:recurring:1"


class Period(StrEnum):
    """How far apart the runs of a recurring transfer are."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    HALF_YEARLY = "HALF_YEARLY"
    YEARLY = "YEARLY"
