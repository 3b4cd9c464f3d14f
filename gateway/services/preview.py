"""What would become of a transfer, told beforehand (PreviewTransfer): nothing is entered, moved or used up.

It is judged by what judges SubmitTransfer, with limits and matters as they stand and none of them held, and the core is
asked for the accounts alone.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from core_adapter.core import CoreAccount
from core_adapter.reasons import in_order, payee_reasons, payer_reasons
from gateway.domain import entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Look, Read, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Plan
from gateway.domain.routing import NoChannel, Payment, Routing
from gateway.journal import matters, usage
from gateway.services import amending, ordering, transfer
from gateway.services.ordering import Assessed
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import plan_item, warning_item, words
from protocol.binding import tag_of
from protocol.catalogue import CATALOGUE
from protocol.errors import Detail, shown
from protocol.messages.transfer import PreviewFault, PreviewTransferReply, SubmitTransfer

_SUBMIT: Final = CATALOGUE[tag_of(SubmitTransfer)]
_WHEN: Final = frozenset({"Arrival", "ScheduledFor", "Urgent"})
"""The elements that say when it is to run: with a fault of one of them nobody can say."""


def _decide(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    """Refused to who may not ask; whatever would refuse the payment is part of the answer."""
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    body = SubmitTransfer(**{field.name: getattr(command.body, field.name) for field in fields(SubmitTransfer)})
    submit = replace(command, service=_SUBMIT, body=body)

    def read(tx: Any) -> Reply | Refuse | Look:
        seen = replace(
            facts,
            matters=matters.read(tx, amending.named(submit)),
            used=usage.seen(tx, ordering.counters_of(submit, facts, moment)),
        )
        account, faults = transfer.judged(submit, seen, bank)
        # Lists, plans and limits of an account are told to those who may use it.
        if account is None:
            return done(_told(PreviewTransferReply(possible=False), faults, [], command))
        return _assessed(account, faults, submit, seen, moment=moment, bank=bank)

    return Read(read)


def _assessed(
    account: Account, faults: list[Detail], submit: Command, facts: Facts, *, moment: Moment, bank: Bank
) -> Look:
    """The answer but for what the core knows."""
    body: SubmitTransfer = submit.body
    ordered = transfer.ordered_of(submit, account, facts)
    assessed = ordering.assess(ordered, submit, facts, moment=moment, bank=bank)
    faults = faults + (assessed if isinstance(assessed, list) else [])
    warnings = list(assessed.warnings) if isinstance(assessed, Assessed) else []
    plan = ordering.plan_for(ordered, submit, facts, amount=body.amount)
    told = _routed(PreviewTransferReply(possible=False), faults, submit, moment=moment, bank=bank)
    if isinstance(plan, Plan):
        matter = ordering.matter_of(
            ordered,
            plan,
            "",
            submit,
            moment=moment,
            bank=bank,
            amount=body.amount,
            payee=(body.payee_account, body.payee_name),
        )
        told = replace(told, state=matter.state, plan=plan_item(matter))
    at_once = ordered.at_once and isinstance(plan, Plan) and not plan.steps
    # Whom it goes to is asked about only where SubmitTransfer would be let through to ask it.
    asked = (account.number, body.payee_account) if not faults else (account.number,)

    def then(known: Mapping[str, CoreAccount]) -> Reply:
        reasons = payer_reasons(known.get(account.number), body.amount, body.currency)
        if not faults:
            reasons += payee_reasons(known.get(body.payee_account), body.payee_name, body.currency)
        found = [
            Detail(reason, place(_SUBMIT.name, transfer.PLACES[reason]))
            for reason in in_order(reasons)
            if reason not in {fault.rule for fault in faults}
        ]
        if at_once:
            return done(_told(told, faults + found, warnings, submit))
        return done(_told(told, faults, warnings + found, submit))

    return Look(then, accounts=asked)


def _routed(
    told: PreviewTransferReply, faults: list[Detail], submit: Command, *, moment: Moment, bank: Bank
) -> PreviewTransferReply:
    """With its channel, and when it would leave, had whoever has to act done so now."""
    body: SubmitTransfer = submit.body
    if body.payee_bank_code not in (None, bank.code):
        return told
    found = Routing(bank.routing, bank.schedule).route(
        Payment(
            bank=None,
            amount=body.amount,
            ready=instant(moment.business_ms),
            entered_on=moment.business_date,
            arrival=body.arrival,
            urgent=bool(body.urgent),
            scheduled_for=body.scheduled_for,
        )
    )
    if isinstance(found, NoChannel):
        return told
    told = replace(told, channel=found.channel, rule=found.rule, fee=found.fee)
    if any((fault.place or "").rpartition("/")[2] in _WHEN for fault in faults):
        return told
    return replace(told, leaves_at=found.leaves, value_date=found.value_date)


def _told(
    told: PreviewTransferReply, faults: list[Detail], warnings: list[Detail], command: Command
) -> PreviewTransferReply:
    """With its faults and warnings, in the language and by the elements of the asker's message."""
    return replace(
        told,
        possible=not faults,
        state=told.state if not faults else None,
        fault=tuple(
            PreviewFault(
                code=fault.rule,
                place=fault.place.replace(place(_SUBMIT.name), place("PreviewTransfer")) if fault.place else None,
                value=shown(fault.value) if fault.value else None,
                text=words(fault, command.language),
            )
            for fault in faults
        ),
        warning=tuple(warning_item(warning, command.language) for warning in warnings),
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {"PreviewTransfer": Functions(decide=_decide)}
"""By the name of the service."""
