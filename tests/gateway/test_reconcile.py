"""The journal against the core's book: agreement is seen, and every way in which they differ is named."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, delete, insert, text, update

from core_adapter.core import Core, Done, Move, MoveKind
from core_adapter.database import migrate, open_engine, reading
from core_adapter.ledger import MIGRATIONS as LEDGER_MIGRATIONS
from core_adapter.ledger import Ledger, NewAccount
from gateway.administration.customers import add_customer
from gateway.databases import JOURNAL_MIGRATIONS, JOURNAL_SCHEMA
from gateway.journal.faults import FAULTS_MAX
from gateway.journal.tables import REQUEST, TRANSFER
from gateway.reconcile import PAGE, Reconciliation, reconcile
from tests.support.orders import request_row, transfer_row

T = TypeVar("T")
C, TODAY = "C00000001", date(2026, 11, 2)
PAYER, PAYEE = "11010100000000001", "11010100000000101"


@dataclass
class Bank:
    """A journal and a ledger, filled as desk and committer fill them, or otherwise."""

    journal: Engine
    ledger: Ledger
    before_core: Callable[[], object] = lambda: None

    def reading(self) -> AbstractContextManager[Connection]:
        """The journal as of now."""
        return reading(self.journal)

    def core(self, job: Callable[[Core], T]) -> T:
        """Run a job with the ledger, after what `before_core` slips in."""
        self.before_core()
        return job(self.ledger)

    def move(self, name: str, **change: Any) -> Done:
        """Have the ledger book the transfer of that request."""
        fields: dict[str, Any] = {
            "instruction": f"{C}/{name}",
            "step": 1,
            "kind": MoveKind.TRANSFER,
            "payer": PAYER,
            "payee": PAYEE,
            "payee_name": "n",
            "amount": 100,
            "currency": "CNY",
            "business_date": TODAY,
            "purpose": "",
        }
        (done,) = self.ledger.move([Move(**fields | change)])
        assert isinstance(done, Done)
        return done

    def enter(self, name: str, state: str, reference: str | None = None, **change: Any) -> None:
        """Write the transfer of that request into the journal."""
        day = TODAY.isoformat()
        transfer = {"payer_account": PAYER, "payee_account": PAYEE, "amount": 100, "state": state}
        with self.journal.begin() as tx:
            tx.execute(insert(REQUEST), request_row(C, name, day))
            tx.execute(insert(TRANSFER), transfer_row(C, name, day, **transfer | {"reference": reference} | change))

    def pay(self, name: str, **change: Any) -> Done:
        """A transfer that went as it should, but for what is changed in the journal."""
        done = self.move(name)
        self.enter(name, **{"state": "succeeded", "reference": done.reference, **change})
        return done

    def check(self) -> Reconciliation:
        """Compare."""
        return reconcile(self)


@pytest.fixture
def bank(database_url: str, tmp_path: Path) -> Iterator[Bank]:
    """A bank with two accounts and one customer, on either database."""
    own = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path / 'core.db'}"
    journal, ledger = open_engine(database_url, schema=JOURNAL_SCHEMA), Ledger(open_engine(own, schema="core"))
    migrate(journal, JOURNAL_MIGRATIONS)
    migrate(ledger.engine, LEDGER_MIGRATIONS)
    ledger.open_accounts([NewAccount(PAYER, "p", opening=10_000_000), NewAccount(PAYEE, "n")], TODAY)
    with journal.begin() as tx:
        add_customer(tx, C, "p")
    yield Bank(journal, ledger)
    ledger.close()
    journal.dispose()


def test_both_sides_agree(bank: Bank) -> None:
    """What succeeded is counted and summed; what failed, is open, waits, or is not the gateway's makes no fault."""
    for number in range(3):
        bank.pay(f"R{number}")
    bank.enter("F1", "failed")
    bank.enter("E1", "entered")
    bank.enter("P1", "processing")
    bank.enter("U1", "unknown")
    bank.move("U1")
    bank.move("X", instruction="counter 17", step=0)
    bank.move("X", instruction="C00000009/X")

    found = bank.check()

    assert found.faults == []
    assert (found.succeeded, found.amount, found.failed, found.open) == (3, 300, 1, 2)
    assert (found.booked, found.booked_amount, found.moves, found.others) == (3, 300, 7, 3)


