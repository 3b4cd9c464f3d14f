"""The core banking interface: what the gateway may ask of the system that owns accounts and money.

It owns the value types that cross it and the promises every core keeps; it knows no database, socket or message.

Promises
- A move is named by (instruction, step). Sent again with equal content it gives the stored outcome and moves nothing;
  sent with other content it raises `MoveConflict`, for then the caller has a bug.
- `Done` and `Declined` are final. `Unknown` is neither: the caller asks by id, and sends nothing again unasked.
- `NotFound` is final only when the id was fenced: a late move of that id is then declined for ever.
- `CoreUnavailable` means that the call had no effect at all (reads: that there is no answer).
- Every amount is a positive int of fen; balances are fen. Times are aware UTC, taken from the core's own clock.
- All reasons of a decline come at once, in the order of `DECLINE_ORDER`.
- An account under a loss report (business rule R4.27) answers its balance and nothing else: no money in or out, and its
  entries are refused by `AccountLost`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from protocol.codes import Code
from protocol.money import FEN_MAX

INSTRUCTION_CHARS_MAX: Final = 80
"""Longest instruction id, in characters: a customer id and a request id with room for a prefix."""

MOVES_MAX: Final = 1000
"""Most moves in one call: bounds the locks and the memory of one batch; the best rate is reached well before."""

ENTRIES_MAX: Final = 1000
"""Most entries or booked moves in one answer."""

DECLINE_ORDER: Final[tuple[Code, ...]] = (
    Code.REQUEST_ID_FENCED,
    Code.PAYER_NOT_ATTACHED,
    Code.PAYER_CLOSED,
    Code.PAYER_FROZEN,
    Code.PAYER_LOST,
    Code.PAYEE_UNKNOWN,
    Code.PAYEE_CLOSED,
    Code.PAYEE_FROZEN,
    Code.PAYEE_LOST,
    Code.PAYEE_NAME_MISMATCH,
    Code.CURRENCY_UNSUPPORTED,
    Code.PAYEE_CURRENCY,
    Code.BALANCE_INSUFFICIENT,
    Code.SAME_ACCOUNT,
)
"""The order of the reasons in a `Declined`, part of the contract.

REQUEST_ID_FENCED stands alone: the id was fenced, or the hold it wants to post or void was already resolved by
another move. PAYER_NOT_ATTACHED says that the core has no such payer; CURRENCY_UNSUPPORTED that the payer's account is
kept in another currency.
"""


CLEARING_ACCOUNTS: Final = {
    "IBPS": ("#CLEARING-IBPS", "Clearing IBPS"),
    "BEPS": ("#CLEARING-BEPS", "Clearing BEPS"),
    "HVPS": ("#CLEARING-HVPS", "Clearing HVPS"),
}
"""Number and name of the bank's own account for each system of clearing: what went out stands to its credit."""
FEE_ACCOUNT: Final = ("#FEES", "Fees")
"""Number and name of the account that fees go to."""
SUSPENSE_ACCOUNT: Final = ("#SUSPENSE", "Suspense")
"""Number and name of the account for money that came in and belongs on no account here (待处理)."""


class MoveKind(StrEnum):
    """What a move does: transfer money at once, or hold it first and then post or void the hold, once."""

    TRANSFER = "transfer"
    HOLD = "hold"
    POST = "post"
    VOID = "void"


class AccountStatus(StrEnum):
    """The status of an account; only a NORMAL one pays or is paid, a LOST one (loss report) tells its balance only."""

    NORMAL = "normal"
    LOST = "lost"
    FROZEN = "frozen"
    CLOSED = "closed"


