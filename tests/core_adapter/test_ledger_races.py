"""Several processes and threads on one book at once: nothing is lost, done twice or overdrawn."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core_adapter.core import CoreUnavailable, Declined, Done, NotFound, Unknown
from core_adapter.database import open_engine
from core_adapter.ledger import Ledger, NewAccount
from tests.core_adapter.books import ALICE, BOB, TODAY, empty_ledger, transfer
from tests.support.postgres import Postgres

PEOPLE = [NewAccount(f"62{number}", f"Holder {number}", opening=100_00) for number in range(4)]

TELLER = """
import random, sys
from contextlib import closing
from core_adapter.core import Done
from core_adapter.database import open_engine
from core_adapter.ledger import Ledger
from tests.core_adapter.books import transfer
from tests.core_adapter.test_ledger_races import PEOPLE

url, name = sys.argv[1:]
draw = random.Random(name)
sys.stdin.readline()
with closing(Ledger(open_engine(url))) as ledger:
    for batch in range(15):
        moves = []
        for item in range(10):
            payer, payee = draw.sample(PEOPLE, 2)
            amount = draw.randrange(1, 60_00)
            moves.append(transfer(amount, instruction=f"{name}-{batch}-{item}", payer=payer, payee=payee))
        for move, answer in zip(moves, ledger.move(moves)):
            print(move.instruction, isinstance(answer, Done))
"""


def at_once(url: str, works: list[Callable[[Ledger], None]]) -> None:
    """Run each work in a thread with an engine of its own, all let go at once; a failure of one fails all."""
    barrier, failures = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[Ledger], None]) -> None:
        try:
            with closing(Ledger(open_engine(url))) as ledger:
                barrier.wait(30)
                work(ledger)
        except BaseException as failure:  # noqa: BLE001 - told by the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_two_processes_move_money_between_the_same_accounts(postgres: Postgres) -> None:
    """Each of two processes sends its own transfers; every answer stands in the book, and the book is sound."""
    url = postgres.fresh()
    with closing(empty_ledger(url)) as ledger:
        ledger.open_accounts(PEOPLE, TODAY)
        tellers = [
            subprocess.Popen(
                [sys.executable, "-c", TELLER, url, name],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("north", "south")
        ]
        for teller in tellers:
            assert teller.stdin is not None
            teller.stdin.write("go\n")
            teller.stdin.flush()
        told = [line.split() for teller in tellers for line in teller.communicate()[0].splitlines()]

        assert [teller.returncode for teller in tellers] == [0, 0]
        assert len(told) == 300
        answers = ledger.ask([(instruction, 0) for instruction, _done in told])
        assert [isinstance(answer, Done) for answer in answers] == [done == "True" for _instruction, done in told]
        assert ledger.check() == []
        assert sum(account.balance for account in ledger.accounts([each.number for each in PEOPLE]).values()) == 400_00


def test_the_same_moves_sent_by_everyone_are_done_once(database_url: str) -> None:
    """Four clients send the same batch in different orders: each gets the same answers, money moves once."""
    with closing(empty_ledger(database_url)) as ledger:
        ledger.open_accounts(PEOPLE, TODAY)
        moves = [transfer(1_00, payer=PEOPLE[each % 2], payee=PEOPLE[2 + each % 2]) for each in range(20)]
        answers = list[dict[str, Done | Declined | Unknown]]()

        def send(seed: int) -> Callable[[Ledger], None]:
            def work(mine: Ledger) -> None:
                shuffled = random.Random(seed).sample(moves, len(moves))
                told = mine.move(shuffled)
                answers.append({move.instruction: answer for move, answer in zip(shuffled, told, strict=True)})

            return work

        at_once(database_url, [send(seed) for seed in range(4)])

        assert len(answers) == 4
        assert all(answer == answers[0] for answer in answers)
        assert ledger.accounts([PEOPLE[0].number])[PEOPLE[0].number].balance == 90_00
        assert ledger.check() == []


def test_an_account_is_not_overdrawn_by_many_at_once(database_url: str) -> None:
    """Six clients each try to take 40.00 of 100.00: two succeed, whoever they are."""
    with closing(empty_ledger(database_url)) as ledger:
        ledger.open_accounts([ALICE, BOB], TODAY)
        done = list[bool]()
        at_once(
            database_url,
            [lambda mine: done.append(isinstance(mine.move([transfer(40_00)])[0], Done)) for _ in range(6)],
        )

        assert sorted(done) == [False] * 4 + [True] * 2
        assert ledger.accounts([ALICE.number])[ALICE.number].balance == 20_00
        assert ledger.check() == []


def test_a_fence_and_its_move_at_once_agree_on_the_winner(database_url: str) -> None:
    """Either the move was first and the fence tells it, or the fence was and the move is declined; never both."""
    with closing(empty_ledger(database_url)) as ledger:
        ledger.open_accounts([ALICE, BOB], TODAY)
        late = [transfer(1) for _ in range(8)]
        moved, fenced = list[object](), list[object]()
        at_once(
            database_url,
            [
                lambda mine: moved.extend(mine.move([move])[0] for move in late),
                lambda mine: fenced.extend(mine.ask([move.id], fence=True)[0] for move in late),
            ],
        )

        for answer, told in zip(moved, fenced, strict=True):
            assert (told == NotFound(fenced=True)) == isinstance(answer, Declined)
            assert isinstance(answer, Declined) or answer == told
        paid = sum(isinstance(answer, Done) for answer in moved)
        assert ledger.accounts([ALICE.number])[ALICE.number].balance == 100_00 - paid
        assert ledger.check() == []


def test_accounts_are_opened_by_one_of_many(database_url: str) -> None:
    """Two administrators open the same account at once: one does, the other is told so."""
    with closing(empty_ledger(database_url)) as ledger:
        outcomes = list[str]()

        def work(mine: Ledger) -> None:
            try:
                mine.open_accounts([ALICE], TODAY)
                outcomes.append("opened")
            except (ValueError, CoreUnavailable) as refusal:
                outcomes.append(type(refusal).__name__)

        at_once(database_url, [work, work])

        assert sorted(outcomes) == ["AccountRefused", "opened"]
        assert ledger.check() == []