def test_more_than_a_page_agrees(bank: Bank) -> None:
    """Pages of the book and of the journal join without a gap."""
    count = PAGE + 7
    for number in range(count):
        bank.enter(f"R{number}", "processing")
    fields: dict[str, Any] = {
        "kind": MoveKind.TRANSFER,
        "payer": PAYER,
        "payee": PAYEE,
        "payee_name": "n",
        "amount": 100,
    }
    moves = [
        Move(instruction=f"{C}/R{number}", step=1, currency="CNY", business_date=TODAY, **fields)
        for number in range(count)
    ]
    done = bank.ledger.move(moves)
    with bank.journal.begin() as tx:
        for number, each in enumerate(done):
            assert isinstance(each, Done)
            key = (TRANSFER.c.customer_id == C, TRANSFER.c.request_id == f"R{number}")
            tx.execute(update(TRANSFER).where(*key).values(state="succeeded", reference=each.reference))

    found = bank.check()
    assert (found.faults, found.booked) == ([], count)


@pytest.mark.parametrize(
    ("change", "different"),
    [
        ({"amount": 101}, "amount"),
        ({"payer_account": "9"}, "payer"),
        ({"payee_account": "9"}, "payee"),
        ({"currency": "USD"}, "currency"),
        ({"business_date": "2026-11-03"}, "business date"),
        ({"reference": "another"}, "reference"),
    ],
)
def test_what_was_booked_otherwise_is_found(bank: Bank, change: dict[str, Any], different: str) -> None:
    """Each field that both sides hold is compared, and the ones that differ are named."""
    done = bank.pay("R1", **change)

    assert bank.check().faults[0] == (
        f"move {done.reference} of instruction {C}/R1: not booked as instructed; different: {different}"
    )


def test_success_without_a_booking_is_found(bank: Bank) -> None:
    """The journal says that it succeeded, the core knows nothing of it."""
    bank.pay("R1")
    bank.enter("R2", "succeeded", "invented")

    assert bank.check().faults == [f"request R2 of customer {C}: succeeded, the core says NotFound"]


@pytest.mark.parametrize("state", ["failed", "entered"])
def test_a_booking_that_nobody_gave_to_the_bank_is_found(bank: Bank, state: str) -> None:
    """The customer was told that no money moved, or still waits for its own people."""
    done = bank.move("R1")
    bank.enter("R1", state)

    assert bank.check().faults == [f"move {done.reference} of instruction {C}/R1: booked, but {state} in the journal"]


def test_a_booking_without_an_instruction_is_found(bank: Bank) -> None:
    """Money moved in a customer's name that the journal has not heard of, or under a step that it does not know."""
    one = bank.move("R1")
    bank.pay("R2")
    two = bank.move("R2", step=2)

    assert bank.check().faults == [
        f"move {one.reference} of instruction {C}/R1: booked, but the journal has no such transfer",
        f"move {two.reference} of instruction {C}/R2: step 2, a transfer, which the journal does not know",
    ]


def test_a_transfer_taken_out_of_the_journal_is_found(bank: Bank) -> None:
    """A row that somebody deleted leaves its booking behind."""
    bank.pay("R1")
    with bank.journal.begin() as tx:
        tx.execute(delete(TRANSFER))

    (fault,) = bank.check().faults
    assert fault.endswith("booked, but the journal has no such transfer")


def test_faults_of_the_book_itself_are_told(bank: Bank) -> None:
    """The ledger's own check is part of this one."""
    with bank.ledger.engine.begin() as tx:
        tx.execute(text("UPDATE account SET balance = balance + 1 WHERE number = :number"), {"number": PAYEE})

    faults = bank.check().faults
    assert faults
    assert all(fault.startswith("the book: ") for fault in faults)


def test_what_is_entered_and_booked_meanwhile_is_no_fault(bank: Bank) -> None:
    """A move that the journal's moment does not know is looked up again before it is called a fault."""
    bank.pay("R1")
    names = iter(range(2, 5))

    def pay_another() -> None:
        if (number := next(names, None)) is not None:
            bank.pay(f"R{number}")

    bank.before_core = pay_another

    found = bank.check()
    assert found.faults == []
    assert (found.succeeded, found.booked) == (1, 1)


def test_what_is_approved_and_booked_meanwhile_is_no_fault(bank: Bank) -> None:
    """What still waited at the journal's moment may have had its last approval since."""
    bank.enter("R1", "entered")
    names = iter(["R1"])

    def approve() -> None:
        for name in names:
            succeeded = {"state": "succeeded", "reference": bank.move(name).reference}
            with bank.journal.begin() as tx:
                tx.execute(update(TRANSFER).values(**succeeded))

    bank.before_core = approve

    assert bank.check().faults == []


def test_faults_told_are_bounded(bank: Bank) -> None:
    """Few enough to read, with the number of those that are left out."""
    for number in range(FAULTS_MAX + 3):
        bank.move(f"R{number}")

    found = bank.check()
    assert (len(found.faults), found.more) == (FAULTS_MAX, 3)
