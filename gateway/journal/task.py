"""What travels between the road, the committer and the desk: a task with its waiters, and the result of the desk."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from gateway.domain.command import Command, Decision, Woken
from gateway.domain.facts import Facts, Moment, Request, Transfer
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.usage import UsageKey
from protocol.codes import Code


class Told(NamedTuple):
    """What a waiter is told: the exact bytes of the stored reply and its code, or the code why there is none.

    A reply sent again comes without a code, for it is not read. `idle`: there is nothing to tell a patient sender yet,
    until its customer has an event above that number.
    """

    reply: bytes | None
    code: Code | None
    idle: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """One copy of a message that waits for what became of it."""

    command: Command
    done: Callable[[Told], None]


Delivery = tuple[Waiter, Told]
"""Who is to be told, and what."""


@dataclass(slots=True, eq=False)
class Task:
    """A command on its way, changed by the committer's thread only; `entered_at` in seconds of the monotonic clock.

    `command` is the one that was first with it, None where recovery took a request over. `waiters` are those who have
    not been told anything yet: whoever is told, or sent to wait elsewhere, is taken off at once. `request` is the
    used-up id that this task carries to its end. `stored` once a reply is: what comes later changes the state alone.
    `logged` counts the waiters whose message is in the log already. `transfers` are the payments that it takes to the
    core; those in `asked` were perhaps given to it before. With `goes_on` the order may have more of them behind these.
    """

    waiters: list[Waiter]
    entered_at: float
    command: Command | None = None
    decision: Decision | None = None
    request: Request | None = None
    stored: bool = False
    logged: int = 0
    transfers: tuple[Transfer, ...] = ()
    asked: bool = False
    goes_on: bool = False

    @classmethod
    def of(cls, waiter: Waiter, entered_at: float) -> "Task":
        """The task of one message."""
        return cls([waiter], entered_at, waiter.command)

    def dismissed(self) -> list[Waiter]:
        """Everybody who waits, who from now on do not."""
        waiters, self.waiters = self.waiters, []
        self.logged = 0
        return waiters

    @property
    def key(self) -> tuple[str, str] | None:
        """Customer id and request id that the task carries to its end."""
        return (self.request.customer_id, self.request.request_id) if self.request else None


@dataclass(frozen=True, slots=True)
class Result:
    """What the desk brings back: the task's transfers as they stand now, and the signed reply, if there is one.

    `code` is that of the reply, or says why there is none.

    `late` marks a reply made because the core has not answered in time: the task stays at the desk.
    """

    task: Task
    transfers: tuple[Transfer, ...] = ()
    reply: bytes | None = None
    code: Code = Code.INTERNAL
    late: bool = False


class Serving(Protocol):
    """What the services tell the journal of a command; all of it pure."""

    def subject(self, command: Command) -> str | None:
        """The request id it is about (its own where it is an order); None where it is about none."""

    def needs_core(self, command: Command) -> bool:
        """Whether its answer may have to wait for the core."""

    def claims(self, command: Command, facts: Facts) -> str | None:
        """As what it uses up the id of its subject: "order" (its own), "fence" (one never received), or None."""

    def matters(self, command: Command) -> tuple[MatterKey, ...]:
        """The matters it decides on."""

    def counters(self, command: Command, facts: Facts, moment: Moment) -> Iterable[UsageKey]:
        """The counters of limits that its decision looks at, beside those of its matters."""

    def payee_bank(self, command: Command) -> str | None:
        """The code of the bank that its payment names, where that is another than this."""

    def recurring(self, command: Command) -> str | None:
        """The payer account that must pay for no other recurring order, where that is a rule and it sets one up."""

    def decide(self, command: Command, facts: Facts, moment: Moment) -> Decision:
        """What becomes of it."""

    def wake(self, matter: Matter, facts: Facts, moment: Moment) -> Woken:
        """What time alone makes of a matter whose moment has come."""


class Desk(Protocol):
    """Who goes to the core and signs: takes batches and brings each back as Results."""

    def put(self, tasks: list[Task]) -> None:
        """Take a batch, decided and durable; bring it back as one."""

    def answer(self, task: Task) -> Result:
        """The result of a task whose answer is known already; the core is not asked."""

    def late(self, task: Task) -> Result:
        """A reply for a task whose core has not answered in time: not final, to be asked about."""
