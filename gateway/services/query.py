"""What became of a request by the sender's own id (QueryTransfer), and the fence that makes "not found" safe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.domain import entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment, Request, Transfer
from gateway.domain.incoming import Incoming
from gateway.domain.managing import is_administrator
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.states import State, told, told_final
from gateway.domain.tally import BATCHES
from gateway.journal.incoming import came_back
from gateway.journal.listing import rows_of, tally_of
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import history, plan_item, runs_at
from gateway.services.transfer import IN_BANK
from protocol.catalogue import CATALOGUE, Kind, Permission
from protocol.codes import Code, Result
from protocol.errors import Detail
from protocol.meanings import MEANINGS, text
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, ReturnItem, TransferItem, TransferState

_ADMINISTRATION: Final = frozenset(row.name for row in CATALOGUE.values() if row.kind is Kind.ADMINISTRATION)
"""The names of the services that administer."""


def asked_id(command: Command) -> str | None:
    """The subject of a query about a request: the id that it names."""
    request_id: str = command.body.request_id
    return request_id


def order_key(request: Request) -> MatterKey:
    """The matter of an order as a whole."""
    return MatterKey(request.customer_id, request.request_id, 0)


def _claims(command: Command, facts: Facts) -> str | None:
    body: QueryTransfer = command.body
    if not body.fence or _faults(command, facts):
        return None
    return "fence"


def _faults(command: Command, facts: Facts) -> list[Detail]:
    """A fence is a decision about money: it takes the permission to enter beside the one to query."""
    faults = entitlement.faults(command, facts)
    if command.body.fence and not faults and facts.person and "enter" not in facts.person.permissions:
        faults.append(Detail(Code.NOT_PERMITTED, place("QueryTransfer", "Fence"), "enter"))
    return faults


def _decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    if faults := _faults(command, facts):
        return refuse(faults)
    request = facts.request
    if request is None:
        return done(QueryTransferReply(request_id=command.body.request_id, state=TransferState.NOT_FOUND, final=False))
    matter = facts.matters.get(order_key(request))
    here = place("QueryTransfer", "RequestId")
    if faults := hidden(request, matter, facts, here):
        return refuse(faults)
    if request.transfer is not None:
        told_of_payment = _payment(request, request.transfer, matter, command.language)
        if request.transfer.leg is None or request.transfer.state is not State.SUCCEEDED:
            return done(told_of_payment)
        key = order_key(request)
        return Read(lambda tx: done(replace(told_of_payment, return_=return_item(came_back(tx, [key]).get(key)))))
    told_of = _other(request, matter, command.language)
    of_runs = matter is not None and matter.recurs and told_of.state is TransferState.SUCCEEDED
    if told_of.state is TransferState.REFUSED or not (of_runs or request.service in BATCHES):
        return done(told_of)

    def read(tx: Connection) -> Reply | Refuse:
        """What became of a batch, or of a recurring order with no run left, follows from its payments.

        QueryBatch, QueryPayroll and QueryRecurring tell of each.
        """
        rows = rows_of(tx, order_key(request)[:2], part=None, row_key=None, after=0, most=1)
        if rows and (faults := _unlisted(request, rows[0].payer_account, facts, here)):
            return refuse(faults)
        tally = tally_of(tx, request.customer_id, request.request_id)
        state = TransferState(tally.state.value) if tally.count() else TransferState.FAILED
        return done(replace(told_of, state=state, final=told_final(state)))

    return Read(read)


def hidden(request: Request, matter: Matter | None, facts: Facts, here: str) -> list[Detail]:
    """Why another operator's request is not told: an account off the own list (R1.5), an act of administration.

    Never told as not found: who takes that for true pays again. `here` is the path of the element that names the id.
    """
    _, person = own(facts)
    if request.operator_id == person.operator_id:
        return []
    if request.service in _ADMINISTRATION and not is_administrator(person):
        return [Detail(Code.NOT_PERMITTED, here, Permission.ADMINISTER)]
    order = request.transfer or matter
    return _unlisted(request, order.payer_account, facts, here) if order and order.payer_account else []


def _unlisted(request: Request, payer: str, facts: Facts, here: str) -> list[Detail]:
    """Why another operator's order is not told: the account that pays is not on the asker's list (R1.5)."""
    _, person = own(facts)
    if request.operator_id == person.operator_id or payer in person.accounts:
        return []
    return [Detail(Code.ACCOUNT_NOT_LISTED, here, request.request_id)]


def _payment(request: Request, transfer: Transfer, matter: Matter | None, language: str) -> QueryTransferReply:
    """A payment, wherever it is; its way through approval and schedule is shown where it had one."""
    state = told(transfer.state, matter.state if matter else None)
    code = transfer.reasons[0] if transfer.reasons else None
    return QueryTransferReply(
        request_id=request.request_id,
        state=state,
        final=told_final(state),
        service=request.service,
        code=code,
        text=_text(code, language) if code else None,
        transfer=item(transfer),
        plan=plan_item(matter) if matter else None,
        runs_at=runs_at(matter) if matter else None,
        history=history(matter) if matter else (),
    )


def _other(request: Request, matter: Matter | None, language: str) -> QueryTransferReply:
    """A fence, a refusal, an order of many payments, or an act: what is known of it by its id."""
    state, code = standing(request, matter)
    return QueryTransferReply(
        request_id=request.request_id,
        state=state,
        final=told_final(state),
        service=None if request.kind == "fence" else request.service,
        code=code,
        text=_text(code, language) if code else None,
        plan=plan_item(matter) if matter else None,
        runs_at=runs_at(matter) if matter else None,
        history=history(matter) if matter else (),
    )


def standing(request: Request, matter: Matter | None) -> tuple[TransferState, Code | None]:
    """Where an order without a payment of its own stands, and why it did not come to a good end, if it did not."""
    if request.kind == "fence":
        return TransferState.FENCED, Code.REQUEST_ID_FENCED
    if request.code is None:
        return TransferState.PROCESSING, None
    if MEANINGS[request.code].result is Result.REFUSED:
        return TransferState.REFUSED, request.code
    if matter is None:
        return TransferState.SUCCEEDED, None
    return matter.state, Code(matter.reasons[0]) if matter.reasons else None


def _text(code: Code, language: str) -> str:
    return text(code, "en" if language == "en" else "zh")


def item(transfer: Transfer) -> TransferItem:
    """A payment as it is shown."""
    leg = transfer.leg
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
        channel=leg.channel if leg else IN_BANK,
        fee=leg.fee if leg else None,
        value_date=leg.value_date if leg else None,
        status=leg.status if leg else None,
        settled_on=leg.settled_on if leg else None,
        reference=transfer.reference,
        business_date=transfer.business_date,
        booked_at=instant(transfer.booked_ms) if transfer.booked_ms is not None else None,
    )


def return_item(credit: Incoming | None) -> ReturnItem | None:
    """The credit that brought a payment back, as it is shown."""
    if credit is None or credit.reference is None or credit.booked_ms is None:
        return None
    return ReturnItem(
        reference=credit.reference,
        amount=credit.amount,
        booked_at=instant(credit.booked_ms),
        reason_code=credit.reason or None,
        reason_text=credit.reason_text or None,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "QueryTransfer": Functions(needs_core=False, decide=_decide, subject=asked_id, claims=_claims),
}
"""By the name of the service."""
