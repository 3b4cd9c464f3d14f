"""One transfer: paid at once, or entered to wait for people or its time (SubmitTransfer).

The answer to a payment that was made at once is made from its row alone (`answer`), so that recovery gives what the
first try would.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from gateway.domain import accounts, entitlement, purposes
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Enter, Pay, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment, Takes, Transfer
from gateway.domain.limits import Row
from gateway.domain.states import State, told
from gateway.domain.usage import UsageKey
from gateway.services import amending, ordering, ways
from gateway.services.ordering import Assessed, Ordered
from gateway.services.service import Bank, Functions, if_entitled, own_id, place, refuse
from gateway.services.showing import entry_code, plan_item, runs_at, warning_item
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.messages.approval import Content
from protocol.messages.recurring import SubmitRecurring
from protocol.messages.transfer import PayeeKind, SubmitTransfer, SubmitTransferReply, TransferState

IN_BANK = "in-bank"
"""行内: payer and payee at this bank; the core books it at once."""

PLACES = {
    Code.PAYER_NOT_ATTACHED: "PayerAccount",
    Code.PAYER_CLOSED: "PayerAccount",
    Code.PAYER_FROZEN: "PayerAccount",
    Code.PAYER_LOST: "PayerAccount",
    Code.PAYEE_UNKNOWN: "PayeeAccount",
    Code.PAYEE_CLOSED: "PayeeAccount",
    Code.PAYEE_FROZEN: "PayeeAccount",
    Code.PAYEE_LOST: "PayeeAccount",
    Code.PAYEE_NAME_MISMATCH: "PayeeName",
    Code.CURRENCY_UNSUPPORTED: "Currency",
    Code.PAYEE_CURRENCY: "Currency",
    Code.BALANCE_INSUFFICIENT: "Amount",
    Code.SAME_ACCOUNT: "PayeeAccount",
}
"""Which element of SubmitTransfer a reason of the core speaks of."""


def _submit_decide(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    """Refused with everything that stands against it, paid at once, or entered to wait for people or its time."""
    account, faults = judged(command, facts, bank)
    # Lists, plans and limits of an account are told to those who may use it.
    if account is None:
        return refuse(faults)
    ordered = ordered_of(command, account, facts)
    if (code := ways.elsewhere(command.body, bank)) is not None:
        way = ways.find(command.body, facts, moment, bank)
        faults += ways.faults(way, code)
        ordered = ways.by(ordered, way, command.body, facts=facts, moment=moment)
    assessed = ordering.assess(ordered, command, facts, moment=moment, bank=bank)
    if isinstance(assessed, list):
        faults += assessed
    if faults or isinstance(assessed, list):
        return refuse(faults)
    transfer = _transfer(command, ordered, moment)
    replaced = amending.amended(command, facts, moment)
    if ordered.at_once and not assessed.plans[0].steps:
        return Pay(transfer, replaced)
    entered = _entered(transfer, ordered, assessed, command, moment=moment, bank=bank)
    return replace(entered, settled=replaced)


def judged(command: Command, facts: Facts, bank: Bank) -> tuple[Account | None, list[Detail]]:
    """The account that is to pay, None for who may not use it, and every fault of the payment in itself.

    Of a single payment, and of one that is to be made again and again.
    """
    body = command.body
    here = _place_of(command)
    denied = entitlement.faults(command, facts) + _payer_faults(body, facts, here)
    account = facts.customer.accounts.get(body.payer_account) if facts.customer and not denied else None
    faults = denied + _payment_faults(body, account, bank, here)
    return account, faults + _purpose_faults(body, facts, here) + amending.faults(command, facts)


def _place_of(command: Command) -> str:
    return place(command.service.name if command.service else "")


def ordered_of(command: Command, account: Account, facts: Facts) -> Ordered:
    """A payment, single or recurring, as plans, time and limits see it."""
    body, here = command.body, _place_of(command)
    takes = ordering.takes(facts, account, body.payee_account)
    return Ordered(
        account=account,
        planned=(Row(body.amount, ""),),
        rows=(Row(body.amount, f"{here}/Amount", outgoing=takes is Takes.OUTGOING),),
        takes=takes,
        place=here,
        total_place=f"{here}/Amount",
        arrival=getattr(body, "arrival", None),
        scheduled_for=getattr(body, "scheduled_for", None),
        named=body.next_operator,
    )


def _transfer(command: Command, ordered: Ordered, moment: Moment) -> Transfer:
    """The payment, as it is given to the core at once."""
    head, body = command.head, command.body
    return Transfer(
        customer_id=head.customer_id,
        request_id=head.request_id,
        operator_id=head.operator_id,
        owner=ordered.account.owner,
        payer_account=body.payer_account,
        payee_account=body.payee_account,
        payee_name=body.payee_name,
        payee_bank_code=body.payee_bank_code,
        amount=body.amount,
        currency=body.currency,
        purpose=body.purpose,
        end_to_end_id=body.end_to_end_id,
        remark=body.remark,
        save_payee=bool(body.save_payee),
        takes=ordered.takes,
        entered_on=moment.business_date,
        business_date=moment.business_date,
        state=State.PROCESSING,
        leg=ordered.leg,
    )


def _entered(
    transfer: Transfer, ordered: Ordered, assessed: Assessed, command: Command, *, moment: Moment, bank: Bank
) -> Enter:
    """The payment with its matter."""
    matter = ordering.matter_of(
        ordered,
        assessed.plans[0],
        binding.write(_content(transfer, command)),
        command,
        moment=moment,
        bank=bank,
        amount=transfer.amount,
        payee=(transfer.payee_account, transfer.payee_name),
    )
    released = matter.state is TransferState.PROCESSING
    state = State.RELEASED if released else State.ENTERED
    entered = replace(transfer, state=state, basis=matter.basis, leg=matter.leg)
    leg = matter.leg
    body = SubmitTransferReply(
        request_id=transfer.request_id,
        state=matter.state,
        final=False,
        channel=leg.channel if leg else IN_BANK,
        rule_id=leg.rule if leg else None,
        fee=leg.fee if leg else None,
        value_date=leg.value_date if leg else None,
        plan=plan_item(matter),
        runs_at=runs_at(matter),
        warning=tuple(warning_item(detail, command.language) for detail in assessed.warnings),
    )
    return Enter(reply=Reply(Outcome(entry_code(matter)), binding.write(body)), matters=(matter,), transfers=(entered,))


def _content(transfer: Transfer, command: Command) -> Content:
    """What an approver is shown of it."""
    body: SubmitTransfer = command.body
    return Content(
        customer_id=transfer.customer_id,
        request_id=transfer.request_id,
        service="SubmitTransfer",
        entry_operator=transfer.operator_id,
        payer_account=transfer.payer_account,
        payee_account=transfer.payee_account,
        payee_name=transfer.payee_name,
        payee_bank_code=transfer.payee_bank_code,
        amount=transfer.amount,
        currency=transfer.currency,
        purpose=transfer.purpose,
        remark=transfer.remark,
        arrival=body.arrival,
        scheduled_for=body.scheduled_for,
        replaces=body.replaces,
        body_digest=command.body_digest.hex(),
    )


def _counters(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Iterable[UsageKey]:
    """Those of an order, and of the day on which a channel to another bank takes it."""
    way = ways.find(command.body, facts, moment, bank) if ways.elsewhere(command.body, bank) is not None else None
    return ordering.counters_of(command, facts, moment, bank, *ways.days(way))


def _payer_faults(body: SubmitTransfer | SubmitRecurring, facts: Facts, here: str) -> list[Detail]:
    """What is wrong with who pays (R1.5, R1.7, R1.18)."""
    number = body.payer_account
    return [Detail(code, f"{here}/PayerAccount", number) for code in accounts.payer_faults(facts, number)]


def _purpose_faults(body: SubmitTransfer | SubmitRecurring, facts: Facts, here: str) -> list[Detail]:
    """R4.23: to a person only with a purpose of the customer's list."""
    if body.payee_kind is not PayeeKind.PERSON or facts.customer is None:
        return []
    return purposes.faults(body.purpose, facts.customer.purposes, f"{here}/Purpose")


