"""Whether an order fits into the limits: of the operator, the account, the customer and the bank (R3.1 to R3.6).

What is used comes in as counters; what is taken of them is in `gateway.domain.usage`. Amounts are fen. Exactly at a
limit is allowed (R3.5). A limit that is not set limits nothing, but for the customer's, where it is the bank's (R3.4).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from gateway.domain.customer import Limits
from gateway.domain.matter import Basis
from gateway.domain.usage import TAKEN_AT_ENTRY, TAKEN_AT_RUN, Scope, UsageKey, counters
from protocol.codes import Code
from protocol.errors import Detail
from protocol.money import readable_amount

BANK_PER_TRANSFER: Final = 1_000_000_00
BANK_PER_DAY: Final = 5_000_000_00
"""The bank's limits on a customer for which it has set none (R3.4)."""
PAYROLL_CAP: Final = 50_000_000_00
"""The most that one payroll or reimbursement batch may pay where the bank has set nothing else (O53)."""


class Row(NamedTuple):
    """One payment to be judged: its amount, the path of the element that holds it, and whether it leaves the customer.

    `outgoing` is false between the customer's own accounts, which take nothing of the customer's limits (R3.3).
    """

    amount: int
    place: str
    outgoing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Whose limits hold for an order, and what they are.

    `operator` and `account` are as in `usage.Taking`; `own` and `caps` are what the owner of the account has set for
    itself and what the bank has set for it (`Customer.limits` and `Customer.caps`).
    """

    operator: tuple[str, str]
    account: tuple[str, str]
    operator_limits: Limits
    account_limits: Limits
    own: Limits
    caps: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of the limits: one row for a transfer, all of them for a batch, which fits whole or not (O48).

    `run_on` is the date on which it runs or is to run; `place` is the path of the element that holds the total.
    """

    bounds: Bounds
    rows: Sequence[Row]
    place: str
    basis: Basis
    entered_on: date
    run_on: date


class Judged(NamedTuple):
    """What stands against an order at its entry, and what may stand against it on the later day it runs (O47)."""

    faults: list[Detail]
    warnings: list[Detail]


class _Kind(NamedTuple):
    """A pair of limits: whose usage counts, the codes per transfer and per day, and its name around the subject's."""

    scope: Scope
    per_transfer: Code
    per_day: Code
    zh: str
    en: str


_KINDS: Final = (
    _Kind(Scope.OPERATOR, Code.OPERATOR_LIMIT, Code.OPERATOR_DAY_LIMIT, "操作员{}的", "operator {}'s limit"),
    _Kind(Scope.ACCOUNT, Code.ACCOUNT_LIMIT, Code.ACCOUNT_DAY_LIMIT, "账户{}的", "account {}'s limit"),
    _Kind(Scope.CUSTOMER, Code.BANK_LIMIT, Code.BANK_DAY_LIMIT, "银行对客户{}规定的", "the bank's limit for {}"),
    _Kind(Scope.CUSTOMER, Code.CUSTOMER_LIMIT, Code.CUSTOMER_DAY_LIMIT, "客户{}自设的", "customer {}'s own limit"),
)
"""In the order in which they are named (O49): the bank's before the customer's own, for it decides the advice."""

_BANK: Final = frozenset({Code.BANK_LIMIT, Code.BANK_DAY_LIMIT})
_NONE: Final[frozenset[Scope]] = frozenset()
_PLACE: Final = {scope: place for place, scope in enumerate(Scope)}
"""Where the counter of a scope stands among those of a day."""


class _Over(NamedTuple):
    """A limit that is exceeded: of `limit`, by `row`, while `used` is used of `per_day` (None: no limit per day)."""

    kind: _Kind
    code: Code
    limit: int
    row: Row
    key: UsageKey
    used: int
    per_day: int | None


def effective(own: Limits, caps: Limits) -> Limits:
    """The limits of a customer that hold: the lower of its own and the bank's, the bank's where it has none (O50)."""
    per_transfer, per_day = _caps(caps)
    return Limits(
        per_transfer if own.per_transfer is None else min(own.per_transfer, per_transfer),
        per_day if own.per_day is None else min(own.per_day, per_day),
    )


def entry_faults(demand: Demand, used: Mapping[UsageKey, int]) -> Judged:
    """What is wrong with an order when it is entered, every limit that it exceeds (O49).

    A limit per transfer always refuses. A limit per day refuses where usage is taken today, and only warns where that
    is left to a later day (O6, O47). `used` is what is used without the order; a counter that it lacks is at zero.
    """
    now, later = TAKEN_AT_ENTRY[demand.basis], TAKEN_AT_RUN[demand.basis]
    faults = _exceeded(demand, used, now=now, daily=now, single=True)
    warnings = _exceeded(demand, used, now=_NONE, daily=later, single=False) if later else ()
    return Judged(_details(faults, later=False), _details(warnings, later=True))


def run_faults(demand: Demand, used: Mapping[UsageKey, int], *, each: bool = True) -> list[Detail]:
    """Why an order cannot run on `run_on`, the date it runs: it fails, and is not tried again (O6, O47).

    With `each` false only its total is known: its rows were judged one by one at entry. Limits are those of that day.
    What was taken for the day of entry is not asked again, only the limits per transfer.
    """
    daily = TAKEN_AT_RUN[demand.basis]
    return _details(_exceeded(demand, used, now=_NONE, daily=daily, single=each), later=False)


def payroll_faults(total: int, cap: int, place: str) -> list[Detail]:
    """What is wrong with the total of a payroll or reimbursement batch; other limits do not hold for it (O7, O53)."""
    if total <= cap:
        return []
    limit, asked = readable_amount(cap), readable_amount(total)
    return [
        Detail(
            Code.PAYROLL_CAP,
            place,
            _value(total),
            f"每批代发总额不得超过{limit}元，本批{asked}元：请分批提交",
            f"a payroll batch may pay at most {limit} yuan, this one pays {asked} yuan: split the batch",
        )
    ]


