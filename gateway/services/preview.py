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
from gateway.domain.calendar import instant
from gateway.domain.channel import Channel
from gateway.domain.command import Command, Decision, Look, Read, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Plan
from gateway.domain.routing import NoChannel, PassedOver, Payment, Reason, Routed, Routing
from gateway.journal import matters, usage
from gateway.journal.banks import read_banks
from gateway.services import amending, ordering, transfer
from gateway.services.ordering import Assessed
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import plan_item, warning_item, words
from protocol.binding import tag_of
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.messages.transfer import PassedChannel, PreviewFault, PreviewTransferReply, SubmitTransfer

_SUBMIT: Final = CATALOGUE[tag_of(SubmitTransfer)]
_WHEN: Final = frozenset({"Arrival", "ScheduledFor", "Urgent"})
"""The elements that say when it is to run: with a fault of one of them nobody can say."""
_WORDS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NOT_A_MEMBER: ("收款行未参加该通道", "the payee's bank takes no part in it"),
    Reason.ABOVE_CAP: ("金额超过该通道限额", "the amount is more than it takes"),
    Reason.NOT_FOR_REAL_TIME: ("该通道仅用于普通到账和批量", "it is for normal arrival and batches"),
    Reason.BELOW_THRESHOLD: ("该金额有更快捷的通道", "an amount like this has another way"),
    Reason.SUITS_BEPS: ("普通到账走小额支付", "normal arrival goes by BEPS"),
    Reason.CLOSED: ("本行未开通该通道", "this bank does not run it"),
    Reason.MAINTENANCE: ("清算行已退出", "it is in maintenance"),
    Reason.BRANCH_MISSING: ("须填写收款网点的行号", "it needs the code of the payee's branch"),
    Reason.HVPS_OPEN: ("大额支付开放中", "HVPS is open"),
    Reason.NOT_OPEN_NOW: ("该通道当前未开放", "it is not open now"),
    Reason.YEAR_MISSING: ("该年度工作日历尚未载入", "the working days of that year are not known yet"),
}
"""In Chinese and in English."""


def _decide(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    """Refused to who may not ask; whatever would refuse the payment is part of the answer."""
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    body = SubmitTransfer(**{field.name: getattr(command.body, field.name) for field in fields(SubmitTransfer)})
    submit = replace(command, service=_SUBMIT, body=body)

    def read(tx: Connection) -> Reply | Refuse | Look:
        way = _way(tx, body, moment, bank)
        also = (way.value_date,) if isinstance(way, Routed) and way.value_date else ()
        seen = replace(
            facts,
            matters=matters.read(tx, amending.named(submit)),
            used=usage.seen(tx, ordering.counters_of(submit, facts, moment, *also)),
        )
        account, faults = transfer.judged(submit, seen, bank)
        # Lists, plans and limits of an account are told to those who may use it.
        if account is None:
            return done(_told(PreviewTransferReply(possible=False), faults, [], command))
        return _assessed(account, faults, submit, seen, way=way, moment=moment, bank=bank)

    return Read(read)


def _way(tx: Connection, body: SubmitTransfer, moment: Moment, bank: Bank) -> Routed | NoChannel | None:
    """Which way it would take, had whoever has to act done so now; None where the directory has no such bank (O36)."""
    code = body.payee_bank_code
    to = None if code in (None, bank.code) else read_banks(tx, [code]).get(code)
    if to is None and code not in (None, bank.code):
        return None
    return Routing(bank.routing, bank.schedule).route(
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


def _assessed(
    account: Account,
    faults: list[Detail],
    submit: Command,
    facts: Facts,
    *,
    way: Routed | NoChannel | None,
    moment: Moment,
    bank: Bank,
) -> Look:
    """The answer but for what the core knows."""
    body: SubmitTransfer = submit.body
    by_hvps = isinstance(way, Routed) and way.channel is Channel.HVPS
    ordered = replace(transfer.ordered_of(submit, account, facts), large_value=by_hvps)
    assessed = ordering.assess(ordered, submit, facts, moment=moment, bank=bank)
    faults = faults + _way_faults(way, body) + (assessed if isinstance(assessed, list) else [])
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


def _way_faults(way: Routed | NoChannel | None, body: SubmitTransfer) -> list[Detail]:
    """Why there is no way to the payee's bank: it is not in the directory (O36), or no channel takes the payment."""
    here = place(_SUBMIT.name, "PayeeBankCode")
    if way is None:
        return [Detail(Code.PAYEE_BANK_UNKNOWN, here, body.payee_bank_code)]
    if isinstance(way, Routed):
        return []
    zh, en = (
        joint.join(f"{each.channel} ({each.rule}): {_why(each, language)}" for each in way.passed)
        for joint, language in (("；", "zh"), ("; ", "en"))
    )
    return [Detail(Code.NO_CHANNEL, here, body.payee_bank_code, zh, en)]


def _routed(way: Routed | NoChannel | None, faults: list[Detail], language: str) -> PreviewTransferReply:
    """The channel and what was passed over, with its times unless a fault stands against them."""
    told = PreviewTransferReply(possible=False)
    if way is None:
        return told
    passed = tuple(
        PassedChannel(channel=each.channel, rule_id=each.rule, text=_why(each, language)) for each in way.passed
    )
    if isinstance(way, NoChannel):
        return replace(told, passed=passed)
    told = replace(told, channel=way.channel, rule_id=way.rule, passed=passed, fee=way.fee)
    if any((fault.place or "").rpartition("/")[2] in _WHEN for fault in faults):
        return told
    return replace(told, leaves_at=way.leaves, value_date=way.value_date)


def _why(passed: PassedOver, language: str) -> str:
    return _WORDS[passed.reason][language == "en"]


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
