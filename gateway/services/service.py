"""The form every service has: three pure functions. What they share stands here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gateway.domain import entitlement
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.command import Command, Decision, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.domain.hours import ScheduleRules
from gateway.domain.matter import MatterKey
from gateway.domain.routing import Routing
from gateway.domain.terms import RoutingRules
from gateway.domain.usage import UsageKey
from gateway.journal.banks import Directory
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.faults import Found, found, listed
from protocol.head import Outcome


@dataclass(frozen=True, slots=True)
class Bank:
    """What the services know of the bank: its 12-digit code, how far SentAt may be off in milliseconds, its hours.

    `routing` are its terms for the channels, `directory` is what this process remembers of the bank directory.
    `interbank`: it is linked to a clearing side, so payments to other banks are taken.
    """

    code: str
    skew_ms: int
    schedule: ScheduleRules = field(default_factory=ScheduleRules)
    routing: RoutingRules = field(default_factory=RoutingRules)
    directory: Directory = field(default_factory=Directory)
    interbank: bool = False

    def routes(self, channels: Mapping[Channel, ChannelState]) -> Routing:
        """How it routes while the channels are in these states, open where nothing is said."""
        return Routing(self.routing, self.schedule, channels)


@dataclass(frozen=True, slots=True)
class Functions:
    """One service: what becomes of a command, which request id it is about, as what it uses that up, whether the core
    may have to be asked, which matters it decides on, which counters of limits it looks at beside theirs, and which
    bank's code its payment names.
    """

    decide: Callable[[Command, Facts, Moment, Bank], Decision]
    subject: Callable[[Command], str | None] = lambda _command: None
    needs_core: bool = True
    claims: Callable[[Command, Facts], str | None] = lambda _command, _facts: None
    matters: Callable[[Command], tuple[MatterKey, ...]] = lambda _command: ()
    counters: Callable[[Command, Facts, Moment, Bank], Iterable[UsageKey]] = lambda _command, _facts, _moment, _bank: ()
    payee_bank: Callable[[Command], str | None] = lambda _command: None


def own_id(command: Command) -> str:
    """The subject of what uses up its own request id."""
    return command.head.request_id


def if_entitled(command: Command, facts: Facts) -> str | None:
    """As what such a command uses it up; who may not enter uses up none: it could burn those of others."""
    return None if entitlement.faults(command, facts) else "order"


def changing(decide: Callable[[Command, Facts, Moment, Bank], Decision]) -> Functions:
    """A service that changes what the journal holds and uses up its own id; the core is not asked."""
    return Functions(decide=decide, subject=own_id, claims=if_entitled, needs_core=False)


def done(body: object) -> Reply:
    """A finished answer."""
    return Reply(Outcome(Code.DONE), binding.write(body))


def refuse(faults: list[Detail], *rows: Found) -> Refuse:
    """A refusal for all these faults, and those of `rows`; the first, in the order of the rules, gives the code."""
    details = listed(found(faults), *rows) if any(each.count for each in rows) else tuple(faults)
    return Refuse(Code(details[0].rule), details)


def full(where: str, most: int) -> Refuse:
    """A refusal to add to a list that holds `most` entries already."""
    return refuse([Detail(Code.LIST_FULL, where, None, f"至多{most}条", f"at most {most} entries")])


def place(service: str, *elements: str) -> str:
    """The path of an element of the body, as details name it."""
    return "/".join(["/Message/Body", service, *elements])
