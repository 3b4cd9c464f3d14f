"""The transfer services: an instruction in, and what became of it by the sender's own request id.

The answer to an instruction is made from its row alone (`answer`), so that recovery gives what the first try would.
"""

from collections.abc import Mapping
from typing import Final

from gateway.domain import entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Pay, Refuse, Reply
from gateway.domain.facts import Facts, Moment, Request, Transfer
from gateway.domain.states import is_final
from gateway.services.service import Bank, Functions, done, place, refuse
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.meanings import text
from protocol.messages.transfer import (
    Arrival,
    QueryTransfer,
    QueryTransferReply,
    SubmitTransfer,
    SubmitTransferReply,
    TransferItem,
    TransferState,
)

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


def _submit_subject(command: Command) -> str | None:
    return command.head.request_id


def _submit_claims(command: Command, facts: Facts) -> str | None:
    """Who may not enter uses up no id: it could burn those of others."""
    return None if entitlement.faults(command, facts.actor) else "money"


def _submit_decide(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
    body: SubmitTransfer = command.body
    faults = entitlement.faults(command, facts.actor) + _submit_faults(body, facts, bank)
    if faults:
        return refuse(faults)
    return Pay(
        Transfer(
            customer_id=command.head.customer_id,
            request_id=command.head.request_id,
            payer_account=body.payer_account,
            payee_account=body.payee_account,
            payee_name=body.payee_name,
            payee_bank_code=body.payee_bank_code,
            amount=body.amount,
            currency=body.currency,
            purpose=body.purpose,
            end_to_end_id=body.end_to_end_id,
            remark=body.remark,
            business_date=moment.business_date,
            state=TransferState.PROCESSING,
        )
    )


def _submit_faults(body: SubmitTransfer, facts: Facts, bank: Bank) -> list[Detail]:
    """Every fault of an instruction against the gateway's own rules (R4.2, R1.5), in their documented order."""
    checks = (
        (body.payer_account not in facts.attached, Code.PAYER_NOT_ATTACHED, "PayerAccount", body.payer_account),
        (body.payer_account == body.payee_account, Code.SAME_ACCOUNT, "PayeeAccount", body.payee_account),
        (body.currency != "CNY", Code.CURRENCY_UNSUPPORTED, "Currency", body.currency),
        (body.payee_bank_code not in (None, bank.code), Code.CHANNEL_NOT_OPEN, "PayeeBankCode", body.payee_bank_code),
        (body.arrival not in (None, Arrival.REAL_TIME), Code.NOT_OFFERED, "Arrival", body.arrival),
        (bool(body.urgent), Code.NOT_OFFERED, "Urgent", "true"),
        (body.scheduled_for is not None, Code.NOT_OFFERED, "ScheduledFor", str(body.scheduled_for)),
        (body.next_operator is not None, Code.NOT_OFFERED, "NextOperator", body.next_operator),
        (body.replaces is not None, Code.NOT_OFFERED, "Replaces", body.replaces),
        (bool(body.save_payee), Code.NOT_OFFERED, "SavePayee", "true"),
    )
    return [Detail(code, place("SubmitTransfer", element), value) for wrong, code, element, value in checks if wrong]


def answer(transfer: Transfer) -> Reply | Refuse:
    """The answer to an instruction as it stands: booked, declined by the core, or not known yet."""
    if transfer.state is TransferState.FAILED:
        return Refuse(
            transfer.reasons[0],
            tuple(
                Detail(reason, place("SubmitTransfer", PLACES[reason]) if reason in PLACES else None)
                for reason in transfer.reasons
            ),
        )
    succeeded = transfer.state is TransferState.SUCCEEDED
    body = SubmitTransferReply(
        request_id=transfer.request_id,
        state=transfer.state,
        final=succeeded,
        channel=IN_BANK,
        reference=transfer.reference,
        business_date=transfer.business_date,
        booked_at=instant(transfer.booked_ms) if transfer.booked_ms is not None else None,
    )
    return Reply(Outcome(Code.DONE if succeeded else Code.PENDING), binding.write(body))


def _query_subject(command: Command) -> str | None:
    request_id: str = command.body.request_id
    return request_id


def _query_claims(command: Command, facts: Facts) -> str | None:
    body: QueryTransfer = command.body
    if not body.fence or _query_faults(command, facts):
        return None
    return "fence"


def _query_faults(command: Command, facts: Facts) -> list[Detail]:
    """A fence is a decision about money: it takes the permission to enter beside the one to query."""
    faults = entitlement.faults(command, facts.actor)
    if command.body.fence and not faults and facts.actor and "enter" not in facts.actor.permissions:
        faults.append(Detail(Code.NOT_PERMITTED, place("QueryTransfer", "Fence"), "enter"))
    return faults


def _query_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := _query_faults(command, facts):
        return refuse(faults)
    request = facts.request
    if request is None:
        return done(QueryTransferReply(request_id=command.body.request_id, state=TransferState.NOT_FOUND, final=False))
    return done(_found(request, command.language))


def _found(request: Request, language: str) -> QueryTransferReply:
    if request.kind == "fence":
        return QueryTransferReply(
            request_id=request.request_id,
            state=TransferState.FENCED,
            final=True,
            code=Code.REQUEST_ID_FENCED,
            text=_text(Code.REQUEST_ID_FENCED, language),
        )
    transfer = request.transfer
    if transfer is None and request.code is None:
        return QueryTransferReply(
            request_id=request.request_id, state=TransferState.PROCESSING, final=False, service=request.service
        )
    if transfer is None:
        refusal = request.code or Code.INTERNAL
        return QueryTransferReply(
            request_id=request.request_id,
            state=TransferState.REFUSED,
            final=True,
            service=request.service,
            code=refusal,
            text=_text(refusal, language),
        )
    code = transfer.reasons[0] if transfer.reasons else None
    return QueryTransferReply(
        request_id=request.request_id,
        state=transfer.state,
        final=is_final(transfer.state),
        service=request.service,
        code=code,
        text=_text(code, language) if code else None,
        transfer=_item(transfer),
    )


def _text(code: Code, language: str) -> str:
    return text(code, "en" if language == "en" else "zh")


def _item(transfer: Transfer) -> TransferItem:
    return TransferItem(
        payer_account=transfer.payer_account,
        payee_account=transfer.payee_account,
        payee_name=transfer.payee_name,
        payee_bank_code=transfer.payee_bank_code,
        amount=transfer.amount,
        currency=transfer.currency,
        purpose=transfer.purpose,
        end_to_end_id=transfer.end_to_end_id,
        remark=transfer.remark,
        channel=IN_BANK,
        reference=transfer.reference,
        business_date=transfer.business_date,
        booked_at=instant(transfer.booked_ms) if transfer.booked_ms is not None else None,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "SubmitTransfer": Functions(decide=_submit_decide, subject=_submit_subject, claims=_submit_claims),
    "QueryTransfer": Functions(needs_core=False, decide=_query_decide, subject=_query_subject, claims=_query_claims),
}
"""By the name of the service."""
