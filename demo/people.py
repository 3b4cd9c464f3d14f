"""The people of the demo's first company: each with its own key, on its own way in, seeing and deciding what waits."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from conformance.reply import VerifiedReply
from demo.daemon import Site
from demo.record import Record
from demo.sender import Sender, Telling
from protocol import examples
from protocol.binding import BEIJING
from protocol.codes import Code
from protocol.limits import PAGE_ROWS_MAX
from protocol.messages.account import QueryBalance, QueryBalanceReply
from protocol.messages.approval import (
    DecideInstructions,
    DecideInstructionsReply,
    DecideItem,
    Decision,
    ListPending,
    ListPendingReply,
    PendingItem,
)
from protocol.messages.batch import QueryPayrollReply
from protocol.messages.recurring import QueryRecurringReply
from protocol.messages.transfer import (
    QueryTransferReply,
    SubmitTransfer,
    SubmitTransferReply,
    TransferState,
)
from protocol.money import readable_amount

CAST: Final = {"erp01": False, "rev01": False, "aut01": True, "mgr01": False, "mgr02": True, "snd01": True}
"""By client: whether it comes over TCP."""
SETTLED_SECONDS: Final = 10.0
"""Within this time a payment that is with the bank, or whose hour has come, is made."""
PAUSE_SECONDS: Final = 0.05

Answer = TypeVar("Answer", QueryTransferReply, QueryPayrollReply, QueryRecurringReply)


@contextmanager
def gathered(site: Site, record: Record, scene: str) -> Iterator["People"]:
    """Everybody, connected, under the title of a scene."""
    with ExitStack() as stack:
        clients = {name: stack.enter_context(site.client(name, tcp=tcp)) for name, tcp in CAST.items()}
        yield People(
            {name: Sender(client, "TCP" if CAST[name] else "HTTP", record, scene) for name, client in clients.items()}
        )


@dataclass(frozen=True, slots=True)
class People:
    """See the module; `of` has them by client. What is not as expected is noted in the record."""

    of: dict[str, Sender]

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what was expected and did not hold."""
        self.of["erp01"].record.expect(what, holds=holds)

    def enter(self, message: object, request_id: str, what: str, code: Code) -> VerifiedReply | None:
        """ERP01 enters a transfer."""
        asked = f"ERP01 enters {what}"
        return self.of["erp01"].ask(asked, message, code, request_id=request_id, telling=_entered)

    def seen(self, client: str, request_id: str) -> PendingItem | None:
        """What somebody's list of pending instructions shows of one."""
        sender = self.of[client]
        question = ListPending(page_size=PAGE_ROWS_MAX)
        reply = sender.ask(f"{sender.operator} looks what waits", question, telling=_waiting)
        items = reply.body_as(ListPendingReply).item if reply is not None else ()
        return next((item for item in items if item.content.request_id == request_id), None)

    def decide(
        self,
        client: str,
        decision: Decision,
        item: DecideItem,
        code: Code = Code.DONE,
        *,
        how: str = "",
        reason: str | None = None,
    ) -> TransferState | None:
        """Somebody decides; the state that the instruction is in then, None where it was refused."""
        sender = self.of[client]
        message = DecideInstructions(decision=decision, reason=reason, item=(item,))
        reply = sender.ask(f"{sender.operator}: {decision}{how}", message, code, telling=lambda reply: str(_now(reply)))
        return _now(reply) if reply is not None and reply.accepted else None

    def pass_on(self, client: str, request_id: str, decision: Decision, *states: TransferState) -> None:
        """Somebody finds the order on the own list, decides under the digest shown there, and hands it on.

        It is in one of `states` then.
        """
        item = self.seen(client, request_id)
        self.expect(f"{client} may {decision} {request_id}", holds=item is not None and decision in item.may)
        if item is not None:
            now = self.decide(client, decision, DecideItem(request_id=request_id, digest=item.digest))
            self.expect(f"{request_id} is {states[0]} after {client}, not {now}", holds=now in states)

    def settled(
        self,
        question: object,
        kind: type[Answer],
        *,
        telling: Telling | None = None,
        over: Callable[[Answer], bool] = lambda answer: answer.final,
    ) -> Answer | None:
        """ERP01 asks what became of an order, once nothing is left to do for it, or another condition holds."""
        sender, deadline = self.of["erp01"], time.monotonic() + SETTLED_SECONDS
        while not over(sender.client.ask(question).body_as(kind)) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        reply = sender.ask("ERP01 asks what became of it", question, telling=telling or _became)
        return reply.body_as(kind) if reply is not None else None

    def available(self, account: str) -> int:
        """What an account of the company has, in fen."""
        return balances(self.of["erp01"], account)[0]


def balances(sender: Sender, *accounts: str) -> tuple[int, ...]:
    """What accounts have, in fen; -1 for each where that could not be learnt."""
    asked = f"{sender.operator} asks for the balance"
    reply = sender.ask(asked, QueryBalance(account=accounts), telling=_balances)
    if reply is None:
        return (-1,) * len(accounts)
    return tuple(item.available for item in reply.body_as(QueryBalanceReply).balance)


def payment(payer: str, amount: int, scheduled_for: datetime | None = None) -> SubmitTransfer:
    """A payment to the other company; fen."""
    return SubmitTransfer(
        payer_account=payer,
        payee_account=examples.PAYEE_ACCOUNT,
        payee_name=examples.PAYEE_NAME,
        amount=amount,
        currency="CNY",
        purpose="演示·货款",
        scheduled_for=scheduled_for,
    )


def _entered(reply: VerifiedReply) -> str:
    """The state, and who still has to act or when it runs."""
    entered = reply.body_as(SubmitTransferReply)
    steps = entered.plan.step if entered.plan is not None else ()
    named = ", ".join(f"{step.kind} {step.level or ''}".strip() for step in steps)
    hour = entered.runs_at.astimezone(BEIJING) if entered.runs_at is not None else None
    told = [str(entered.state), named, f"{hour:%Y-%m-%d %H:%M}" if hour else ""]
    return "; ".join(part for part in told if part)


def _waiting(reply: VerifiedReply) -> str:
    return ", ".join(item.content.request_id for item in reply.body_as(ListPendingReply).item) or "-"


def _now(reply: VerifiedReply) -> TransferState | None:
    return reply.body_as(DecideInstructionsReply).result[0].state


def _became(reply: VerifiedReply) -> str:
    """The state, and everybody's act."""
    found = reply.body_as(QueryTransferReply)
    acts = ", ".join(f"{item.act} {item.operator_id or ''}".strip() for item in found.history)
    return f"{found.state}: {acts}" if acts else str(found.state)


def _balances(reply: VerifiedReply) -> str:
    items = reply.body_as(QueryBalanceReply).balance
    return "; ".join(f"{item.account[-3:]}: {readable_amount(item.available)} CNY" for item in items)
