"""The counters of usage on both databases: made, locked and written, by one process and by several at once."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from core_adapter.database import open_engine, reading, transact
from gateway.domain.usage import Scope, UsageKey, add, counters
from gateway.journal import usage
from gateway.journal.tables import METADATA
from gateway.journal.usage import Made

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
KEYS = counters(("C1", "ERP1"), ("C1", "62001"), MONDAY)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty journal."""
    engine = open_engine(database_url)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def stored(engine: Engine, first: date = MONDAY, last: date = TUESDAY) -> dict[UsageKey, int]:
    """The counters as they stand."""
    with reading(engine) as tx:
        return dict(usage.read(tx, first, last))


def take(engine: Engine, keys: list[UsageKey], amount: int, made: Made) -> None:
    """Take so much of each."""

    def work(tx: Connection) -> None:
        used = usage.lock(tx, keys, made)
        usage.write(tx, {key: before + amount for key, before in used.items()})

    transact(engine, work)


def at_once(works: list[Callable[[], None]]) -> None:
    """Run each work in a thread, all let go at once; a failure of one fails all."""
    barrier, failures = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait(30)
            work()
        except BaseException as failure:  # noqa: BLE001 - told by the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_counter_is_made_with_nothing_used_and_keeps_what_is_written(engine: Engine) -> None:
    """The first lock of a day makes it; another finds what was written, and what was not written stays."""
    made = Made()
    with engine.begin() as tx:
        assert usage.lock(tx, [*KEYS, KEYS[0]], made) == dict.fromkeys(KEYS, 0)
        usage.write(tx, {KEYS[0]: 10**15, KEYS[1]: 5})
    with engine.begin() as tx:
        assert usage.lock(tx, reversed(KEYS), Made()) == {KEYS[0]: 10**15, KEYS[1]: 5, KEYS[2]: 0}
        usage.write(tx, {KEYS[1]: 0})

    assert stored(engine) == {KEYS[0]: 10**15, KEYS[1]: 0, KEYS[2]: 0}


def test_nothing_asked_is_nothing_done(engine: Engine) -> None:
    """No key and no amount touch no row."""
    with engine.begin() as tx:
        assert usage.lock(tx, [], Made()) == {}
        usage.write(tx, {})

    assert stored(engine) == {}


def test_counters_that_differ_in_one_part_of_their_key_are_apart(engine: Engine) -> None:
    """Customer, scope, subject and day, each alone; more of them than one piece holds, of the longest ids."""
    long = "W" * 32
    keys = [
        UsageKey(customer, scope, subject, day)
        for customer in (long, long[1:], "c_-1")
        for scope in Scope
        for subject in (long, *map(str, range(11)))
        for day in (MONDAY, TUESDAY)
    ]
    amounts = {key: number for number, key in enumerate(keys)}
    with engine.begin() as tx:
        usage.lock(tx, keys, Made())
        usage.write(tx, amounts)

    assert len(amounts) == 216
    assert stored(engine) == amounts
    assert stored(engine, TUESDAY, TUESDAY) == {key: each for key, each in amounts.items() if key[3] == TUESDAY}


def test_all_counters_are_read_a_page_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    keys = [UsageKey("C1", Scope.ACCOUNT, str(number), MONDAY) for number in range(usage.PAGE + 7)]
    take(engine, keys, 3, Made())

    assert stored(engine) == dict.fromkeys(keys, 3)


def test_a_counter_whose_transaction_was_lost_is_made_again(engine: Engine) -> None:
    """What is remembered is never trusted: a counter that is not there is made by whoever needs it."""
    made = Made()
    with engine.connect() as tx:
        usage.lock(tx, KEYS, made)
        tx.rollback()

    take(engine, [KEYS[0]], 1, Made())
    take(engine, list(KEYS), 5, made)

    assert stored(engine) == {KEYS[0]: 6, KEYS[1]: 5, KEYS[2]: 5}


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its bound everything is forgotten, and made again at no loss."""
    monkeypatch.setattr(usage, "REMEMBERED_MAX", 2)
    made = Made()

    assert made.missing(KEYS) == list(KEYS)
    assert made.missing(KEYS[:1]) == [KEYS[0]]
    assert made.missing(KEYS) == list(KEYS[1:])


def test_the_database_keeps_counters_from_falling_below_nothing(engine: Engine) -> None:
    """Giving back more than was taken is a fault of ours that is never written."""
    take(engine, list(KEYS), 5, Made())

    with pytest.raises(IntegrityError):
        take(engine, [KEYS[0]], -6, Made())
    assert stored(engine) == dict.fromkeys(KEYS, 5)


def test_a_counter_is_written_only_where_it_was_locked(engine: Engine) -> None:
    """One that was never made is not passed over in silence."""
    with pytest.raises(AssertionError, match="not locked"), engine.begin() as tx:
        usage.write(tx, {KEYS[0]: 1})


def test_R3_5_two_at_once_never_exceed_a_limit_together(engine: Engine) -> None:
    """Six try to take 40 of 100 at the same moment: two may, whoever they are."""
    allowed: list[bool] = []

    def attempt() -> None:
        def work(tx: Connection) -> bool:
            used = usage.lock(tx, KEYS, made)
            fits = all(before + 40 <= 100 for before in used.values())
            if fits:
                usage.write(tx, {key: before + 40 for key, before in used.items()})
            return fits

        made = Made()
        allowed.append(transact(engine, work))

    at_once([attempt] * 6)

    assert sorted(allowed) == [False] * 4 + [True] * 2
    assert stored(engine) == dict.fromkeys(KEYS, 80)


def test_many_at_once_lose_nothing_and_never_wait_in_a_circle(engine: Engine) -> None:
    """Each locks most of the same counters, first new and then old; no transaction is tried twice."""
    threads, rounds = 4, 20
    meeting, tries = threading.Barrier(threads), list[int]()
    numbers = [range(80 * turn, 80 * turn + 80) for turn in range(rounds)]
    days = [[UsageKey("C1", Scope.ACCOUNT, f"{n // 2}", (MONDAY, TUESDAY)[n % 2]) for n in each] for each in numbers]
    expected: dict[UsageKey, int] = {}

    def taker(seed: int) -> Callable[[], None]:
        drawn = random.Random(seed)
        shares = [drawn.sample(each, 72) for each in days for _ in ("new", "old")]
        for share in shares:
            add(expected, dict.fromkeys(share, 1).items())

        def work(tx: Connection, keys: list[UsageKey], made: Made) -> None:
            tries.append(seed)
            used = usage.lock(tx, keys, made)
            usage.write(tx, {key: before + 1 for key, before in used.items()})

        def run() -> None:
            made = Made()
            for share in shares:
                meeting.wait(30)
                transact(engine, partial(work, keys=share, made=made))

        return run

    at_once([taker(seed) for seed in range(threads)])

    assert stored(engine) == expected
    assert len(tries) == threads * rounds * 2
