"""How a customer stands: its people, accounts, modes and limits, as registered in one version of the register.

Values only; what follows from them is decided in the modules beside this one. Money is in fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Form(StrEnum):
    """The form in which a customer's instructions are approved: profiles 000, 002 and 003 of the source manuals."""

    REVIEWER = "reviewer"
    """000: completes when a reviewer agrees, or at entry where the customer has no reviewer (R2.1)."""
    MODE = "mode"
    """002: a mode with amount bands is bound to each service (R2.2 to R2.8)."""
    FLOW = "flow"
    """003: flows of named reviewers per account, above the highest of them the supervisor (R2.12 to R2.15)."""


class Role(StrEnum):
    """Where an operator stands in its company (R1.1, R1.13); permissions say what it may do."""

    OPERATOR = "operator"
    DEPUTY = "deputy"
    SUPERVISOR = "supervisor"


class Right(StrEnum):
    """What a grant lets another customer do with an account (R1.18)."""

    QUERY = "query"
    TRANSFER = "transfer"
    COLLECT = "collect"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on outgoing money: of one transfer and of one business day; None where none is set."""

    per_transfer: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An operator (操作员) as the rules see it.

    `level` is the level at which it authorizes (授权级别). `manager` is the deputy whose direct operator it is, None
    for those of the supervisor. `accounts` are those it sees and uses (R1.5). `services` None means every service.
    """

    operator_id: str
    name: str = ""
    status: str
    permissions: frozenset[str]
    level: int | None = None
    role: Role = Role.OPERATOR
    manager: str | None = None
    accounts: frozenset[str] = frozenset()
    services: frozenset[str] | None = None
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that a customer may use: its own (上挂账户), or another customer's under a grant (对外授权).

    `owner` is the customer it is attached to. `rights` are those of the grant, empty for an own account. `bank_pay` and
    `bank_wages` are what the bank opened, `may_pay` and `may_pay_wages` what is left on of it (R1.7). With `closed`
    it may pay only `payees`, (account, bank code or None for this bank) each (封闭转账, R1.23). How it is shown
    (R1.24) is its customer's choice and so unknown of a granted one.
    """

    number: str
    owner: str
    bank_pay: bool = True
    bank_wages: bool = False
    may_pay: bool = True
    may_pay_wages: bool = False
    limits: Limits = Limits()
    alias: str | None = None
    priority: int = 0
    closed: bool = False
    payees: frozenset[tuple[str, str | None]] = frozenset()
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Authorizers:
    """So many authorizers of exactly that level (O37)."""

    level: int
    count: int


@dataclass(frozen=True, slots=True)
class Band:
    """An amount band of a mode: up to and including `up_to` fen, None for the last, which has no end (R2.3, O38).

    It begins above the end of the band before it. `above` repeats that where its maker wrote it down; a mode in which
    the two differ is refused when made, so nothing else asks for it.
    """

    up_to: int | None
    authorizers: tuple[Authorizers, ...] = ()
    above: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """An authorization mode (授权模式) of form 002; a mode without amounts has one band (R2.2)."""

    mode_id: str
    with_amount: bool
    ordered: bool
    review: bool
    manual_dispatch: bool
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow (转账流程) of form 003: for one account (None: for a service without one, R2.16) up to `limit` fen.

    Each of `levels` is the set of reviewers of whom one acts (R2.12), the lowest first. `service` is set where a flow
    belongs to a service and not to an account; it has no limit then (R2.16).
    """

    flow_id: str
    account: str | None
    service: str | None
    limit: int | None
    levels: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A service of a customer: the mode it follows (R2.8; None where none is bound) and whether it is on (R2.9)."""

    mode: str | None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer (企业) and everything the rules ask about it; deleted operators are not among its people.

    `single_person`, `advanced` (高级客户, R1.18) and the caps are the bank's word (R2.11, R3.4, `payroll_cap` of one
    payroll batch: O53), already those of the site where the customer has none; `limits` are the customer's own.
    With `free_payroll` the bank lets its payroll leave closed accounts for payees off their lists (O21).
    `whole_batch` says which amount picks the band of a batch (O14). `second_administrator` puts administration messages
    under the approval of another administrator. `purposes` are those for payments to persons (R4.23).
    `remembered` is what rules worked out about this very value, and goes with it; it says nothing of its own.
    """

    customer_id: str
    name: str = ""
    status: str
    form: Form = Form.REVIEWER
    single_person: bool = False
    second_administrator: bool = False
    whole_batch: bool = True
    advanced: bool = False
    free_payroll: bool = False
    limits: Limits = Limits()
    caps: Limits = Limits()
    payroll_cap: int | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    purposes: frozenset[str] = frozenset()
    remembered: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
