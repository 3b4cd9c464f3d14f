"""What may be asked of a site, by name: each command takes hands and plain arguments, and gives a plain answer.

Arguments and answers are values that JSON can carry, so that the same command runs in the process that was started for
it or in a daemon that it is sent to. Each module holds the commands of one subject; here is the one table of all.
"""

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.administration.change import AdminError
from gateway.control.commands import (
    accounts,
    approval,
    banks,
    cases,
    certificates,
    clock,
    closed,
    customers,
    grants,
    operators,
    push,
    site,
)
from gateway.control.commands.command import Answer, Command
from gateway.control.hands import Hands

__all__ = ["COMMANDS", "Answer", "Command", "run"]

_SUBJECTS: Final = (
    customers,
    operators,
    certificates,
    accounts,
    closed,
    approval,
    grants,
    banks,
    cases,
    push,
    site,
    clock,
)

COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {name: command for subject in _SUBJECTS for name, command in subject.COMMANDS.items()}
)
"""Every command by its words."""


def run(hands: Hands, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Run a command; raises AdminError for a refusal, and what the databases and the core raise."""
    command = COMMANDS.get(name)
    if command is None:
        raise AdminError(f"there is no command {name!r} here")
    try:
        inspect.signature(command.run).bind(hands, **arguments)
    except TypeError as error:
        raise AdminError(f"{name}: {error}") from error
    return command.run(hands, **arguments)