def _payment_faults(
    body: SubmitTransfer | SubmitRecurring, payer: Account | None, bank: Bank, here: str
) -> list[Detail]:
    """Every fault of an instruction against the gateway's own rules, in their documented order.

    Two accounts (R4.2), a closed list (R1.23), what is offered.
    """
    elsewhere = ways.elsewhere(body, bank)
    single = body if isinstance(body, SubmitTransfer) else None
    closed = elsewhere is not None and (single is None or not bank.interbank)
    urgent = elsewhere is None and single is not None and bool(single.urgent)
    barred = payer is not None and not accounts.may_pay_to(payer, body.payee_account, elsewhere)
    checks = (
        (body.payer_account == body.payee_account, Code.SAME_ACCOUNT, "PayeeAccount", body.payee_account),
        (barred, Code.PAYEE_NOT_IN_CLOSED_LIST, "PayeeAccount", body.payee_account),
        (body.currency != "CNY", Code.CURRENCY_UNSUPPORTED, "Currency", body.currency),
        (closed, Code.CHANNEL_NOT_OPEN, "PayeeBankCode", elsewhere),
        (urgent, Code.NOT_OFFERED, "Urgent", "true"),
    )
    return [Detail(code, f"{here}/{element}", value) for wrong, code, element, value in checks if wrong]


def answer(transfer: Transfer) -> Reply | Refuse:
    """The answer to an instruction as it stands: booked, declined by the core, or not known yet."""
    if transfer.state is State.FAILED:
        return Refuse(
            transfer.reasons[0],
            tuple(
                Detail(reason, place("SubmitTransfer", PLACES[reason]) if reason in PLACES else None)
                for reason in transfer.reasons
            ),
        )
    succeeded = transfer.state is State.SUCCEEDED
    body = SubmitTransferReply(
        request_id=transfer.request_id,
        state=told(transfer.state, None),
        final=succeeded,
        channel=transfer.leg.channel if transfer.leg else IN_BANK,
        rule_id=transfer.leg.rule if transfer.leg else None,
        fee=transfer.leg.fee if transfer.leg else None,
        value_date=transfer.leg.value_date if transfer.leg else None,
        reference=transfer.reference,
        business_date=transfer.business_date,
        booked_at=instant(transfer.booked_ms) if transfer.booked_ms is not None else None,
    )
    return Reply(Outcome(Code.DONE if succeeded else Code.PENDING), binding.write(body))


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "SubmitTransfer": Functions(
        decide=_submit_decide,
        subject=own_id,
        claims=if_entitled,
        matters=amending.named,
        counters=_counters,
        payee_bank=ways.payee_bank,
    ),
}
"""By the name of the service."""
