"""What a decision may know: plain values that the journal gathers in the transaction of the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel, ChannelState
from gateway.domain.customer import Customer, Person
from gateway.domain.leg import Leg
from gateway.domain.matter import Basis, Matter, MatterKey
from gateway.domain.states import State
from gateway.domain.usage import UsageKey
from protocol.codes import Code
from protocol.errors import Detail
from protocol.text import Encoding


@dataclass(frozen=True, slots=True)
class Moment:
    """When a group is decided: database time and business time in milliseconds since 1970 UTC, and the business date.

    The two times are the same but in a sandbox whose clock was moved; the date is that of business time in Shanghai.
    """

    now_ms: int
    business_ms: int
    business_date: date


def instruction(customer_id: str, request_id: str, row: int) -> str:
    """The name at the core of the transfer with that key."""
    order = f"{customer_id}/{request_id}"
    return f"{order}/{row}" if row else order


class Takes(StrEnum):
    """What a transfer takes of limits: nothing (payroll, R3.11), operator and account, or the customer's too (R3.3)."""

    NOTHING = "nothing"
    OWN = "own"
    OUTGOING = "outgoing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A payment of an order as it stands; `amount` in fen, `booked_ms` in database time.

    `row` is 0 for the only payment of its order, else its number in the batch; `row_key` the sender's own key of it.
    `owner` is the customer to whom the payer account is attached: another than `customer_id` under a grant.
    `entered_on` is the business date of entry, `business_date` that on which it is given to the bank, `ended_on` that
    on which it failed. `leg` is its way to another bank, None within this one.
    """

    customer_id: str
    request_id: str
    row: int = 0
    operator_id: str
    owner: str
    payer_account: str
    payee_account: str
    payee_name: str
    payee_bank_code: str | None = None
    amount: int
    currency: str
    purpose: str
    end_to_end_id: str | None = None
    remark: str | None = None
    row_key: str | None = None
    employee_id: str | None = None
    save_payee: bool = False
    takes: Takes = Takes.OUTGOING
    basis: Basis = Basis.IMMEDIATE
    entered_on: date
    business_date: date
    state: State
    reasons: tuple[Code, ...] = ()
    reference: str | None = None
    booked_ms: int | None = None
    ended_on: date | None = None
    leg: Leg | None = None

    @property
    def instruction(self) -> str:
        """The name of the instruction at the core."""
        return instruction(self.customer_id, self.request_id, self.row)


@dataclass(frozen=True, slots=True)
class Request:
    """A used-up request id: who used it, for what, and what was decided.

    `code`, `details` and `body` are the outcome and the reply's body where the answer was known when it was journaled.
    `transfer` is the payment of row 0, where the order is a single one.
    """

    customer_id: str
    request_id: str
    kind: str
    operator_id: str
    service: str
    body_digest: bytes
    encoding: Encoding
    language: str
    received_ms: int
    business_date: date
    epoch: int
    attempts: int
    due_ms: int | None
    code: Code | None
    details: tuple[Detail, ...]
    body: str | None
    reply: tuple[str, int] | None
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one command: the customer and the operator who asks, the request it is about if there is one.

    Both stand as registered now, None where there is no such; a deleted operator counts as none. `grantors` are the
    customers whose accounts this one uses, by their ids. `matters` are those it names and `used` the counters of limits
    it asked for, as they stand after what was decided before it. `payees` are the accounts that orders with rows pay to
    at this bank, for those among `matters` whose payer is closed (R1.23). `recurring` are the payer accounts it asked
    for from which a live recurring order pays. `banks` are the offices of the directory, by code, that payments name,
    and `channels` the states of the channels, open where nothing is said: both where some payment goes to another bank.
    """

    customer: Customer | None
    person: Person | None
    request: Request | None = None
    grantors: Mapping[str, Customer] = field(default_factory=dict)
    matters: Mapping[MatterKey, Matter] = field(default_factory=dict)
    used: Mapping[UsageKey, int] = field(default_factory=dict)
    payees: Mapping[MatterKey, frozenset[str]] = field(default_factory=dict)
    recurring: frozenset[str] = frozenset()
    banks: Mapping[str, PayeeBank] = field(default_factory=dict)
    channels: Mapping[Channel, ChannelState] = field(default_factory=dict)
