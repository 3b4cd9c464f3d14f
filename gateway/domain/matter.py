"""A matter (事项): what a customer's people or the clock still have to do before the bank acts, and what they did.

Values only: how a plan is made and followed is in `gateway.domain.approval`, when a matter runs in `schedule`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from protocol.messages.matter import ActKind, StepKind
from protocol.messages.transfer import TransferState

__all__ = ["Act", "ActKind", "Basis", "Matter", "MatterKey", "Plan", "Step", "StepKind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a plan: `count` people of exactly `level`, or out of `operators` where they are listed.

    Where they are listed, `level` says which level of the flow it is, 1 the lowest (R2.12). `named` is the one whom
    the entry operator named out of those entitled (R2.24): a place of the step is kept for it.
    """

    kind: StepKind
    count: int = 1
    level: int | None = None
    operators: frozenset[str] | None = None
    named: str | None = None


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
    """On another day because of the bank's hours or a chosen time that had passed (R3.10, O46)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter as it stands; `amount` in fen and `count` of its rows; `acts` in order.

    `hidden`: only who entered it sees its rows (隐藏明细, R5.9). `shown` is the SHA-256 of what ListPending shows of
    it: what an approver signs. `run_ms` is when it is to run, in business milliseconds since 1970 UTC, None for at
    once; `wake_ms` when time alone will change it (run or expiry). `version` counts its changes.
    """

    key: MatterKey
    service: str
    operator_id: str
    payer_account: str
    payee_account: str
    payee_name: str
    amount: int
    count: int
    entered_ms: int
    entered_on: date
    plan: Plan
    acts: tuple[Act, ...]
    state: TransferState
    shown: bytes
    run_ms: int | None = None
    wake_ms: int | None = None
    basis: Basis = Basis.IMMEDIATE
    hidden: bool = False
    version: int = 1
