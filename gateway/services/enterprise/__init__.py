"""What a customer's administrators keep, a module for each subject; the changes themselves are the bank staff's too.

Every function of `gateway.administration` that is called here says with code and in both languages why it refuses.
"""

from collections.abc import Mapping
from typing import Final

from gateway.services.enterprise import accounts, credentials, modes, operators
from gateway.services.enterprise.changing import Standing
from gateway.services.service import Functions

STANDING: Final[Standing] = {**operators.STANDING, **modes.STANDING, **accounts.STANDING}
"""What changes put something in the place of: those that come late would undo what was done meanwhile."""

FUNCTIONS: Final[Mapping[str, Functions]] = {
    name: functions
    for subject in (operators, credentials, modes, accounts)
    for name, functions in subject.FUNCTIONS.items()
}
"""By the name of the service."""