class Direction(StrEnum):
    """The side of an entry as the account's holder sees it: DEBIT takes money out, CREDIT brings it in."""

    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One movement of money asked of the core, named by (instruction, step).

    `amount` is in fen, 1 to FEN_MAX. `business_date` is the caller's. `request_id` is the customer's own id, shown on
    the payer's entries only. A POST or VOID names the step of its hold under the same instruction in `hold_step` and
    repeats the hold's payer, payee, amount and currency. `outside_account` and `outside_name` are those at another bank
    that the money goes to or comes from; entries show them in place of the bank's own account. Raises ValueError where
    a field is outside its bounds.
    """

    instruction: str
    step: int
    kind: MoveKind
    payer: str
    payee: str
    payee_name: str
    amount: int
    currency: str
    business_date: date
    purpose: str = ""
    request_id: str = ""
    hold_step: int | None = None
    outside_account: str = ""
    outside_name: str = ""

    def __post_init__(self) -> None:
        """Refuse what no core could book: a bug of the caller, found before it costs anything."""
        if not 0 < len(self.instruction) <= INSTRUCTION_CHARS_MAX or self.step < 0:
            raise ValueError(f"move id out of bounds: {self.instruction!r}, {self.step}")
        if not 0 < self.amount <= FEN_MAX:
            raise ValueError(f"amount out of bounds: {self.amount} fen")
        if (self.hold_step is not None) != (self.kind in (MoveKind.POST, MoveKind.VOID)):
            raise ValueError(f"a {self.kind} move and hold_step {self.hold_step} do not go together")

    @property
    def id(self) -> tuple[str, int]:
        """The name of the move: (instruction, step)."""
        return self.instruction, self.step


@dataclass(frozen=True, slots=True)
class Done:
    """The move is booked: the core's journal number, readable and unique, and when, by the core's clock."""

    reference: str
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """The core refused the move for good, with every reason in the order of `DECLINE_ORDER`; no money moved."""

    reasons: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody here knows whether the move was done; ask by id."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The core has no move of that id; final only if `fenced`, otherwise it may still arrive."""

    fenced: bool = False


@dataclass(frozen=True, slots=True)
class CoreAccount:
    """An account as the core keeps it; `balance` and `available` (balance less what is held) are in fen."""

    number: str
    name: str
    currency: str
    status: AccountStatus
    balance: int
    available: int


@dataclass(frozen=True, slots=True)
class CoreEntry:
    """One line of an account's history; `sequence` counts from 1 without a gap, amounts are in fen.

    `request_id` is the payer's own and stands on the debit side only.
    """

    account: str
    sequence: int
    reference: str
    instruction: str
    booked_at: datetime
    business_date: date
    direction: Direction
    amount: int
    balance_after: int
    counterparty_account: str
    counterparty_name: str
    purpose: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Booked:
    """One move that was done, with its place in the book.

    Numbers rise in the order of commits: once a number was seen, none below it will appear.
    """

    number: int
    move: Move
    done: Done


class MoveConflict(Exception):
    """A move's id was used before with other content, or a hold is posted that never stood: a bug of the caller."""

    def __init__(self, instruction: str, step: int, why: str) -> None:
        """Name the move and what differs; the text carries no amounts or names."""
        super().__init__(f"move {instruction} step {step}: {why}")
        self.instruction = instruction
        self.step = step
        self.why = why


class CoreUnavailable(Exception):
    """The core could not be reached or could not answer; the call had no effect."""


class AccountLost(Exception):
    """Entries were asked of an account under a loss report, of which only the balance may be asked (R4.27)."""


class Core(Protocol):
    """A core banking system; calls block, and a caller makes them from one thread at a time."""

    def move(self, moves: Sequence[Move]) -> list[Done | Declined | Unknown]:
        """Do a batch (at most `MOVES_MAX`), one after the other, and answer each in its place.

        Raises MoveConflict (nothing of the batch is done; try its moves one at a time) and CoreUnavailable.
        """
        ...

    def ask(self, ids: Sequence[tuple[str, int]], *, fence: bool = False) -> list[Done | Declined | Unknown | NotFound]:
        """Tell what became of moves; with `fence`, an id never received is refused for ever after.

        An answer is given only once it is as durable as a new commit. Raises CoreUnavailable.
        """
        ...

    def accounts(self, numbers: Collection[str]) -> dict[str, CoreAccount]:
        """The accounts of these numbers, all as of one moment; unknown numbers are left out. Raises CoreUnavailable."""
        ...

    def entries(self, account: str, first: date, last: date, *, after: int, limit: int) -> list[CoreEntry]:
        """Entries with business dates from `first` to `last`, both included, by rising sequence, above `after`.

        An unknown account has none. Raises AccountLost and CoreUnavailable.
        """
        ...

    def book(self, after: int, limit: int) -> list[Booked]:
        """Moves that were done, by rising number, above `after`, for reconciliation. Raises CoreUnavailable."""
        ...

    def check(self) -> list[str]:
        """Faults of the book itself, one sentence each; empty when it is sound. Raises CoreUnavailable."""
        ...

    def close(self) -> None:
        """Let go of connections; the core itself stays."""
        ...
