"""Payee banks and payments to them, for tables of tests about routing."""

from typing import Any, Final

from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.routing import NoChannel, Payment, Routed, Routing
from gateway.domain.terms import RoutingRules
from tests.gateway.domain.moments import RULES, at

HEAD: Final = "309290099990"
"""The code of a head office; that of its branches is `BRANCH`."""
BRANCH: Final = "309100000015"

THRESHOLD: Final = 50_000_00
CAP: Final = 1_000_000_00


def bank(code: str = BRANCH, *, ibps: str | None = HEAD, beps: bool = True, hvps: bool = True) -> PayeeBank:
    """A branch of a bank that takes part in everything, but for what is said."""
    return PayeeBank(code=code, name="某银行", region="2900", ibps=ibps, beps=beps, hvps=hvps)


MEMBER: Final = bank()


def routed(
    amount: int,
    ready: str = "11-02 10:00",
    *,
    to: PayeeBank | None = MEMBER,
    rules: RoutingRules | None = None,
    schedule: Any = RULES,
    states: dict[Channel, ChannelState] | None = None,
    **asked: Any,
) -> Routed | NoChannel:
    """Where a payment goes that is ready at a moment, by default a Monday at ten, every channel being open."""
    moment = at(ready)
    asked.setdefault("entered_on", moment.date())
    payment = Payment(bank=to, amount=amount, ready=moment, **asked)
    return Routing(rules or RoutingRules(), schedule, states or {}).route(payment)


def way(found: Routed | NoChannel) -> tuple[Channel, str, str | None]:
    """The channel that was chosen, by which rule, and when it leaves: "MM-DD HH:MM:SS"."""
    assert isinstance(found, Routed), found
    return found.channel, found.rule, f"{found.leaves:%m-%d %H:%M:%S}" if found.leaves else None


def passed(found: Routed | NoChannel) -> dict[Channel, tuple[str, str]]:
    """The channels that were passed over: the rule and the reason of each."""
    return {each.channel: (each.rule, each.reason.value) for each in found.passed}
