"""Batches and payrolls: many payments under one request id, entered whole or not at all (SubmitBatch, SubmitPayroll).

What is wrong with the rows by themselves comes with the command (gateway.domain.batch). Here they meet the customer,
its accounts, lists, plan and limits; a refusal tells both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from gateway.domain import accounts, entitlement, limits, purposes
from gateway.domain.command import Command, Decision, Enter, Refuse, Reply
from gateway.domain.customer import Account
from gateway.domain.facts import Facts, Moment, Takes
from gateway.domain.limits import Row
from gateway.domain.matter import Basis, Matter
from gateway.domain.states import State
from gateway.services import amending, ordering
from gateway.services.ordering import Assessed, Ordered, own
from gateway.services.service import Bank, Functions, if_entitled, own_id, place, refuse
from gateway.services.showing import entry_code, plan_item, runs_at, warning_item
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.faults import NOTHING_FOUND, Found
from protocol.head import Outcome
from protocol.limits import DETAILS_MAX
from protocol.messages.approval import Content
from protocol.messages.batch import BatchState, PayrollKind, SubmitBatchReply, SubmitPayrollReply
from protocol.messages.transfer import TransferState

PURPOSES: Final = {PayrollKind.PAYROLL: "代发工资", PayrollKind.REIMBURSEMENT: "代报销"}
"""What payees of a payroll read as the purpose, in the order of R5.6 the same for every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch or payroll on its way in: what both have, and what tells them apart."""

    wages: bool
    """Whether it takes no usage and runs in slots (R3.11, R5.8)."""
    account_field: str
    name_field: str
    reply: type[SubmitBatchReply]

    def payee(self, row: Any) -> tuple[str, str]:
        """Account and name of a row's payee."""
        return getattr(row, self.account_field), getattr(row, self.name_field)


_BATCH: Final = Batch(wages=False, account_field="payee_account", name_field="payee_name", reply=SubmitBatchReply)
_PAYROLL: Final = Batch(wages=True, account_field="account", name_field="name", reply=SubmitPayrollReply)