def settable_faults(limits: Limits, caps: Limits, place: str) -> list[Detail]:
    """Which of the limits that a customer wants to set are above the bank's (R3.4).

    `place` is the path of the element that holds PerTransfer and PerDay.
    """
    asked = (("PerTransfer", limits.per_transfer), ("PerDay", limits.per_day))
    return [
        Detail(
            Code.LIMIT_ABOVE_CAP,
            f"{place}/{element}",
            _value(value),
            f"不得高于银行规定的{readable_amount(cap)}元",
            f"at most {readable_amount(cap)} yuan, the bank's limit",
        )
        for (element, value), cap in zip(asked, _caps(caps), strict=True)
        if value is not None and value > cap
    ]


def _caps(caps: Limits) -> tuple[int, int]:
    """The bank's limits per transfer and per day."""
    return (
        BANK_PER_TRANSFER if caps.per_transfer is None else caps.per_transfer,
        BANK_PER_DAY if caps.per_day is None else caps.per_day,
    )


def _below(own: int | None, cap: int) -> int | None:
    """The customer's own limit where it is below the bank's; else the bank's holds alone (O50)."""
    return own if own is not None and own < cap else None


class _Part(NamedTuple):
    """The rows that count for a scope, the greatest amount of one, and the total."""

    rows: Sequence[Row]
    greatest: int
    total: int


def _part(rows: Sequence[Row]) -> _Part:
    amounts = [row.amount for row in rows]
    return _Part(rows, max(amounts, default=0), sum(amounts))


def _asked(demand: Demand) -> tuple[tuple[_Part, int | None, int | None, int | None], ...]:
    """Per kind: what counts for it, its limits per transfer and per day, and which limit per day holds in the end."""
    bounds = demand.bounds
    operator, account, own = bounds.operator_limits, bounds.account_limits, bounds.own
    cap, day_cap = _caps(bounds.caps)
    own_day = _below(own.per_day, day_cap)
    held = day_cap if own_day is None else own_day
    whole = _part(demand.rows)
    leaving = whole if all(row.outgoing for row in demand.rows) else _part([row for row in demand.rows if row.outgoing])
    return (
        (whole, operator.per_transfer, operator.per_day, operator.per_day),
        (whole, account.per_transfer, account.per_day, account.per_day),
        (leaving, cap, day_cap, held),
        (leaving, _below(own.per_transfer, cap), own_day, held),
    )


def _exceeded(
    demand: Demand, used: Mapping[UsageKey, int], *, now: AbstractSet[Scope], daily: AbstractSet[Scope], single: bool
) -> list[_Over]:
    """The limits exceeded, per transfer where `single`, and per day for the scopes in `daily`.

    Of the scopes in `now` the date of entry counts, of others the date on which it runs.
    """
    bounds = demand.bounds
    entered = counters(bounds.operator, bounds.account, demand.entered_on)
    run = entered if demand.run_on == demand.entered_on else counters(bounds.operator, bounds.account, demand.run_on)
    found: list[_Over] = []
    for kind, (part, per_transfer, per_day, held) in zip(_KINDS, _asked(demand), strict=True):
        if per_transfer is None and per_day is None:
            continue
        key = (entered if kind.scope in now else run)[_PLACE[kind.scope]]
        before = used.get(key, 0)
        if single and per_transfer is not None and part.greatest > per_transfer:
            rows = [row for row in part.rows if row.amount > per_transfer]
            found += [_Over(kind, kind.per_transfer, per_transfer, row, key, before, held) for row in rows]
        if per_day is not None and kind.scope in daily and part.total and before + part.total > per_day:
            whole = Row(part.total, demand.place)
            found.append(_Over(kind, kind.per_day, per_day, whole, key, before, per_day))
    return found


def _details(found: Sequence[_Over], *, later: bool) -> list[Detail]:
    """Each in words; what to do is the bank's to decide, for nobody else can raise its limit (R3.6, O49)."""
    if not found:
        return []
    zh, en = "请调高限额或调低金额", "raise the limit or lower the amount"
    if any(over.code in _BANK for over in found):
        zh, en = "请调低金额", "lower the amount"
    if later:
        zh, en = f"执行时如仍超限则失败，{zh}", f"if that still holds when it runs, it fails; {en}"
    return [_detail(over, zh, en) for over in found]


def _detail(over: _Over, zh: str, en: str) -> Detail:
    """The limit, its value, used and left (R3.6), then what to do."""
    who, day = over.key.subject, over.key.business_date.isoformat()
    limit, asked, used = (readable_amount(fen) for fen in (over.limit, over.row.amount, over.used))
    left_zh, left_en = "日累计不限", "no limit per day"
    if over.per_day is not None:
        left = readable_amount(max(0, over.per_day - over.used))
        left_zh, left_en = f"剩余{left}元", f"left {left} yuan"
    span_zh, span_en, this = ("单笔", "per transfer", "本笔")
    if over.code is over.kind.per_day:
        span_zh, span_en, this = ("日累计", "per day", "本次")
    return Detail(
        over.code,
        over.row.place,
        _value(over.row.amount),
        f"{over.kind.zh.format(who)}{span_zh}限额{limit}元，{this}{asked}元，{day}已用{used}元，{left_zh}：{zh}",
        f"{over.kind.en.format(who)} {span_en} is {limit} yuan, this is {asked} yuan; "
        f"on {day} used {used} yuan, {left_en}: {en}",
    )


def _value(fen: int) -> str:
    return readable_amount(fen).replace(",", "")
