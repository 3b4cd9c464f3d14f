"""Which functions serve which entry of the catalogue, and the rules that hold for all of them alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.command import Change, Command, Decision, Refuse, Woken
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.usage import UsageKey
from gateway.services import (
    account,
    batch_query,
    batches,
    changes,
    deciding,
    directory,
    enterprise,
    events,
    grants,
    groups,
    help,  # noqa: A004  the family is called so
    lists,
    operations,
    payees,
    pending,
    preview,
    purposes,
    query,
    recurring,
    recurring_query,
    returns,
    templates,
    transfer,
    waking,
)
from gateway.services.service import Bank, Functions
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.recurring import SubmitRecurring

_FAMILIES: Final = (
    help,
    account,
    transfer,
    preview,
    recurring,
    recurring_query,
    batches,
    query,
    batch_query,
    lists,
    returns,
    pending,
    deciding,
    payees,
    directory,
    events,
    purposes,
    templates,
    groups,
    operations,
    grants,
    enterprise,
)

_SERVED: Final = {name: functions for family in _FAMILIES for name, functions in family.FUNCTIONS.items()}
FUNCTIONS: Final[Mapping[str, Functions]] = {**_SERVED, **changes.functions(_SERVED)}
"""By the name of the service; a test holds it equal to the catalogue."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of this bank, as the journal asks them."""

    bank: Bank

    def subject(self, command: Command) -> str | None:
        """The request id the command is about; None where it is refused already."""
        functions = self._functions(command)
        return functions.subject(command) if functions else None

    def needs_core(self, command: Command) -> bool:
        """Whether its answer may have to wait for the core; what is refused already needs none."""
        functions = self._functions(command)
        return functions is not None and functions.needs_core

    def claims(self, command: Command, facts: Facts) -> str | None:
        """As what it uses up the id of its subject; a message from another time uses up none, it can only replay."""
        functions = self._functions(command)
        return functions.claims(command, facts) if functions and not self._skewed(command) else None

    def matters(self, command: Command) -> tuple[MatterKey, ...]:
        """The matters it decides on; none where it is refused already."""
        functions = self._functions(command)
        return functions.matters(command) if functions and not self._skewed(command) else ()

    def counters(self, command: Command, facts: Facts, moment: Moment) -> Iterable[UsageKey]:
        """The counters of limits that its decision looks at, beside those of its matters."""
        functions = self._functions(command)
        return functions.counters(command, facts, moment, self.bank) if functions and not self._skewed(command) else ()

    def payee_bank(self, command: Command) -> str | None:
        """The code of the bank that its payment names, where that is another than this."""
        functions = self._functions(command)
        code = functions.payee_bank(command) if functions and not self._skewed(command) else None
        return code if code != self.bank.code else None

    def recurring(self, command: Command) -> str | None:
        """The payer account that must pay for no other recurring order, where that is a rule and it sets one up."""
        body = command.body if self.bank.schedule.one_recurring else None
        return body.payer_account if isinstance(body, SubmitRecurring) else None

    def wake(self, matter: Matter, facts: Facts, moment: Moment) -> Woken:
        """What time alone makes of a matter whose moment has come."""
        return waking.wake(matter, facts, moment, self.bank)

    def decide(self, command: Command, facts: Facts, moment: Moment) -> Decision:
        """What becomes of the command; the SentAt check comes first, for replays have been answered before."""
        functions = self._functions(command)
        if functions is None:
            return command.refusal or Refuse(Code.SERVICE_UNKNOWN)
        if self._skewed(command):
            return Refuse(Code.CLOCK_SKEW, (self._skew_detail(command),))
        decision = functions.decide(command, facts, moment, self.bank)
        if isinstance(decision, Change) and changes.waits(command, facts):
            return changes.entered(command, decision, facts, moment=moment, bank=self.bank)
        return decision

    def _functions(self, command: Command) -> Functions | None:
        return FUNCTIONS[command.service.name] if command.service and not command.refusal else None

    def _skewed(self, command: Command) -> bool:
        # SelfTest exists to find a wrong clock among other things, yet a SelfTest of long ago proves nothing.
        return abs(command.skew_ms) > self.bank.skew_ms

    def _skew_detail(self, command: Command) -> Detail:
        seconds = command.skew_ms / 1000
        now = command.received_at.isoformat(timespec="seconds")
        sent = command.head.sent_at.isoformat(timespec="seconds") if command.head.sent_at else None
        return Detail(
            Code.CLOCK_SKEW,
            "/Message/Head/SentAt",
            sent,
            f"相差{seconds:+.0f}秒，允许{self.bank.skew_ms // 1000}秒，网关时间{now}",
            f"off by {seconds:+.0f} s, {self.bank.skew_ms // 1000} s allowed, the gateway's time is {now}",
        )
