"""Random histories: whatever is sent in whatever order, the ledger agrees with a small model in memory."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core_adapter.core import CoreUnavailable, Declined, Done, Move, MoveConflict, MoveKind, NotFound, Unknown
from core_adapter.ledger import Ledger, NewAccount
from tests.core_adapter.books import TODAY, empty_ledger, transfer

PEOPLE = [NewAccount(f"62{number}", f"Holder {number}", opening=100) for number in range(3)]
Told = Done | Declined | Unknown | NotFound


@dataclass
class Model:
    """What a bank is: balances, holds that stand, and for each id what was done with it."""

    balance: dict[str, int] = field(default_factory=lambda: {person.number: person.opening for person in PEOPLE})
    holds: dict[tuple[str, int], Move] = field(default_factory=dict)
    seen: dict[tuple[str, int], tuple[Move | None, bool]] = field(default_factory=dict)

    def available(self, number: str) -> int:
        """What the account may spend."""
        return self.balance[number] - sum(hold.amount for hold in self.holds.values() if hold.payer == number)

    def move(self, move: Move) -> bool:
        """Whether the move is done; MoveConflict as the ledger raises it."""
        if move.id in self.seen:
            known, done = self.seen[move.id]
            if known is not None and known != move:
                raise MoveConflict(*move.id, "")
            return done
        done = self._new(move)
        self.seen[move.id] = (move, done)
        return done

    def _new(self, move: Move) -> bool:
        if move.hold_step is not None:
            return self._resolve(move, (move.instruction, move.hold_step))
        if move.payer == move.payee or self.available(move.payer) < move.amount:
            return False
        if move.kind is MoveKind.HOLD:
            self.holds[move.id] = move
        else:
            self._pay(move)
        return True

    def _resolve(self, move: Move, key: tuple[str, int]) -> bool:
        hold, done = self.seen.get(key, (None, False))
        if hold is None or not done or hold.kind is not MoveKind.HOLD:
            raise MoveConflict(*move.id, "")
        if (hold.payer, hold.payee, hold.amount) != (move.payer, move.payee, move.amount):
            raise MoveConflict(*move.id, "")
        if self.holds.pop(key, None) is None:
            return False
        if move.kind is MoveKind.POST:
            self._pay(move)
        return True

    def _pay(self, move: Move) -> None:
        self.balance[move.payer] -= move.amount
        self.balance[move.payee] += move.amount


people = st.sampled_from(PEOPLE)


@st.composite
def moves(draw: st.DrawFn) -> Move:
    """A move among few people, amounts and ids, so that histories meet themselves again."""
    kind = draw(st.sampled_from(list(MoveKind)))
    resolves = kind in (MoveKind.POST, MoveKind.VOID)
    return transfer(
        draw(st.sampled_from([1, 40, 70])),
        instruction=draw(st.sampled_from(["I1", "I2", "I3", "I4"])),
        step=draw(st.integers(1, 2)) if resolves else 0,
        kind=kind,
        payer=draw(st.sampled_from(PEOPLE[:2])),
        payee=draw(people),
        hold_step=0 if resolves else None,
    )


Step = list[Move] | tuple[list[tuple[str, int]], bool]
batches = st.lists(moves(), min_size=1, max_size=4)
ids = st.lists(st.tuples(st.sampled_from(["I1", "I2", "I3", "I4"]), st.integers(0, 2)), min_size=1, max_size=3)
histories = st.lists(batches | st.tuples(ids, st.booleans()), min_size=1, max_size=12)


@pytest.fixture
def fresh_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger on SQLite, which each history empties first."""
    with closing(empty_ledger(f"sqlite:///{tmp_path / 'history.db'}")) as ledger:
        yield ledger


def clean(ledger: Ledger) -> None:
    """Empty the book as no user can, far faster than a new file, and open the accounts again."""
    with ledger.engine.begin() as connection:
        triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _sql in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in ("DELETE FROM posting", "DELETE FROM move", "DELETE FROM account"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE book SET number = 0")
        for _name, sql in triggers:
            connection.exec_driver_sql(sql)
    ledger.open_accounts(PEOPLE, TODAY)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_any_history_ends_as_the_model_says(fresh_ledger: Ledger, history: list[Step]) -> None:
    """Answers, balances, holds, conflicts and fences agree after every step; the check finds the book sound."""
    clean(fresh_ledger)
    model, answers = Model(), dict[tuple[str, int], Told]()
    for step in history:
        if isinstance(step, list):
            _move(fresh_ledger, model, step, answers)
        else:
            _ask(fresh_ledger, model, step, answers)
        accounts = fresh_ledger.accounts([person.number for person in PEOPLE])
        assert {number: account.balance for number, account in accounts.items()} == model.balance
        assert all(account.available == model.available(number) for number, account in accounts.items())
    assert fresh_ledger.check() == []


def _move(ledger: Ledger, model: Model, batch: list[Move], answers: dict[tuple[str, int], Told]) -> None:
    """Put a batch to both; a conflict undoes the batch, whose moves then go one at a time as a caller's would."""
    try:
        told = ledger.move(batch)
    except MoveConflict:
        assert len(batch) > 1 or _conflicts(model, batch[0])
        for each in batch if len(batch) > 1 else []:
            _move(ledger, model, [each], answers)
        return
    for move, answer in zip(batch, told, strict=True):
        assert isinstance(answer, Done) == model.move(move)
        known = model.seen[move.id][0]
        assert known is None or answers.setdefault(move.id, answer) == answer


def _conflicts(model: Model, move: Move) -> bool:
    try:
        model.move(move)
    except MoveConflict:
        return True
    return False


def _ask(
    ledger: Ledger, model: Model, step: tuple[list[tuple[str, int]], bool], answers: dict[tuple[str, int], Told]
) -> None:
    """Ask both; a fence closes ids that the model has not seen."""
    wanted, fence = step
    for key, told in zip(wanted, ledger.ask(wanted, fence=fence), strict=True):
        if fence:
            model.seen.setdefault(key, (None, False))
        known = model.seen.get(key)
        if known is None or known[0] is None:
            assert told == NotFound(fenced=known is not None)
        else:
            assert told == answers[key]


def test_the_model_is_not_blind() -> None:
    """The model itself refuses what it should: an overdraft, a second post, other content."""
    model = Model()
    assert not model.move(transfer(101, payer=PEOPLE[0], payee=PEOPLE[1]))
    first = transfer(1, instruction="I1", payer=PEOPLE[0], payee=PEOPLE[1])
    assert model.move(first)
    with pytest.raises(MoveConflict):
        model.move(transfer(2, instruction="I1", payer=PEOPLE[0], payee=PEOPLE[1]))
    assert not issubclass(MoveConflict, CoreUnavailable)
