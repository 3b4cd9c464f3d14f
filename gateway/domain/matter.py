"""A matter (事项): what a customer's people or the clock still have to do before the bank acts, and what they did.

Values only: how a plan is made and followed is in `gateway.domain.approval`, when a matter runs in `schedule`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from gateway.domain.leg import Leg
from protocol.errors import Detail
from protocol.messages.matter import ActKind, StepKind
from protocol.messages.transfer import Arrival, TransferState

__all__ = ["RECURRING", "Act", "ActKind", "Basis", "Matter", "MatterKey", "Plan", "Step", "StepKind"]

RECURRING: Final = "SubmitRecurring"
"""The service whose orders run again and again (R4.18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a plan: `count` people of exactly `level`, or out of `operators` where they are listed.

    Where they are listed, `level` says which level of the flow it is, 1 the lowest (R2.12). `named` is the one whom
    the entry operator named out of those entitled (R2.24): a place of the step is kept for it. `about` is the operator
    whom a change of administration is about, who decides nothing about itself.
    """

    kind: StepKind
    count: int = 1
    level: int | None = None
    operators: frozenset[str] | None = None
    named: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The approval plan of one matter, fixed at entry (R2.10): its steps in order; empty when nobody need act.

    With `ordered` false the authorizing steps may come in any order (R2.5). `mode` names the mode or flow it was made
    from, empty for form 000. `customer_id` is the customer whose people act: the grantor's for a collection (R1.19).
    `collected`: the entry came from the grantee, so the code of its entry operator says nothing about these people.
    """

    customer_id: str
    steps: tuple[Step, ...] = ()
    ordered: bool = True
    mode: str = ""
    collected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: who, what, when (milliseconds since 1970 UTC, database time), on which step of the plan, from 0.

    `step` is None for what belongs to no step; FORCE is one of these, it replaces every authorizing step (R2.7).
    `operator_id` is empty for what time alone did. `by_request` is the id of the message that brought it.
    """

    operator_id: str
    kind: ActKind
    at_ms: int
    step: int | None = None
    by_request: str = ""
    reason: str = ""


class MatterKey(NamedTuple):
    """Which matter: the order's customer and request id, and the row of it (0: the order as a whole)."""

    customer_id: str
    request_id: str
    row: int


class Basis(StrEnum):
    """Why a transfer runs on the day it runs; limits are taken accordingly (R3.7 to R3.10, O46)."""

    IMMEDIATE = "immediate"
    """As soon as its plan is complete, or later on the day of entry."""
    SCHEDULED = "scheduled"
    """On another day that the customer chose, or the next day (R3.9)."""
    POSTPONED = "postponed"
    """On another day because of the bank's hours or a chosen time that had passed (R3.10, O46); and every run of a
    recurring order, which is taken on its day alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter as it stands; `amount` in fen and `count` of its rows; `acts` in order.

    `owner` is the customer of the payer account, `takes` what it takes of limits (facts.Takes). `hidden`: only who
    entered it sees its rows (隐藏明细, R5.9). `shown` is the SHA-256 of `content`, the canonical XML of what
    ListPending shows of it: what an approver signs.

    `chosen_ms` is the hour that the customer chose, `run_ms` when it is to run, both in business milliseconds since
    1970 UTC, None for at once; `wake_ms` when time alone will change it (run or expiry). `reasons` say why it failed.
    `body` is the message of an act of administration or of a recurring order, as canonical XML, and `answer` the body
    of the reply to the former once it was made; `faults` say in words why it failed. `run_on` and `ended_on` are the
    business dates on which it was released, or ended before that. `leg` is the way of a single payment to another bank,
    found anew when its last approval is in and when its time has come.
    """

    key: MatterKey
    service: str
    operator_id: str
    owner: str
    payer_account: str
    payee_account: str
    payee_name: str
    amount: int
    count: int
    takes: str
    entered_ms: int
    entered_on: date
    plan: Plan
    acts: tuple[Act, ...]
    state: TransferState
    content: str
    shown: bytes
    body: str | None = None
    arrival: Arrival = Arrival.REAL_TIME
    chosen_ms: int | None = None
    run_ms: int | None = None
    wake_ms: int | None = None
    basis: Basis = Basis.IMMEDIATE
    hidden: bool = False
    reasons: tuple[str, ...] = ()
    faults: tuple[Detail, ...] = ()
    answer: str | None = None
    run_on: date | None = None
    ended_on: date | None = None
    leg: Leg | None = None

    @property
    def recurs(self) -> bool:
        """Whether it is a recurring order: scheduled while runs of it are to come, succeeded when none is left."""
        return self.service == RECURRING

    @property
    def covers_rows(self) -> bool:
        """Whether it is a batch as a whole, which names no payee of its own."""
        return self.count > 0 and not self.payee_account and self.key.row == 0
