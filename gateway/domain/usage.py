"""What an order takes of the limits of a business day, as a function of its facts alone (R3.3, R3.7 to R3.11).

Nothing else says when usage is taken or given back: every change of an order changes the counters by the difference of
what it takes after and before, so they can be counted again from the orders at any time. Amounts are fen; days are
business dates in Asia/Shanghai (O25). Whether there is room for it is in `gateway.domain.limits`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from gateway.domain.matter import Basis


class Scope(StrEnum):
    """Whose limits count, in the order in which they are named (O49)."""

    OPERATOR = "operator"
    ACCOUNT = "account"
    CUSTOMER = "customer"


class UsageKey(NamedTuple):
    """One counter: how much of whose limit is used on which business date.

    `customer_id` is the account owner's for accounts and customers, the acting operator's own for operators, so that
    under a grant both are right (O50). `subject` is the operator id, the account number or the customer id.
    """

    customer_id: str
    scope: Scope
    subject: str
    business_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What decides which usage an order, or a row of a batch, takes; `amount` is positive.

    `operator` is (its customer, operator id) of who entered it, `account` (the owner, number) of who pays. `outgoing`
    is false between the customer's own accounts (R3.3), `counted` for payroll and reimbursement (R3.11). `run_on` is
    the date on which it was given to the bank, None before; `ended_on` the date on which it failed, was rejected,
    withdrawn, expired or ended, None otherwise: a later return of the money is no such end (O50).

    A recurring order takes nothing itself; each run of it is one of its own, entered on its day (O46).
    """

    operator: tuple[str, str]
    account: tuple[str, str]
    amount: int
    basis: Basis
    entered_on: date
    run_on: date | None = None
    ended_on: date | None = None
    outgoing: bool = True
    counted: bool = True


_ALL: Final = frozenset(Scope)
_NONE: Final[frozenset[Scope]] = frozenset()

TAKEN_AT_ENTRY: Final[Mapping[Basis, frozenset[Scope]]] = {
    Basis.IMMEDIATE: _ALL,
    Basis.SCHEDULED: frozenset({Scope.OPERATOR}),
    Basis.POSTPONED: _NONE,
}
"""Whose usage is taken for the date of entry (R3.7, R3.9, R3.10).

What was entered to run at once and is postponed then is given back the date of entry (O46), whatever day it is by then.
"""

TAKEN_AT_RUN: Final[Mapping[Basis, frozenset[Scope]]] = {
    Basis.IMMEDIATE: _NONE,
    Basis.SCHEDULED: _ALL,
    Basis.POSTPONED: _ALL,
}
"""Whose usage is taken for the date on which it runs (R3.9, R3.10)."""


def counters(operator: tuple[str, str], account: tuple[str, str], day: date) -> tuple[UsageKey, UsageKey, UsageKey]:
    """The counters of one day that an order of that operator from that account may change, in the order of Scope."""
    owner, number = account
    return (
        UsageKey(operator[0], Scope.OPERATOR, operator[1], day),
        UsageKey(owner, Scope.ACCOUNT, number, day),
        UsageKey(owner, Scope.CUSTOMER, owner, day),
    )


def taken(taking: Taking) -> dict[UsageKey, int]:
    """What it takes, in fen by counter; what was taken for the day on which it ended is given back (R3.8)."""
    amounts: dict[UsageKey, int] = {}
    if not taking.counted:
        return amounts
    ended = taking.ended_on
    at_entry, at_run = TAKEN_AT_ENTRY[taking.basis], TAKEN_AT_RUN[taking.basis]
    for day, scopes in ((taking.entered_on, at_entry), (taking.run_on, at_run)):
        if day is None or not scopes or (ended is not None and day >= ended):
            continue
        for key in counters(taking.operator, taking.account, day):
            if key.scope in scopes and (taking.outgoing or key.scope is not Scope.CUSTOMER):
                amounts[key] = taking.amount
    return amounts


def difference(before: Taking | None, after: Taking | None) -> dict[UsageKey, int]:
    """How the counters change when an order is entered (`before` is None) or changes; unchanged ones are absent."""
    changes = taken(after) if after is not None else {}
    if before is not None:
        for key, amount in taken(before).items():
            if change := changes.get(key, 0) - amount:
                changes[key] = change
            else:
                del changes[key]
    return changes


def add(totals: dict[UsageKey, int], changes: Iterable[tuple[UsageKey, int]]) -> None:
    """Add changes to running totals; a counter that is not there yet begins at zero."""
    for key, change in changes:
        totals[key] = totals.get(key, 0) + change
