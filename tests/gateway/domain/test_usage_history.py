"""Random histories of orders over several days: the counters agree with the manual's sentences and with a recount."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway.domain.customer import Limits
from gateway.domain.limits import Bounds, Demand, Row, entry_faults, run_faults
from gateway.domain.matter import Basis
from gateway.domain.usage import Taking, UsageKey, add, difference, taken

FIRST_DAY = date(2026, 11, 2)
PER_DAY = {
    "operator C1 A": 140,
    "operator C2 B": 90,
    "account C1 1": 100,
    "customer C1 C1": 91,
}
"""Limits per day; who is not named has none that is ever reached."""


@dataclass
class Order:
    """An order as its facts say, where it is, when it is due, and which marks the model has made for it."""

    taking: Taking
    phase: str
    due: date
    marks: list[tuple[str, date]] = field(default_factory=list)


@dataclass
class Manual:
    """What the manual says, told as it happens: take so much from whom today, give back what was taken today.

    It knows nothing of a basis, and keeps its own book of who has used how much on which day.
    """

    used: Counter[tuple[str, date]] = field(default_factory=Counter)

    def submitted(self, order: Order, today: date) -> None:
        """录入员提交完指令后会扣除相应的操作员限额、账户限额 (R3.7), the customer's with them (O45)."""
        self._take(order, ("operator", "account", "customer"), today)

    def scheduled(self, order: Order, today: date) -> None:
        """录入员的限额将预约时和预约发送当天各扣一次 (R3.9): now the operator's."""
        self._take(order, ("operator",), today)

    def sent(self, order: Order, today: date) -> None:
        """A scheduled or postponed one is sent: everything is taken on this day (R3.9, R3.10)."""
        self._take(order, ("operator", "account", "customer"), today)

    def failed_or_ended(self, order: Order, today: date) -> None:
        """如果该指令当天交易失败,该笔指令的限额还 (R3.8)."""
        self._give_back(order, lambda day: day == today)

    def postponed(self, order: Order) -> None:
        """What was taken when it was submitted is given back (O46)."""
        self._give_back(order, lambda _day: True)

    def _take(self, order: Order, scopes: tuple[str, ...], day: date) -> None:
        facts = order.taking
        owner, number = facts.account
        names = {
            "operator": " ".join(("operator", *facts.operator)),
            "account": f"account {owner} {number}",
            "customer": f"customer {owner} {owner}",
        }
        if not facts.counted:  # 该交易不占用操作员限额账户限额 (R3.11)
            return
        for scope in scopes:
            if scope != "customer" or facts.outgoing:  # 对外转账 (R3.3)
                order.marks.append((names[scope], day))
                self.used[names[scope], day] += facts.amount

    def _give_back(self, order: Order, which: Callable[[date], bool]) -> None:
        for mark in [mark for mark in order.marks if which(mark[1])]:
            order.marks.remove(mark)
            self.used[mark] -= order.taking.amount


def name(key: UsageKey) -> tuple[str, date]:
    """A counter as the model names it."""
    return f"{key.scope.value} {key.customer_id} {key.subject}", key.business_date


def limits(who: str) -> Limits:
    """The limits of an operator, account or customer."""
    return Limits(per_day=PER_DAY.get(who))


def demand(order: Taking, run_on: date) -> Demand:
    """The order as the limits are asked about it."""
    owner, number = order.account
    bounds = Bounds(
        operator=order.operator,
        account=order.account,
        operator_limits=limits(" ".join(("operator", *order.operator))),
        account_limits=limits(f"account {owner} {number}"),
        own=limits(f"customer {owner} {owner}"),
        caps=Limits(),
    )
    rows = [Row(order.amount, "/Amount", order.outgoing)]
    return Demand(
        bounds=bounds, rows=rows, place="/Amount", basis=order.basis, entered_on=order.entered_on, run_on=run_on
    )


WHICH = st.integers(0, 7)


