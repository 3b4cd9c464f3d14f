"""What banks and the clearing centre tell each other, as values: the subset of CNAPS2 (二代支付) in use.

Knows no byte and no socket: `core_adapter.channels.cnaps` reads and writes them. Money is an int of fen, CNY. Banks and
the centre are named by their 12-digit codes. Dates of clearing are the channel's own and are never taken from a clock
here.

How they are used
- A bank sends credits (`Credits`), each under a message id of its own. The centre acknowledges the message
  (`Received`, ccms.990), or discards it whole (`Discarded`, ccms.911), and tells what becomes of each credit in it
  (`Told`, ccms.900), as often as that changes.
- A message id that the centre has seen before is discarded as a duplicate: nothing is done twice.
- Who has heard nothing asks (`StatusQuery`, ccms.316) and is answered (`StatusAnswer`, ccms.317), also that the centre
  has no such credit.
- The centre delivers credits to the payee's bank, again and again until it acknowledges them (`Received`).
- A credit that cannot be given to its payee comes back as a credit of kind RETURN that names the original.
- A payer's bank may ask for a return (`ReturnRequest`, ccms.318) and is answered (`ReturnAnswer`, ccms.319).
- A bank logs in on each connection (`Login`, ccms.805; `LoginAnswer`, ccms.806), which tells the state of the systems;
  a change of it is announced (`SystemStatus`, ccms.801).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

CREDITS_MAX: Final = 1000
"""Most credits in one BEPS message (小额批量包)."""


class System(StrEnum):
    """The systems of CNAPS: 网银互联, 小额, 大额, and the one that carries what is common to them."""

    IBPS = "IBPS"
    BEPS = "BEPS"
    HVPS = "HVPS"
    CCMS = "CCMS"


class CreditKind(StrEnum):
    """The business type of a credit: ordinary remittance, one by e-banking (IBPS), or a remittance returned (退汇)."""

    REMITTANCE = "A100"
    ONLINE = "C200"
    RETURN = "A105"


class Priority(StrEnum):
    """How urgent a message is: what is MOST_URGENT is settled before all others."""

    MOST_URGENT = "1"
    URGENT = "2"
    NORMAL = "3"


class Status(StrEnum):
    """A network status (PRnn). What each means on a channel says `core_adapter.channels.finality`."""

    FORWARDED = "PR00"
    PAID = "PR02"
    NETTED = "PR03"
    SETTLED = "PR04"
    SUCCEEDED = "PR05"
    PROCESSED = "PR07"
    REVOKED = "PR08"
    REFUSED = "PR09"
    CONFIRMED = "PR10"
    QUEUED_FOR_NETTING = "PR11"
    QUEUED_FOR_SETTLEMENT = "PR12"
    STOPPED = "PR21"
    REVERSED = "PR22"
    EXPIRED = "PR32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who tells whom, when, under which id: what the header block carries.

    `sender` and `receiver` are 12-digit codes, `sent_at` is the wall clock of Shanghai to the second, without a zone.
    `message_id` is date (8 digits) and sequence (8 digits); `reference_id` is that of the message this one answers,
    empty where it answers none (on the wire it then names itself). `system` is the system the message belongs to. Only
    credits have another priority than NORMAL.
    """

    sender: str
    receiver: str
    system: System
    sent_at: datetime
    message_id: str
    reference_id: str = ""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Original:
    """A credit told of by another message: its sender, the id of its message, and its own id."""

    sender: str
    message_id: str
    tx_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a credit: the account, its holder's name, and the 12-digit code of its bank office."""

    account: str
    name: str
    bank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Money for one payee; `amount` in fen, `tx_id` of at most 16 digits.

    One of kind RETURN names the credit that comes back and why (`reason`, a code, and its text); payer and payee are
    those of the way back.
    """

    tx_id: str
    kind: CreditKind
    amount: int
    payer: Party
    payee: Party
    purpose: str = ""
    end_to_end_id: str = ""
    original: Original | None = None
    reason: str = ""
    reason_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """hvps.111, beps.121 or ibps.101 by the system of its head: one credit, in BEPS one to CREDITS_MAX."""

    head: Head
    credits: tuple[Credit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """ccms.990: the message named by `head.reference_id` was taken; it says nothing of what becomes of it."""

    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """ccms.911: the message named by `head.reference_id` was not taken, and why (`code`); nothing of it is done."""

    head: Head
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one credit: its status, and its amount in fen as the centre has it.

    `code` and `text` are the reason of a refusal, `settled_on` the channel's own date of clearing and `round` the
    netting round, once there is one.
    """

    original: Original
    status: Status
    amount: int
    code: str = ""
    text: str = ""
    settled_on: date | None = None
    round: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """ccms.900: what became of credits, all sent by the receiver of this message."""

    head: Head
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuery:
    """ccms.316: what became of these credits (at most CREDITS_MAX)?"""

    head: Head
    originals: tuple[Original, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAnswer:
    """ccms.317: what became of credits, and those (`unknown`) of which the centre has none until now."""

    head: Head
    outcomes: tuple[Outcome, ...] = ()
    unknown: tuple[Original, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """ccms.318: the payer's bank asks for a credit to be returned (退回申请)."""

    head: Head
    original: Original
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAnswer:
    """ccms.319: whether it is; the money itself comes back as a credit of kind RETURN."""

    head: Head
    original: Original
    agreed: bool
    text: str = ""


class SystemState(StrEnum):
    """Whether a system takes credits: open, in maintenance for a while, or closed until its next day begins."""

    OPEN = "open"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SystemNow:
    """A system, its state, and the date of clearing on which it works."""

    system: System
    state: SystemState
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """ccms.805: a bank begins to speak on this connection."""

    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAnswer:
    """ccms.806: it may (or not, and why), and how the systems stand."""

    head: Head
    accepted: bool
    text: str = ""
    systems: tuple[SystemNow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """ccms.801: systems that changed, as they stand now."""

    head: Head
    systems: tuple[SystemNow, ...]


Message = (
    Credits
    | Received
    | Discarded
    | Told
    | StatusQuery
    | StatusAnswer
    | ReturnRequest
    | ReturnAnswer
    | Login
    | LoginAnswer
    | SystemStatus
)
