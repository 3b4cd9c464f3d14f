"""Payments as messages to the clearing side, and what the core does with credits from there: pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Head,
    Original,
    Party,
    Priority,
    StatusQuery,
    System,
)
from core_adapter.channels.reasons import PAYEE_BARRED, PAYEE_NAME, PAYEE_UNKNOWN, Reason
from core_adapter.core import CLEARING_ACCOUNTS, SUSPENSE_ACCOUNT, Move, MoveKind
from gateway.domain.banks import PayeeBank
from gateway.domain.calendar import SHANGHAI
from gateway.domain.channel import Channel
from gateway.domain.facts import Takes, Transfer
from gateway.domain.incoming import BANK_ITSELF, Incoming
from gateway.domain.leg import Leg
from gateway.domain.states import State
from protocol.codes import Code

CREDIT: Final = 1
KEEP: Final = 2
"""The steps of an incoming credit at the core: to its account, or to the bank's own where it cannot be booked."""
_WHY: Final[dict[Code, Reason]] = {Code.PAYEE_UNKNOWN: PAYEE_UNKNOWN, Code.PAYEE_NAME_MISMATCH: PAYEE_NAME}


class Wire:
    """The names and the clock that every message of this bank carries."""

    def __init__(self, bank: str, centre: str) -> None:
        """`bank` and `centre` are 12-digit codes."""
        self.bank = bank
        self.centre = centre

    def head(self, system: System, message_id: str, now: datetime, **more: object) -> Head:
        """The head of a message to the centre; `now` is aware."""
        at = now.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
        return replace(
            Head(sender=self.bank, receiver=self.centre, system=system, sent_at=at, message_id=message_id),
            **more,  # type: ignore[arg-type]  # the fields of a head
        )

    def credits(self, pack: Sequence[Transfer], now: datetime) -> Credits:
        """The message of payments that leave together."""
        leg = pack[0].leg
        assert leg is not None
        assert leg.message_id is not None
        priority = Priority.MOST_URGENT if leg.urgent else Priority.NORMAL
        return Credits(
            head=self.head(System(leg.channel.value), leg.message_id, now, priority=priority),
            credits=tuple(self._credit(transfer) for transfer in pack),
        )

    def _credit(self, transfer: Transfer) -> Credit:
        leg = transfer.leg
        assert leg is not None
        assert leg.tx_id is not None
        usual = CreditKind.ONLINE if leg.channel is Channel.IBPS else CreditKind.REMITTANCE
        credit = Credit(
            tx_id=leg.tx_id,
            kind=usual,
            amount=transfer.amount,
            payer=Party(account=transfer.payer_account, name=leg.payer_name, bank=self.bank),
            payee=Party(account=transfer.payee_account, name=transfer.payee_name, bank=leg.participant),
            purpose=transfer.purpose,
            end_to_end_id=transfer.end_to_end_id or "",
        )
        if transfer.customer_id != BANK_ITSELF:
            return credit
        # A credit sent back names that credit in its own request id, and in its remark whom that was for.
        message_id, tx_id = transfer.request_id[:16], transfer.request_id[16:]
        return replace(
            credit,
            kind=CreditKind.RETURN,
            payer=Party(account=transfer.remark or "", name=leg.payer_name, bank=self.bank),
            original=Original(self.centre, message_id, tx_id),
            reason=leg.code or PAYEE_UNKNOWN.code,
            reason_text=leg.text or PAYEE_UNKNOWN.text,
            end_to_end_id="",
        )

    def query(self, asked: Sequence[Transfer], message_id: str, now: datetime) -> StatusQuery:
        """The question what became of payments."""
        originals = tuple(
            Original(self.bank, leg.message_id or "", leg.tx_id or "") for t in asked if (leg := t.leg) is not None
        )
        return StatusQuery(head=self.head(System.CCMS, message_id, now), originals=originals)


def credit_move(incoming: Incoming, name: str, on: date) -> Move:
    """The move that brings a credit to its account: of a return, to the account that had paid."""
    account, _ = CLEARING_ACCOUNTS[incoming.channel]
    to = incoming.original.payer_account if incoming.original else incoming.payee_account
    return Move(
        instruction=incoming.instruction,
        step=CREDIT,
        kind=MoveKind.TRANSFER,
        payer=account,
        payee=to,
        payee_name=name,
        amount=incoming.amount,
        currency="CNY",
        business_date=on,
        purpose=incoming.purpose or incoming.reason_text,
        outside_account=incoming.payer_account,
        outside_name=incoming.payer_name,
    )


def keep_move(incoming: Incoming, on: date) -> Move:
    """The move that puts a credit aside which cannot be booked."""
    account, _ = CLEARING_ACCOUNTS[incoming.channel]
    suspense, name = SUSPENSE_ACCOUNT
    return replace(
        credit_move(incoming, name, on),
        step=KEEP,
        payer=account,
        payee=suspense,
    )


def sent_back(incoming: Incoming, reasons: Sequence[Code], on: date) -> Transfer:
    """The bank's own payment that returns a credit (退汇) which cannot be booked."""
    why = _WHY.get(reasons[0], PAYEE_BARRED)
    leg = Leg(
        channel=incoming.channel,
        rule="",
        bank=PayeeBank(
            code=incoming.payer_bank,
            name="",
            region=incoming.payer_bank[3:7],
            ibps=incoming.payer_bank,
            beps=True,
            hvps=True,
        ),
        payer_name=incoming.payee_name,
        code=why.code,
        text=why.text,
    )
    return Transfer(
        customer_id=BANK_ITSELF,
        request_id=incoming.message_id + incoming.tx_id,
        operator_id="",
        owner=BANK_ITSELF,
        payer_account=SUSPENSE_ACCOUNT[0],
        payee_account=incoming.payer_account,
        payee_name=incoming.payer_name,
        payee_bank_code=incoming.payer_bank,
        amount=incoming.amount,
        currency="CNY",
        purpose=incoming.purpose[:120] or why.text[:120],
        remark=incoming.payee_account,
        takes=Takes.NOTHING,
        entered_on=on,
        business_date=on,
        state=State.CLEARING,
        leg=leg,
    )
