"""The whole row of bad messages, and those beside them that look bad and are not."""

from typing import Final

from conformance.cases.case import Case
from conformance.cases.contents import CONTENTS
from conformance.cases.seals import SEALS
from conformance.cases.texts import TEXTS

BAD_INPUT: Final[tuple[Case, ...]] = (*SEALS, *TEXTS, *CONTENTS)
"""In the order in which the road meets them."""