class Histories(RuleBasedStateMachine):
    """A bank's days: orders are entered, approved, postponed, run, settled, ended; counters change by differences."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST_DAY
        self.orders: list[Order] = []
        self.used: dict[UsageKey, int] = {}
        self.manual = Manual()

    def find(self, *phases: str, due: bool = False) -> list[Order]:
        """The orders in one of these phases, or those of them whose day has come."""
        return [each for each in self.orders if each.phase in phases and not (due and each.due > self.today)]

    def pick(self, which: int, *phases: str, due: bool = False) -> Order:
        """One of these orders."""
        found = self.find(*phases, due=due)
        return found[which % len(found)]

    def change(self, order: Order, phase: str, **facts: Any) -> None:
        """Let the facts of an order change, and the counters with them."""
        after = replace(order.taking, **facts)
        add(self.used, difference(order.taking, after).items())
        order.taking, order.phase = after, phase

    @rule(
        facts=st.fixed_dictionaries(
            {
                "operator": st.sampled_from([("C1", "A"), ("C2", "B")]),
                "account": st.sampled_from([("C1", "1"), ("C1", "2"), ("C2", "3")]),
                "amount": st.sampled_from([1, 40, 50]),
                "outgoing": st.sampled_from([True, True, True, False]),
                "counted": st.sampled_from([True, True, True, False]),
            }
        ),
        basis=st.sampled_from(Basis),
        ahead=st.sampled_from([1, 1, 2]),
        approval=st.booleans(),
    )
    def enter(self, facts: dict[str, Any], basis: Basis, ahead: int, *, approval: bool) -> None:
        """An order is entered: to run now, on a day that was chosen, or later because the bank is closed."""
        taking = Taking(**facts, basis=basis, entered_on=self.today)
        due = self.today if basis is Basis.IMMEDIATE else self.today + timedelta(ahead)
        if taking.counted and entry_faults(demand(taking, due), self.used).faults:
            return
        order = Order(taking, "approval" if approval else "waiting", due)
        self.orders.append(order)
        add(self.used, difference(None, taking).items())
        if basis is Basis.IMMEDIATE:
            self.manual.submitted(order, self.today)
            if not approval:
                self.change(order, "bank", run_on=self.today)
        elif basis is Basis.SCHEDULED:
            self.manual.scheduled(order, self.today)

    @precondition(lambda self: self.find("approval"))
    @rule(which=WHICH, closed=st.booleans())
    def approve_last(self, which: int, *, closed: bool) -> None:
        """The last approval is in: it runs at once, waits for its day, or is postponed because the bank is closed."""
        order = self.pick(which, "approval")
        if order.taking.basis is not Basis.IMMEDIATE:
            order.phase = "waiting"
            order.due = max(order.due, self.today + timedelta(int(closed)))
        elif closed:
            order.due = self.today + timedelta(1)
            self.change(order, "waiting", basis=Basis.POSTPONED)
            self.manual.postponed(order)
        elif not run_faults(demand(order.taking, self.today), self.used):
            self.change(order, "bank", run_on=self.today)

    @precondition(lambda self: self.find("waiting", due=True))
    @rule(which=WHICH)
    def run(self, which: int) -> None:
        """Its day has come: it is given to the bank, or fails because it does not fit (O47)."""
        order = self.pick(which, "waiting", due=True)
        if order.taking.counted and run_faults(demand(order.taking, self.today), self.used):
            self.change(order, "over", ended_on=self.today)
            self.manual.failed_or_ended(order, self.today)
        else:
            self.change(order, "bank", run_on=self.today)
            self.manual.sent(order, self.today)

    @precondition(lambda self: self.find("bank"))
    @rule(which=WHICH)
    def fail(self, which: int) -> None:
        """The bank says that it failed, the same day or later."""
        order = self.pick(which, "bank")
        self.change(order, "over", ended_on=self.today)
        self.manual.failed_or_ended(order, self.today)

    @precondition(lambda self: self.find("bank"))
    @rule(which=WHICH)
    def succeed(self, which: int) -> None:
        """The bank says that it is done; if the money is returned later, nothing of this changes (O50)."""
        self.pick(which, "bank").phase = "over"

    @precondition(lambda self: self.find("approval", "waiting"))
    @rule(which=WHICH)
    def end(self, which: int) -> None:
        """It is rejected, withdrawn, expired or ended before the bank has it."""
        order = self.pick(which, "approval", "waiting")
        self.change(order, "over", ended_on=self.today)
        self.manual.failed_or_ended(order, self.today)

    @rule()
    def midnight(self) -> None:
        """The next business date begins; what is under way goes on."""
        self.today += timedelta(1)

    @invariant()
    def agrees_with_the_manual(self) -> None:
        """Every counter is what the manual's sentences make of it."""
        used = {name(key): amount for key, amount in self.used.items() if amount}
        assert used == {mark: amount for mark, amount in self.manual.used.items() if amount}

    @invariant()
    def agrees_with_a_recount(self) -> None:
        """Every counter is what the orders take as they stand."""
        recount: dict[UsageKey, int] = {}
        for order in self.orders:
            add(recount, taken(order.taking).items())
        assert recount == {key: amount for key, amount in self.used.items() if amount}

    @invariant()
    def holds_every_limit(self) -> None:
        """No counter is ever below nothing or above its limit."""
        for key, amount in self.used.items():
            assert 0 <= amount <= PER_DAY.get(name(key)[0], amount)


def test_R3_7_to_R3_11_hold_in_any_history() -> None:
    """Whatever happens in whatever order, over any number of midnights, usage is what the rules say and limits hold."""
    run_state_machine_as_test(Histories, settings=settings(max_examples=80, stateful_step_count=40, deadline=None))
