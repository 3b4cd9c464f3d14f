"""Recurring transfers (定时转账, R4.18): one payment entered once, made at each hour of its plan, withdrawn until then.

Its approval lets all its runs go; what a run meets on its day is judged then (`gateway.services.waking`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.domain import course
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Enter, Refuse, Reply, Settle
from gateway.domain.customer import Customer, Person
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Matter
from gateway.domain.recurrence import next_run, plan_of, run_count
from gateway.domain.states import told_final
from gateway.services import amending, deciding, ordering, transfer
from gateway.services.ordering import Assessed, Ordered
from gateway.services.service import Bank, Functions, if_entitled, own_id, place, refuse
from gateway.services.showing import entry_code, plan_item, recurring_state, warning_item
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.messages.approval import Content
from protocol.messages.recurring import CancelRecurringReply, SubmitRecurring, SubmitRecurringReply


def _submit(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    """Refused with everything that stands against payment and plan, or entered to wait for people or its hour."""
    body: SubmitRecurring = command.body
    account, faults = transfer.judged(command, facts, bank)
    # Lists, plans and limits of an account are told to those who may use it.
    if account is None:
        return refuse(faults)
    if body.payer_account in facts.recurring:
        faults.append(Detail(Code.RECURRING_EXISTS, place("SubmitRecurring", "PayerAccount"), body.payer_account))
    ordered = replace(transfer.ordered_of(command, account, facts), recurrence=plan_of(body))
    assessed = ordering.assess(ordered, command, facts, moment=moment, bank=bank)
    if isinstance(assessed, list):
        faults += assessed
    if faults or isinstance(assessed, list):
        return refuse(faults)
    entered = _entered(ordered, assessed, command, moment=moment, bank=bank)
    return replace(entered, settled=amending.amended(command, facts, moment))


def _entered(ordered: Ordered, assessed: Assessed, command: Command, *, moment: Moment, bank: Bank) -> Enter:
    """The order with its matter; no payment yet."""
    body: SubmitRecurring = command.body
    matter = ordering.matter_of(
        ordered,
        assessed.plans[0],
        binding.write(_content(command)),
        command,
        moment=moment,
        bank=bank,
        amount=body.amount,
        payee=(body.payee_account, body.payee_name),
    )
    plan = plan_of(body)
    first = next_run(plan, instant(moment.business_ms))
    reply = SubmitRecurringReply(
        request_id=command.head.request_id,
        state=recurring_state(matter.state),
        final=False,
        runs=run_count(plan),
        next_run=first.at if first else None,
        plan=plan_item(matter),
        warning=tuple(warning_item(detail, command.language) for detail in assessed.warnings),
    )
    return Enter(reply=Reply(Outcome(entry_code(matter)), binding.write(reply)), matters=(matter,))


def _content(command: Command) -> Content:
    """What an approver is shown and signs for: the payment, and its plan."""
    body: SubmitRecurring = command.body
    return Content(
        customer_id=command.head.customer_id,
        request_id=command.head.request_id,
        service="SubmitRecurring",
        entry_operator=command.head.operator_id,
        payer_account=body.payer_account,
        payee_account=body.payee_account,
        payee_name=body.payee_name,
        payee_bank_code=body.payee_bank_code,
        amount=body.amount,
        currency=body.currency,
        purpose=body.purpose,
        remark=body.remark,
        period=body.period,
        first_run=body.first_run,
        end_date=body.end_date,
        replaces=body.replaces,
        body_digest=command.body_digest.hex(),
    )


def _cancel(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Refuse | Settle:
    """No run is made any more; one that is with the bank goes on (O5)."""

    def judge(matter: Matter, customer: Customer, person: Person) -> Matter | list[Detail]:
        if not matter.recurs:
            words = ("该指令不是定时转账，请用CancelTransfer撤销", "it is no recurring transfer: use CancelTransfer")
            return [Detail(Code.NOT_WITHDRAWABLE, "RequestId", matter.key.request_id, *words)]
        return course.withdrawn(matter, person, customer, moment, by_request=command.head.request_id)

    return deciding.one(
        command,
        facts,
        judge,
        lambda after: CancelRecurringReply(
            request_id=after.key.request_id, state=recurring_state(after.state), final=told_final(after.state)
        ),
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "SubmitRecurring": Functions(
        decide=_submit,
        subject=own_id,
        claims=if_entitled,
        needs_core=False,
        matters=amending.named,
        counters=ordering.counters_of,
    ),
    "CancelRecurring": Functions(
        decide=_cancel, subject=own_id, claims=if_entitled, needs_core=False, matters=deciding.named
    ),
}
"""By the name of the service."""
