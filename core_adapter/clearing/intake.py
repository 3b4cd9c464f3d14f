"""What the centre makes of a message that came: pure, on a `Desk`, with what the book knows handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core_adapter.channels import reasons
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Head,
    Login,
    LoginAnswer,
    Original,
    Received,
    ReturnAnswer,
    ReturnRequest,
    Status,
    StatusAnswer,
    StatusQuery,
    SystemState,
)
from core_adapter.channels.reasons import Reason
from core_adapter.clearing import chance
from core_adapter.clearing.course import GOOD, begin, refuse
from core_adapter.clearing.desk import Desk
from core_adapter.clearing.magic import Magic, case_of
from core_adapter.clearing.values import ActionKind, Entry, Send
from protocol.names import bank_code_valid

_AS_ASKED: Final = "按退回申请退汇 / returned as asked"


@dataclass(slots=True, kw_only=True)
class Known:
    """What the book knows of the messages of a turn; credits that the turn books are added as it goes.

    `taken` are ids of messages of credits that were booked, `lost` how often others vanished, `credits` those named by
    others, `coming_back` those that a return stands for.
    """

    taken: set[str] = field(default_factory=set)
    lost: dict[str, int] = field(default_factory=dict)
    credits: dict[Original, Entry] = field(default_factory=dict)
    coming_back: set[Original] = field(default_factory=set)


def misdirected(desk: Desk, head: Head) -> Reason | None:
    """Why a message is not taken whoever reads it: from another bank, or for another centre."""
    if head.sender != desk.settings.bank:
        return reasons.NOT_A_PARTICIPANT
    if head.receiver != desk.settings.centre:
        return reasons.WRONG_RECEIVER
    return None


def take(desk: Desk, message: Credits, via: int, known: Known) -> None:
    """Take a message of credits: it vanishes, is discarded whole, or is booked and acknowledged."""
    head = message.head
    if _vanishes(desk, message, known):
        known.lost[head.message_id] = known.lost.get(head.message_id, 0) + 1
        return
    reason = _discarded(desk, message, known)
    if reason is not None:
        desk.refuse(head, via, reason)
        return
    known.taken.add(head.message_id)
    entries = [_entry(desk, message, credit, via) for credit in message.credits]
    if not all(desk.fate(entry).silent for entry in entries):
        _acknowledge(desk, head, via)
    for entry in entries:
        known.credits[entry.original] = entry
        reason = _refusal(desk, entry, known)
        if reason is None:
            begin(desk, entry)
        else:
            refuse(desk, entry, reason)


def answer(desk: Desk, query: StatusQuery, via: int, known: Mapping[Original, Entry]) -> None:
    """Answer what became of credits, as the book has it."""
    found = {each: desk.latest(known[each]) for each in query.originals if each in known}
    message = StatusAnswer(
        head=desk.head(query.head.system, reference=query.head.message_id),
        outcomes=tuple(entry.outcome() for entry in found.values()),
        unknown=tuple(dict.fromkeys(each for each in query.originals if each not in found)),
    )
    _send(desk, via, message)


def consider(desk: Desk, request: ReturnRequest, via: int, known: Mapping[Original, Entry]) -> None:
    """Answer whether a credit is returned, and have it returned if so; asked again, the answer is the same."""
    entry = known.get(request.original)
    entry = desk.latest(entry) if entry is not None else None
    refusal = _not_returned(desk, request, entry)
    if entry is not None and not refusal and not entry.returned_by:
        desk.keep(replace(entry, returned_by=request.head.message_id))
        about = {"code": reasons.PAYEE_BARRED.code, "text": _AS_ASKED}
        desk.later(desk.settings.return_seconds, ActionKind.RETURN, entry.number, **about)
    message = ReturnAnswer(
        head=desk.head(request.head.system, reference=request.head.message_id),
        original=request.original,
        agreed=not refusal,
        text=refusal,
    )
    _send(desk, via, message)


def log_in(desk: Desk, login: Login, via: int) -> None:
    """Let the bank speak on a connection, and tell it how the systems stand."""
    head = desk.head(login.head.system, reference=login.head.message_id)
    desk.sends.append(Send(via, LoginAnswer(head=head, accepted=True, systems=desk.systems_now())))


def _vanishes(desk: Desk, message: Credits, known: Known) -> bool:
    """Whether a message vanishes on its way: by chance, or once when it holds a credit that rehearses it."""
    head = message.head
    if head.message_id in known.taken:
        return False
    lost = known.lost.get(head.message_id, 0)
    if not lost and any(case_of(credit) is Magic.NEVER_KNOWN for credit in message.credits):
        return True
    return not chance.arrives(desk.settings.faults, head.sender, head.message_id, lost)


def _discarded(desk: Desk, message: Credits, known: Known) -> Reason | None:
    """Why a message of credits is not taken; what was taken before comes before all else."""
    head = message.head
    if head.message_id in known.taken:
        return reasons.DUPLICATE
    state = desk.system_now(head.system).state
    if state is not SystemState.OPEN:
        return reasons.IN_MAINTENANCE if state is SystemState.MAINTENANCE else reasons.CLOSED
    if len({credit.tx_id for credit in message.credits}) < len(message.credits):
        return reasons.REPEATED_TX
    return None


def _entry(desk: Desk, message: Credits, credit: Credit, via: int) -> Entry:
    """The credit as it stands when nothing is known of it yet."""
    head = message.head
    number = desk.credit_number()
    entry = Entry(
        number=number,
        sender=head.sender,
        message_id=head.message_id,
        credit=credit,
        system=head.system,
        priority=head.priority,
        status=Status.FORWARDED,
        received_at=desk.now,
        cleared_on=desk.standings[head.system].cleared_on,
        via=via,
    )
    desk.fresh[number] = entry
    return entry


def _refusal(desk: Desk, entry: Entry, known: Known) -> Reason | None:
    """What is wrong with a credit whatever its fate."""
    credit = entry.credit
    if credit.payer.bank != desk.settings.bank:
        return reasons.PAYER_BANK
    if not bank_code_valid(credit.payee.bank) or credit.payee.bank == desk.settings.bank:
        return reasons.PAYEE_BANK
    if credit.kind is not CreditKind.RETURN:
        return None
    assert credit.original is not None, "the codec reads no return without its original"
    back = known.credits.get(credit.original)
    is_due = back is not None and back.sender == desk.settings.centre and back.credit.amount == credit.amount
    if not is_due or credit.original in known.coming_back:
        return reasons.RETURN_MISMATCH
    known.coming_back.add(credit.original)
    return None


def _not_returned(desk: Desk, request: ReturnRequest, entry: Entry | None) -> str:
    """Why a credit is not returned; empty where it is."""
    if entry is None or entry.sender != desk.settings.bank:
        return "无此业务 / there is no such credit"
    if entry.credit.amount != request.amount:
        return "金额与原业务不符 / the credit has another amount"
    if entry.status not in GOOD:
        return "原业务未成功 / the credit has not succeeded"
    if entry.returned_by not in ("", request.head.message_id):
        return "原业务已退回 / the credit comes back already"
    return ""


def _acknowledge(desk: Desk, head: Head, via: int) -> None:
    _send(desk, via, Received(head=desk.head(head.system, reference=head.message_id)))


def _send(desk: Desk, via: int, message: Received | StatusAnswer | ReturnAnswer) -> None:
    """Send an answer as chance has it: not at all, twice, late; whoever waits for it asks again."""
    passage = chance.passage(desk.settings.faults, "answer", message.head.reference_id)
    desk.sends += [Send(via, message, late=passage.late)] * passage.copies
