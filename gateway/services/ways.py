"""The way of a payment to another bank at its entry: which channel would take it now, or what stands against each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gateway.domain.calendar import instant
from gateway.domain.command import Command
from gateway.domain.facts import Facts, Moment, Takes
from gateway.domain.leg import Leg
from gateway.domain.passed import no_channel
from gateway.domain.routing import NoChannel, Payment, Routed
from gateway.services import ordering
from gateway.services.ordering import Ordered
from gateway.services.service import Bank, place
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.recurring import SubmitRecurring
from protocol.messages.transfer import SubmitTransfer

Way = Routed | NoChannel | None
"""None where the directory has no such bank (O36)."""


def payee_bank(command: Command) -> str | None:
    """The code of the payee's bank that a payment names."""
    code: str | None = command.body.payee_bank_code
    return code


def elsewhere(body: SubmitTransfer | SubmitRecurring, bank: Bank) -> str | None:
    """The code of the payee's bank, where that is another."""
    return body.payee_bank_code if body.payee_bank_code != bank.code else None


def find(body: SubmitTransfer, facts: Facts, moment: Moment, bank: Bank) -> Way:
    """Which way it would take, had whoever has to act done so now."""
    code = elsewhere(body, bank)
    to = facts.banks.get(code) if code is not None else None
    if to is None and code is not None:
        return None
    return bank.routes(facts.channels).route(
        Payment(
            bank=to,
            amount=body.amount,
            ready=instant(moment.business_ms),
            entered_on=moment.business_date,
            arrival=body.arrival,
            urgent=bool(body.urgent),
            scheduled_for=body.scheduled_for,
        )
    )


def faults(way: Way, code: str | None) -> list[Detail]:
    """Why there is no way to the bank of that code: it is not in the directory (O36), or no channel takes it."""
    here = place("SubmitTransfer", "PayeeBankCode")
    if way is None:
        return [Detail(Code.PAYEE_BANK_UNKNOWN, here, code)]
    return [no_channel(way, code or "", here)] if isinstance(way, NoChannel) else []


def days(way: Way) -> Iterable[date]:
    """The day on which it would leave: limits may be taken of it."""
    return (way.leaves.date(),) if isinstance(way, Routed) and way.leaves is not None else ()


def by(ordered: Ordered, way: Way, body: SubmitTransfer, facts: Facts, *, moment: Moment) -> Ordered:
    """The order of a payment to another bank with its leg, if there is one, and what follows from it.

    The payee is a stranger, whatever the number of its account (R3.3).
    """
    leg = _leg(way, body, ordering.owner_of(ordered.account, facts).name, facts)
    waits = isinstance(way, Routed) and (way.leaves is None or way.leaves > instant(moment.business_ms))
    return replace(
        ordered,
        takes=Takes.OUTGOING,
        rows=tuple(row._replace(outgoing=True) for row in ordered.rows),
        interbank=True,
        leg=leg,
        postponed=waits,
        urgent=bool(body.urgent),
        channels=facts.channels,
    )


def _leg(way: Way, body: SubmitTransfer, payer_name: str, facts: Facts) -> Leg | None:
    to = facts.banks.get(body.payee_bank_code or "")
    if to is None or not isinstance(way, Routed):
        return None
    return Leg(
        channel=way.channel,
        rule=way.rule,
        bank=to,
        payer_name=payer_name,
        fee=way.fee,
        urgent=bool(body.urgent),
        value_date=way.value_date,
    )
