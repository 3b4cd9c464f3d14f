"""What a decision may know: plain values that the journal gathers in the transaction of the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.domain.customer import Customer, Person
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import TransferState
from protocol.text import Encoding


@dataclass(frozen=True, slots=True)
class Moment:
    """When a group is decided: database time in milliseconds since 1970 UTC, and the business date in Asia/Shanghai."""

    now_ms: int
    business_date: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """An instruction given to the core, as it stands; `amount` in fen, `booked_ms` in database time."""

    customer_id: str
    request_id: str
    payer_account: str
    payee_account: str
    payee_name: str
    payee_bank_code: str | None
    amount: int
    currency: str
    purpose: str
    end_to_end_id: str | None
    remark: str | None
    business_date: date
    state: TransferState
    reasons: tuple[Code, ...] = ()
    reference: str | None = None
    booked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A used-up request id: who used it, for what, and what was decided; `transfer` where money was to move."""

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
    reply: tuple[str, int] | None
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one command: the customer and the operator who asks, the request it is about if there is one.

    Both stand as registered now, None where there is no such; a deleted operator counts as none. `grantors` are the
    customers whose accounts this one uses, by their ids.
    """

    customer: Customer | None
    person: Person | None
    request: Request | None = None
    grantors: Mapping[str, Customer] = field(default_factory=dict)
