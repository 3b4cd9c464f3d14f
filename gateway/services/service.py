"""The form every service has: three pure functions. What they share stands here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.domain.command import Command, Decision, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.domain.hours import ScheduleRules
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome


@dataclass(frozen=True, slots=True)
class Bank:
    """What the services know of the bank: its 12-digit code, how far SentAt may be off in milliseconds, its hours."""

    code: str
    skew_ms: int
    schedule: ScheduleRules = field(default_factory=ScheduleRules)


@dataclass(frozen=True, slots=True)
class Functions:
    """One service: what becomes of a command, which request id it is about, as what it uses that up, and
    whether the core may have to be asked.
    """

    decide: Callable[[Command, Facts, Moment, Bank], Decision]
    subject: Callable[[Command], str | None] = lambda _command: None
    needs_core: bool = True
    claims: Callable[[Command, Facts], str | None] = lambda _command, _facts: None


def done(body: object) -> Reply:
    """A finished answer."""
    return Reply(Outcome(Code.DONE), binding.write(body))


def refuse(faults: list[Detail]) -> Refuse:
    """A refusal for all these faults; the first, in the order of the rules, gives the code."""
    return Refuse(Code(faults[0].rule), tuple(faults))


def place(service: str, *elements: str) -> str:
    """The path of an element of the body, as details name it."""
    return "/".join(["/Message/Body", service, *elements])