def _batch(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    return _decide(_BATCH, command, facts, moment=moment, bank=bank)


def _payroll(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    return _decide(_PAYROLL, command, facts, moment=moment, bank=bank)


def _interbank(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Refuse:
    """Interbank batches leave by a channel, and none is open."""
    here = place("SubmitInterbankBatch")
    return refuse([*entitlement.faults(command, facts), Detail(Code.CHANNEL_NOT_OPEN, here)], command.found)


def _decide(batch: Batch, command: Command, facts: Facts, *, moment: Moment, bank: Bank) -> Decision:
    """Refused whole with everything that stands against it (O51), or entered whole."""
    body = command.body
    here = place(command.service.name if command.service else "")
    faults = entitlement.faults(command, facts)
    faults += [
        Detail(code, f"{here}/PayerAccount", body.payer_account)
        for code in accounts.payer_faults(facts, body.payer_account, wages=batch.wages)
    ]
    account = facts.customer.accounts.get(body.payer_account) if facts.customer and not faults else None
    if body.currency != "CNY":
        faults.append(Detail(Code.CURRENCY_UNSUPPORTED, f"{here}/Currency", body.currency))
    # Lists, plans and limits of an account are told to those who may use it.
    if account is None:
        return refuse(faults, command.found)
    customer, _ = own(facts)
    rows = (
        command.found,
        _closed_faults(batch, body, account, here)
        if accounts.is_held(facts, account, wages=batch.wages)
        else NOTHING_FOUND,
        purposes.row_faults(body.row, customer.purposes, here),
    )
    # O14: a payroll is approved as a whole, a batch as a whole unless the customer whose people approve has it row by
    # row; what hides its rows from approvers cannot be approved by the row.
    whole = batch.wages or ordering.approving(account, facts).whole_batch or bool(body.hide_detail)
    ordered = _ordered(batch, body, account, here, whole=whole)
    assessed = ordering.assess(ordered, command, facts, moment=moment, bank=bank)
    if isinstance(assessed, list):
        faults += assessed
    if batch.wages:
        cap = customer.payroll_cap if customer.payroll_cap is not None else limits.PAYROLL_CAP
        faults += limits.payroll_faults(body.total, cap, f"{here}/Total")
    faults += amending.faults(command, facts)
    if faults or isinstance(assessed, list) or any(each.count for each in rows):
        return refuse(faults, *rows)
    entered = _entered(batch, ordered, assessed, command, moment=moment, bank=bank)
    return replace(entered, settled=amending.amended(command, facts, moment))


def _closed_faults(batch: Batch, body: Any, account: Account, here: str) -> Found:
    """R1.23, O21: a closed account pays only who is on its list."""
    payees = enumerate((batch.payee(row)[0] for row in body.row), 1)
    barred = [(number, payee) for number, payee in payees if not accounts.may_pay_to(account, payee, None)]
    first = islice(barred, DETAILS_MAX)
    details = (Detail(Code.PAYEE_NOT_IN_CLOSED_LIST, f"{here}/Row[{number}]", payee) for number, payee in first)
    return Found(tuple(details), len(barred))


def _ordered(batch: Batch, body: Any, account: Account, here: str, *, whole: bool) -> Ordered:
    """The batch as plans, time and limits see it; its rows count as outgoing, whoever the payees are."""
    rows = [Row(row.amount, f"{here}/Row[{number}]/Amount") for number, row in enumerate(body.row, 1)]
    return Ordered(
        account=account,
        planned=[Row(body.total, "")] if whole else rows,
        rows=rows,
        takes=Takes.NOTHING if batch.wages else Takes.OUTGOING,
        place=here,
        total_place=f"{here}/Total",
        arrival=getattr(body, "arrival", None),
        scheduled_for=getattr(body, "scheduled_for", None),
        named=body.next_operator,
    )


def _entered(
    batch: Batch, ordered: Ordered, assessed: Assessed, command: Command, *, moment: Moment, bank: Bank
) -> Enter:
    """All rows, with the matter of the whole or one for each."""
    body = command.body
    matters: tuple[Matter, ...]
    if ordered.planned is not ordered.rows:
        matters = (
            ordering.matter_of(
                ordered,
                assessed.plans[0],
                binding.write(_content(command, None, body.total)),
                command,
                moment=moment,
                bank=bank,
                amount=body.total,
                count=len(body.row),
                hidden=bool(body.hide_detail),
            ),
        )
    else:
        matters = tuple(
            ordering.matter_of(
                ordered,
                plan,
                binding.write(_content(command, number, row.amount)),
                command,
                moment=moment,
                bank=bank,
                amount=row.amount,
                row=number,
                payee=batch.payee(row),
            )
            for number, (row, plan) in enumerate(zip(body.row, assessed.plans, strict=True), 1)
        )
    first = matters[0]
    reply = batch.reply(
        request_id=command.head.request_id,
        state=BatchState(min(matters, key=_advance).state.value),
        final=False,
        count=len(body.row),
        total=body.total,
        plan=plan_item(first),
        runs_at=runs_at(first),
        warning=tuple(warning_item(detail, command.language) for detail in assessed.warnings),
    )
    return Enter(
        reply=Reply(Outcome(entry_code(first)), binding.write(reply)),
        matters=matters,
        rows=_rows(batch, ordered, matters, command, moment=moment),
    )


def _advance(matter: Matter) -> bool:
    """Rows without a step may be with the bank already: the batch is where its least advanced row is."""
    return matter.state is TransferState.PROCESSING


def _content(command: Command, number: int | None, amount: int) -> Content:
    """What an approver is shown of the whole, or of one row: the digest of the body stands for all rows."""
    body, head = command.body, command.head
    row = body.row[number - 1] if number is not None else None
    return Content(
        customer_id=head.customer_id,
        request_id=head.request_id,
        row=number,
        service=command.service.name if command.service else "",
        entry_operator=head.operator_id,
        payer_account=body.payer_account,
        payee_account=row.payee_account if row is not None else None,
        payee_name=row.payee_name if row is not None else None,
        amount=amount,
        count=None if row is not None else len(body.row),
        currency=body.currency,
        purpose=row.purpose if row is not None else None,
        arrival=getattr(body, "arrival", None),
        scheduled_for=getattr(body, "scheduled_for", None),
        replaces=body.replaces,
        body_digest=command.body_digest.hex(),
    )


def _rows(
    batch: Batch, ordered: Ordered, matters: tuple[Matter, ...], command: Command, *, moment: Moment
) -> Iterator[tuple[Any, ...]]:
    """The payments in the columns of gateway.journal.transfers, one after the other."""
    head, body = command.head, command.body
    day = moment.business_date.isoformat()
    purpose = PURPOSES[body.kind] if batch.wages else ""
    by_row = len(matters) > 1 or matters[0].key.row > 0
    for number, row in enumerate(body.row, 1):
        matter = matters[number - 1] if by_row else matters[0]
        released = matter.state is TransferState.PROCESSING
        yield (
            *(head.customer_id, head.request_id, number, row.row_id, row.employee_id if batch.wages else None),
            *(ordered.account.owner, body.payer_account, *batch.payee(row), None, row.amount, body.currency),
            *(purpose or row.purpose, None if batch.wages else row.end_to_end_id, row.remark, False),
            *(ordered.takes.value, (matter.basis if released else Basis.IMMEDIATE).value, day),
            *((State.RELEASED if released else State.ENTERED).value, ""),
        )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    name: Functions(decide=decide, subject=own_id, claims=if_entitled, counters=ordering.counters_of, needs_core=False)
    for name, decide in (
        ("SubmitBatch", _batch),
        ("SubmitInterbankBatch", _interbank),
        ("SubmitPayroll", _payroll),
    )
}
"""By the name of the service."""
