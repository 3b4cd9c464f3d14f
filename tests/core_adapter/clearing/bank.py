"""A bank before the centre's book without a socket: it sends values, and a hand-moved clock does the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from core_adapter.channels.cnaps import Unreadable
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Head,
    Login,
    Message,
    Original,
    Outcome,
    Party,
    Priority,
    Received,
    ReturnRequest,
    Status,
    StatusAnswer,
    StatusQuery,
    System,
    Told,
)
from core_adapter.clearing import orders
from core_adapter.clearing.book import Book
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.settings import Clearing
from core_adapter.clearing.turn import Arrived, Done
from core_adapter.clearing.values import Send
from protocol.names import bank_code_check_digit

CENTRE: Final = "90229000000" + bank_code_check_digit("90229000000")
BANK: Final = "31310009999" + bank_code_check_digit("31310009999")
OTHER: Final = "30929009999" + bank_code_check_digit("30929009999")
START: Final = 1_772_416_800_000
"""2026-03-02 10:00 in Shanghai, in milliseconds since 1970."""
PAYEE: Final = "6222020200012345678"
VIA: Final = 7

M = TypeVar("M", bound=Message)


def settings_at(folder: Path, **changed: Any) -> Clearing:
    """Settings with a book in that folder."""
    made = Clearing(host="127.0.0.1", port=0, book=folder / "clearing.db", centre=CENTRE, bank=BANK)
    return replace(made, **changed)


def credit(amount: int = 100_00, *, tx_id: str = "1", account: str = PAYEE, system: System = System.IBPS) -> Credit:
    """A credit of the bank for a payee elsewhere."""
    return Credit(
        tx_id=tx_id,
        kind=CreditKind.ONLINE if system is System.IBPS else CreditKind.REMITTANCE,
        amount=amount,
        payer=Party(account="11010100000000001", name="云帆贸易有限公司", bank=BANK),
        payee=Party(account=account, name="远方供应商", bank=OTHER),
        purpose="货款",
    )


@dataclass
class Bank:
    """The bank and the centre's book, at a moment of `now`; `heard` is all that reached the bank."""

    settings: Clearing
    book: Book
    now: int = START
    ready: bool = True
    heard: list[Message] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    sent: int = 0

    def head(self, system: System = System.CCMS, priority: Priority = Priority.NORMAL, reference: str = "") -> Head:
        """The head of a new message of the bank."""
        self.sent += 1
        return Head(
            sender=BANK,
            receiver=CENTRE,
            system=system,
            sent_at=datetime(2026, 3, 2, 10),  # noqa: DTZ001  the wall clock of Shanghai travels without a zone
            message_id=f"20260302{self.sent:08d}",
            reference_id=reference,
            priority=priority,
        )

    def turn(self, *messages: Message | Unreadable) -> Done:
        """One turn with what the bank sends; what it is told is heard."""
        lines = Lines(frozenset({VIA}), (VIA,)) if self.ready else Lines()
        done = self.book.turn([Arrived(VIA, each) for each in messages], lines=lines, now=self.now)
        self.heard += [send.message for send in done.sends]
        self.sends += done.sends
        return done

    def later(self, seconds: float) -> None:
        """Let time pass, with a turn whenever something is due."""
        end = self.now + int(seconds * 1000)
        while self.now < end:
            self.now = min(self.now + 250, end)
            self.turn()

    def pay(
        self, *paid: Credit, system: System = System.IBPS, priority: Priority = Priority.NORMAL
    ) -> tuple[Original, ...]:
        """Send credits in one message; how they are named."""
        message = Credits(head=self.head(system, priority), credits=paid)
        self.turn(message)
        return tuple(Original(BANK, message.head.message_id, each.tx_id) for each in paid)

    def ask(self, *originals: Original) -> StatusAnswer:
        """Ask what became of credits."""
        self.turn(StatusQuery(head=self.head(), originals=originals))
        return self.last(StatusAnswer)

    def status(self, original: Original) -> Status:
        """What the centre says became of one credit."""
        return self.ask(original).outcomes[0].status

    def request(self, original: Original, amount: int) -> ReturnRequest:
        """Ask for a return."""
        message = ReturnRequest(head=self.head(), original=original, amount=amount, reason="付错")
        self.turn(message)
        return message

    def login(self) -> None:
        """Log in."""
        self.turn(Login(head=self.head()))

    def acknowledge(self, message: Credits) -> None:
        """Acknowledge credits that were delivered."""
        self.turn(Received(head=self.head(message.head.system, reference=message.head.message_id)))

    def last(self, kind: type[M]) -> M:
        """The latest message of a kind."""
        return self.all(kind)[-1]

    def all(self, kind: type[M]) -> list[M]:
        """Every message of a kind, in order."""
        return [each for each in self.heard if isinstance(each, kind)]

    def told(self, original: Original) -> list[Outcome]:
        """Every outcome that the bank was told of a credit, unasked, in order."""
        return [each for told in self.all(Told) for each in told.outcomes if each.original == original]

    def statuses(self, original: Original) -> list[str]:
        """The statuses of them."""
        return [str(each.status) for each in self.told(original)]

    def delivered(self) -> list[Credits]:
        """Every delivery, repeated ones included."""
        return self.all(Credits)


def incoming(amount: int, system: System = System.IBPS) -> orders.Incoming:
    """A credit of another bank, as a command has it paid."""
    return orders.Incoming(
        system=system, account="11010100000000001", name="云帆贸易有限公司", amount=amount, bank=OTHER
    )


def names(sends: Sequence[Send]) -> list[str]:
    """What kinds of messages these are."""
    return [type(send.message).__name__ for send in sends]
