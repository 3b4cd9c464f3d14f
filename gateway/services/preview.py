"""What would become of a transfer, told beforehand (PreviewTransfer): nothing is entered, moved or used up.

It is judged by what judges SubmitTransfer, with limits and matters as they stand and none of them held, and the core is
asked for the accounts alone.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Final

from sqlalchemy import Connection

from core_adapter.core import CoreAccount
from core_adapter.reasons import in_order, payee_reasons, payer_reasons
from gateway.domain import entitlement
from gateway.domain.command import Command, Decision, Look, Read, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Plan
from gateway.domain.passed import why
from gateway.domain.routing import NoChannel
from gateway.journal import matters, usage
from gateway.services import amending, ordering, transfer, ways
from gateway.services.ordering import Assessed
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import plan_item, warning_item, words
from gateway.services.ways import Way
from protocol.binding import tag_of
from protocol.catalogue import CATALOGUE
from protocol.errors import Detail, shown
from protocol.messages.transfer import PassedChannel, PreviewFault, PreviewTransferReply, SubmitTransfer

_SUBMIT: Final = CATALOGUE[tag_of(SubmitTransfer)]
_WHEN: Final = frozenset({"Arrival", "ScheduledFor", "Urgent"})
"""The elements that say when it is to run: with a fault of one of them nobody can say."""


def _decide(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    """Refused to who may not ask; whatever would refuse the payment is part of the answer."""
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    body = SubmitTransfer(**{field.name: getattr(command.body, field.name) for field in fields(SubmitTransfer)})
    submit = replace(command, service=_SUBMIT, body=body)

    def read(tx: Connection) -> Reply | Refuse | Look:
        way = ways.find(body, facts, moment, bank)
        seen = replace(
            facts,
            matters=matters.read(tx, amending.named(submit)),
            used=usage.seen(tx, ordering.counters_of(submit, facts, moment, bank, *ways.days(way))),
        )
        account, faults = transfer.judged(submit, seen, bank)
        # Lists, plans and limits of an account are told to those who may use it.
        if account is None:
            return done(_told(PreviewTransferReply(possible=False), faults, [], command))
        return _assessed(account, faults, submit, seen, way=way, moment=moment, bank=bank)

    return Read(read)


def _assessed(
    account: Account,
    faults: list[Detail],
    submit: Command,
    facts: Facts,
    *,
    way: Way,
    moment: Moment,
    bank: Bank,
) -> Look:
    """The answer but for what the core knows."""
    body: SubmitTransfer = submit.body
    ordered = transfer.ordered_of(submit, account, facts)
    code = ways.elsewhere(body, bank)
    if code is not None:
        ordered = ways.by(ordered, way, body, facts=facts, moment=moment)
    assessed = ordering.assess(ordered, submit, facts, moment=moment, bank=bank)
    faults = faults + ways.faults(way, code) + (assessed if isinstance(assessed, list) else [])
    warnings = list(assessed.warnings) if isinstance(assessed, Assessed) else []
    plan = ordering.plan_for(ordered, submit, facts, amount=body.amount)
    told = _routed(way, faults, submit.language)
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
    here = not faults and code is None
    asked = (account.number, body.payee_account) if here else (account.number,)
    total = body.amount + (ordered.leg.fee if ordered.leg is not None else 0)

    def then(known: Mapping[str, CoreAccount]) -> Reply:
        reasons = payer_reasons(known.get(account.number), total, body.currency)
        if here:
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


def _routed(way: Way, faults: list[Detail], language: str) -> PreviewTransferReply:
    """The channel and what was passed over, with its times unless a fault stands against them."""
    told = PreviewTransferReply(possible=False)
    if way is None:
        return told
    passed = tuple(
        PassedChannel(channel=each.channel, rule_id=each.rule, text=why(each, language)) for each in way.passed
    )
    if isinstance(way, NoChannel):
        return replace(told, passed=passed)
    told = replace(told, channel=way.channel, rule_id=way.rule, passed=passed, fee=way.fee)
    if any((fault.place or "").rpartition("/")[2] in _WHEN for fault in faults):
        return told
    return replace(told, leaves_at=way.leaves, value_date=way.value_date)


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


FUNCTIONS: Final[Mapping[str, Functions]] = {"PreviewTransfer": Functions(decide=_decide, payee_bank=ways.payee_bank)}
"""By the name of the service."""
