"""What one transaction knows and changes of matters and of the use of limits, and the order in which it locks them.

Orders first, then matters, then counters, each in the order of keys: no two processes wait for each other in a circle.
What is decided is kept here, so that the next decision of the same transaction sees it; `write` writes all of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection

from gateway.domain import course, event, takings
from gateway.domain.approval import is_administrative
from gateway.domain.command import Enter, Pay
from gateway.domain.customer import Customer
from gateway.domain.event import Event
from gateway.domain.facts import Moment, Transfer
from gateway.domain.leg import Leg
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.states import CHANGE_MOVES, MATTER_MOVES, RECURRING_MOVES, State
from gateway.domain.usage import Taking, UsageKey, counters, difference
from gateway.journal import events, legs, transfers, usage
from gateway.journal import matters as statements
from gateway.journal.events import Feeds
from gateway.journal.record import Key
from gateway.journal.recurring import is_paying
from gateway.journal.usage import Made
from protocol.messages.transfer import TransferState


class Affairs:
    """See the module; made anew for each transaction."""

    def __init__(self, tx: Connection, moment: Moment, made: Made, feeds: Feeds | None = None) -> None:
        """Nothing is held yet; `made` and `feeds` are what the caller remembers of counters."""
        self._tx = tx
        self._made = made
        self._feeds = feeds
        self._moment = moment
        self._orders: dict[Key, int | None] = {}
        self._matters: dict[MatterKey, Matter] = {}
        self._batches: list[MatterKey] = []
        self._payees: dict[MatterKey, frozenset[str]] = {}
        self._before: dict[MatterKey, Matter] = {}
        self._used: dict[UsageKey, int] = {}
        self._entered: list[Enter | Pay] = []
        self._runs: list[Transfer] = []
        self._changed: set[UsageKey] = set()
        self._told: list[Event] = []
        self._moved_on: list[MatterKey] = []
        self._with_ended_rows: dict[MatterKey, Matter] = {}
        self.appended: Mapping[str, int] = {}
        """By customer that was told something, the number of its last event; once all is written."""

    @property
    def matters(self) -> Mapping[MatterKey, Matter]:
        """The matters that are held, as they stand."""
        return self._matters

    @property
    def used(self) -> Mapping[UsageKey, int]:
        """The counters that are held, in fen, as they stand."""
        return self._used

    # -- holding

    def hold_orders(self, keys: Iterable[Key], *, free_only: bool = False) -> None:
        """Lock orders; with `free_only` those that nobody else has locked."""
        self._orders = statements.lock_orders(self._tx, keys, free_only=free_only)

    def hold_matters(self, keys: Iterable[MatterKey]) -> None:
        """Lock matters of held orders; there need not be any of a key."""
        wanted = [key for key in keys if key[:2] in self._orders]
        self._matters = statements.read(self._tx, wanted, lock=True)
        self._batches = [key for key, matter in self._matters.items() if matter.covers_rows]

    def hold_counters(self, keys: Iterable[UsageKey]) -> None:
        """Lock the counters that decisions may look at or change, those of the held matters among them."""
        today = self._moment.business_date
        wanted = set(keys)
        for matter in self._matters.values():
            for day in {matter.entered_on, today}:
                wanted |= set(_counters(takings.of_matter(matter), day))
        self._used = usage.lock(self._tx, wanted, self._made)

    def payees(self, customer: Customer | None) -> Mapping[MatterKey, frozenset[str]]:
        """Whom the held orders with rows pay, where their account is a closed one of this customer."""
        found: dict[MatterKey, frozenset[str]] = {}
        for key in self._batches:
            account = customer.accounts.get(self._matters[key].payer_account) if customer else None
            if account is not None and account.closed:
                if key not in self._payees:
                    self._payees[key] = transfers.payees(self._tx, key)
                found[key] = self._payees[key]
        return found

    def recurring(self, account: str | None) -> frozenset[str]:
        """The account, if a live recurring order pays from it; who asks holds the counters of the account."""
        if account is None:
            return frozenset()
        entered = (m for entry in self._entered if isinstance(entry, Enter) for m in entry.matters)
        known = any(m.recurs and m.payer_account == account for m in entered)
        return frozenset({account}) if known or is_paying(self._tx, account) else frozenset()

    # -- what was decided

    def enter(self, decision: Enter | Pay) -> None:
        """Note a new order: what it takes of limits counts at once."""
        self._entered.append(decision)
        if isinstance(decision, Pay):
            self._count(None, takings.of_transfer(decision.transfer))
            return
        for matter in decision.matters:
            self._count(None, takings.of_matter(matter))
        self.tell(event.entered(decision.matters, self._moment.now_ms))

    def settle(self, matters: Iterable[Matter]) -> None:
        """Note what became of held matters."""
        for after in matters:
            before = self._matters[after.key]
            assert after.state is before.state or after.state in _moves(before)[before.state], "an illegal move"
            self._before.setdefault(after.key, before)
            self._count(takings.of_matter(before), takings.of_matter(after))
            self._matters[after.key] = after
            self._tell_of(before, after)

    def _tell_of(self, before: Matter, after: Matter) -> None:
        self.tell(event.settled(before, after, self._moment.now_ms))
        if event.moved_on(before, after):
            self._moved_on.append(after.key)
        if order := event.ends_of_rows(before, after):
            self._with_ended_rows[order] = after

    def tell(self, told: Iterable[Event]) -> None:
        """Note events, which are appended to their feeds when all is written."""
        self._told += told

    def run(self, transfer: Transfer) -> None:
        """Note a new transfer that time brought: a run of a recurring order."""
        self._runs.append(transfer)
        self.tell(event.run(transfer, self._moment.now_ms))
        self._count(None, takings.of_transfer(transfer))

    def fail(self, before: Transfer, after: Transfer) -> None:
        """Note that a transfer failed at the bank: what it took of this day comes back (R3.8)."""
        self._count(takings.of_transfer(before), takings.of_transfer(after))

    def count_failed(self, failed: Collection[tuple[Transfer, Transfer]]) -> None:
        """Give back at once what transfers took that failed at another bank, each as it was and as it is."""
        if failed:
            self._used = usage.lock(self._tx, {key for _, after in failed for key in counters_of(after)}, self._made)
            for before, after in failed:
                self.fail(before, after)
            usage.write(self._tx, {key: self._used[key] for key in self._changed})

    def _count(self, before: Taking | None, after: Taking | None) -> None:
        for key, change in difference(before, after).items():
            self._used[key] += change
            self._changed.add(key)

    # -- writing

    def write(self) -> bool:
        """Write all that was decided; whether the bank is to act on some order now, which is then due at once."""
        tx = self._tx
        transfers.enter(tx, self._new_transfers())
        transfers.enter_runs(tx, self._runs)
        rows = [row for entry in self._entered if isinstance(entry, Enter) for row in entry.rows]
        transfers.enter_rows(tx, rows)
        statements.enter(tx, (m for entry in self._entered if isinstance(entry, Enter) for m in entry.matters))
        changes = [(before, self._matters[key]) for key, before in self._before.items()]
        statements.settle(tx, changes)
        legs.replan(tx, _planned_anew(changes))
        released = [after for before, after in changes if _comes_to_the_bank(before, after)]
        transfers.release(tx, released)
        usage.write(tx, {key: self._used[key] for key in self._changed})
        at_the_bank = [m.key for m in released if m.state is TransferState.PROCESSING]
        at_the_bank += [
            MatterKey(run.customer_id, run.request_id, run.row) for run in self._runs if run.state is State.RELEASED
        ]
        due = {key[:2] for key in at_the_bank if not self._is_carried(key)}
        statements.make_due(tx, due, self._orders, self._moment.now_ms)
        self._append(due)
        return bool(due)

    def _append(self, due: Collection[Key]) -> None:
        """Tell all that was noted, what waits for others now, and the end of orders whose last row ended here.

        An order that is due ends when whoever takes it over finds nothing left of it.
        """
        now_ms = self._moment.now_ms
        moved_on = (self._matters[key] for key in dict.fromkeys(self._moved_on))
        self.tell(event.wanted(moved_on, now_ms))
        for order, row in sorted(self._with_ended_rows.items()):
            if self._orders[order[:2]] is None and order[:2] not in due:
                of = {"operator_id": row.operator_id, "service": row.service}
                self.tell(events.closed(self._tx, order[:2], at_ms=now_ms, **of))
        self.appended = events.append(self._tx, self._told, self._feeds)

    def _is_carried(self, key: MatterKey) -> bool:
        """Whether somebody carries other rows of the same order, and looks for more when it is through with them."""
        return key.row > 0 and self._orders[key[:2]] is not None

    def _new_transfers(self) -> Iterator[Transfer]:
        for entry in self._entered:
            if isinstance(entry, Pay):
                yield entry.transfer
            else:
                yield from entry.transfers


def _moves(matter: Matter) -> Mapping[TransferState, frozenset[TransferState]]:
    """The legal moves of a matter, by its state."""
    if matter.recurs:
        return RECURRING_MOVES
    return CHANGE_MOVES if is_administrative(matter.plan) else MATTER_MOVES


def end(
    tx: Connection, moment: Moment, keys: Mapping[str, Collection[MatterKey]], *, by_request: str, reason: str
) -> list[Matter]:
    """End those of these matters that are still with the enterprise, by an administrator's act; as they are then.

    `keys` says which by whose act. What they took of this day's limits comes back. For acts of administration, which
    hold the register.
    """
    by = {key: hand for hand, each in keys.items() for key in each}
    affairs = Affairs(tx, moment, Made())
    affairs.hold_orders(key[:2] for key in by)
    affairs.hold_matters(sorted(by))
    affairs.hold_counters(())
    ended = [
        course.ended(matter, moment, by=by[matter.key], by_request=by_request, reason=reason)
        for matter in affairs.matters.values()
        if course.can_end(matter)
    ]
    affairs.settle(ended)
    affairs.write()
    return ended


def _comes_to_the_bank(before: Matter, after: Matter) -> bool:
    """Whether its transfers leave the enterprise: released to the bank, or failed when their time came."""
    if is_administrative(after.plan):
        return False
    return after.state is not before.state and after.state in (TransferState.PROCESSING, TransferState.FAILED)


def _planned_anew(changes: Iterable[tuple[Matter, Matter]]) -> Iterator[tuple[MatterKey, Leg]]:
    """The legs for which another way was found."""
    for before, after in changes:
        if after.leg is not None and after.leg != before.leg:
            yield after.key, after.leg


def _counters(taking: Taking, day: date) -> tuple[UsageKey, ...]:
    return counters(taking.operator, taking.account, day) if taking.counted else ()


def counters_of(transfer: Transfer) -> Iterator[UsageKey]:
    """The counters that change when the transfer fails at the bank."""
    taking = takings.of_transfer(transfer)
    for day in {transfer.entered_on, transfer.business_date}:
        yield from _counters(taking, day)
