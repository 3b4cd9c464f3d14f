"""A bank that is linked to a clearing side, carried by hand: each step of the carrier on its own, the clock moved.

What a step takes may be dropped, as if the process had been killed then; whoever steps next takes it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select

from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Head,
    Original,
    Outcome,
    Party,
    Status,
    System,
    SystemNow,
    SystemState,
)
from core_adapter.core import CLEARING_ACCOUNTS, FEE_ACCOUNT, SUSPENSE_ACCOUNT, Core
from core_adapter.database import transact
from gateway.administration import banks
from gateway.domain.facts import Moment, Transfer
from gateway.domain.incoming import Incoming
from gateway.domain.terms import Fee, RoutingRules, Terms
from gateway.journal import cases, clearing, incoming, record, wire
from gateway.journal.banks import difference
from gateway.journal.clearing import Pace, Taken
from gateway.journal.tables import CASE, LEG
from gateway.services.desk import Desk
from gateway.services.ending import Ended, with_core
from protocol.messages.transfer import QueryTransfer, QueryTransferReply
from tests.gateway.domain.moments import RULES
from tests.journal.bank import BANK_CODE, PAYEE, Bank, command, transfer
from tests.journal.interbank import BRANCH, HEAD
from tests.journal.replies import told

T = TypeVar("T")
FEE: Final = 5_00
CENTRE: Final = HEAD.code
PACE: Final = Pace(answer_ms=1_000, pause_max_ms=8_000, case_ms=60_000, lease_ms=2_000)
FAR: Final = "6222020200012345678"
"""The payee at the other bank."""


class Carrying:
    """See the module; every payment to another bank costs FEE."""

    def __init__(self, bank: Bank, core: Core | None = None) -> None:
        """Loads two offices of another bank and starts a node on a Monday morning, its core the ledger or another."""
        self.bank = bank
        engine = bank.journal()
        given = {each.code: each for each in (HEAD, BRANCH)}
        transact(engine, lambda tx: banks.replace(tx, difference(tx, given)))
        bank.set_clock("2026-11-02 10:00")
        self.engine = engine
        self.node = bank.node(
            core, lease_seconds=0.2, rules=RULES, routing=RoutingRules(terms=Terms(fees=(Fee(None, FEE),)))
        )
        self.desk = Desk(bank.ledger(), self.node.scribe, lambda _: None)
        self.ids = wire.Ids()
        self.later_ms = 0
        self._messages = count(1)
        self.ids.add(*self.run(lambda tx, _: wire.set_aside(tx, datetime(2026, 11, 2, tzinfo=UTC))))

    def run(self, work: Callable[[Connection, Moment], T]) -> T:
        """Do something in a transaction, at the moment to which the clock was moved."""

        def at(tx: Connection) -> T:
            moment, _ = record.site(tx)
            return work(tx, replace(moment, now_ms=moment.now_ms + self.later_ms))

        return transact(self.engine, at)

    # -- the customer

    def pay(self, request_id: str, amount: int = 100_00, **changed: Any) -> str:
        """Pay to the other bank; the reply."""
        given = {"payee_account": FAR, "payee_name": "远方供应商", "payee_bank_code": BRANCH.code}
        return self.node.answer(transfer(request_id, amount, **given | changed))

    def asked(self, request_id: str) -> QueryTransferReply:
        """What QueryTransfer tells."""
        return told(self.node.answer(command(QueryTransfer(request_id=request_id), "Q")), QueryTransferReply)

    # -- the carrier's steps

    def take(self, *, up: bool = True, after_ms: int = 0) -> Taken:
        """Take what is due, after so many milliseconds."""
        self.later_ms += after_ms
        return self.run(lambda tx, moment: clearing.take(tx, moment, self.ids, PACE, up=up))

    def send(self, request_id: str) -> Transfer:
        """Send what is to be sent; the payment as it left."""
        return next(t for pack in self.take().send for t in pack if t.request_id == request_id)

    def hear(self, *outcomes: Outcome) -> None:
        """Hear words about payments."""
        self.run(lambda tx, moment: clearing.hear(tx, moment, outcomes, PACE, bank=BANK_CODE))

    def unknown(self, *sent: Transfer) -> list[list[Transfer]]:
        """Hear that the centre has none of these; what is sent again."""
        return self.run(lambda tx, moment: clearing.unknown(tx, moment, [original(t) for t in sent], PACE))

    def at_the_core(self, taken: Taken, came: Sequence[Incoming] = ()) -> Ended:
        """Let the core post, void and credit; nothing of it is stored."""
        return with_core(self.desk, taken.end, came)

    def store(self, ended: Ended) -> None:
        """Store what the core did."""

        def work(tx: Connection, moment: Moment) -> None:
            if ended.done:
                clearing.ended(tx, moment, ended.done)
            if ended.booked:
                incoming.store(tx, moment, ended.booked)

        self.run(work)

    def end(self) -> None:
        """Post or void what has its final word, and book what came in."""
        taken = self.take(up=False)
        self.store(self.at_the_core(taken, self.came()))

    def came(self, *, after_ms: int = 0) -> list[Incoming]:
        """Take the credits that came in."""
        self.later_ms += after_ms
        return self.run(lambda tx, moment: incoming.take(tx, moment, PACE.lease_ms, bank=BANK_CODE))

    def bring(self, *credits_: Credit, message_id: str | None = None) -> None:
        """The centre delivers credits, as often as it likes."""
        head = Head(
            sender=CENTRE,
            receiver=BANK_CODE,
            system=System.IBPS,
            sent_at=datetime(2026, 11, 2, 10),  # noqa: DTZ001  the wall clock of Shanghai travels without a zone
            message_id=message_id or f"20261102{next(self._messages):08d}",
        )

        def work(tx: Connection, moment: Moment) -> None:
            message = Credits(head=head, credits=credits_)
            if wire.receive(tx, message, b"", moment.now_ms):
                incoming.enter(tx, message, moment)

        self.run(work)

    def succeed(self, request_id: str) -> Transfer:
        """Pay 100.00, and let the clearing side settle it; the payment as it left."""
        self.pay(request_id)
        sent = self.send(request_id)
        self.hear(word(sent, Status.SETTLED))
        self.end()
        return sent

    @property
    def wall(self) -> datetime:
        """The wall clock of Shanghai, as messages carry it."""
        return datetime(2026, 11, 2, 10)  # noqa: DTZ001  it travels without a zone

    def on_clearing_day(self, day: date) -> None:
        """The clearing side says on which day it works."""
        now = (SystemNow(System.IBPS, SystemState.OPEN, day),)
        self.run(lambda tx, moment: wire.note_systems(tx, now, moment.now_ms))

    def as_sent(self, request_id: str) -> Transfer:
        """The payment as it stands, under the ids under which it left."""
        tx_id = self.leg(request_id).tx_id
        return self.run(lambda tx, _: clearing.by_tx(tx, [tx_id]))[tx_id]

    # -- what is in the books

    def cases(self) -> list[str]:
        """The kinds of the open cases, in order."""
        return self.run(lambda tx, _: [row.kind for row in cases.listed(tx, closed=False, most=100)])

    def case_numbers(self) -> list[int]:
        """The numbers of all cases."""
        return self.run(lambda tx, _: list(tx.execute(select(CASE.c.number).order_by(CASE.c.number)).scalars()))

    def leg(self, request_id: str) -> Any:
        """The row of a leg."""
        return self.run(lambda tx, _: tx.execute(select(LEG).where(LEG.c.request_id == request_id)).one())

    def on(self, account: str) -> int:
        """The balance of one of the bank's own accounts, in fen; 0 where it was never used."""
        found = self.bank._books()[1].accounts([account])
        return found[account].balance if account in found else 0

    @property
    def out(self) -> int:
        """What went out to IBPS and did not come in, in fen."""
        return self.on(CLEARING_ACCOUNTS["IBPS"][0])

    @property
    def fees(self) -> int:
        """The fees taken, in fen."""
        return self.on(FEE_ACCOUNT[0])

    @property
    def aside(self) -> int:
        """What is put aside, in fen."""
        return self.on(SUSPENSE_ACCOUNT[0])


def original(sent: Transfer) -> Original:
    """The name of a payment on the wire."""
    assert sent.leg is not None
    return Original(BANK_CODE, sent.leg.message_id or "", sent.leg.tx_id or "")


def word(sent: Transfer, status: Status, *, amount: int | None = None, **more: Any) -> Outcome:
    """A word of the centre about a payment."""
    return Outcome(original=original(sent), status=status, amount=sent.amount if amount is None else amount, **more)


def credit(amount: int = 70_00, *, account: str = PAYEE, name: str = "乙公司", tx_id: str = "1", **more: Any) -> Credit:
    """A credit of another bank."""
    return Credit(
        tx_id=tx_id,
        kind=CreditKind.ONLINE,
        amount=amount,
        payer=Party(account=FAR, name="远方客户", bank=HEAD.code),
        payee=Party(account=account, name=name, bank=BANK_CODE),
        **more,
    )


def back(sent: Transfer, amount: int | None = None, *, tx_id: str = "9") -> Credit:
    """The credit that brings a payment back."""
    given = credit(sent.amount if amount is None else amount, account=sent.payer_account, name="甲公司", tx_id=tx_id)
    return replace(given, kind=CreditKind.RETURN, original=original(sent), reason="RJ03", reason_text="账户状态异常")
