"""The book outlives its process at every step: nothing is lost, nothing done twice, and none is taken for another."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from core_adapter.channels.messages import Credits, System
from core_adapter.clearing import book as books
from core_adapter.clearing import day_file, orders
from core_adapter.clearing.book import Book, BookRefused, existing, served
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.magic import Magic, account_of
from core_adapter.clearing.settings import Faults
from protocol.money import format_amount
from tests.core_adapter.clearing.bank import OTHER, START, Bank, credit, settings_at
from tests.core_adapter.clearing.conftest import MakeBank

INCOMING = orders.Incoming(system=System.HVPS, account="1", name="甲", amount=70_000_00, bank=OTHER)
Step = Callable[[Bank], None]


class KilledError(Exception):
    """The process is gone."""


def _send(bank: Bank, number: int, system: System, account: str = "6222020200012345678", amount: int = 100_00) -> None:
    head = replace(bank.head(system), message_id=f"2026030260{number:06d}")
    bank.turn(Credits(head=head, credits=(credit(amount + number, account=account, system=system),)))


STEPS: list[Step] = [
    lambda bank: _send(bank, 1, System.IBPS),
    lambda bank: _send(bank, 2, System.BEPS),
    lambda bank: _send(bank, 3, System.HVPS, amount=60_000_00),
    lambda bank: _send(bank, 4, System.HVPS, account_of(Magic.QUEUED_SETTLED)),
    lambda bank: _send(bank, 5, System.IBPS, account_of(Magic.LATE_RETURN)),
    lambda bank: _send(bank, 6, System.IBPS, account_of(Magic.REFUSED_NAME)),
    lambda bank: _send(bank, 7, System.IBPS, account_of(Magic.DELAYED), amount=3_00),
    lambda bank: bank.book.order([orders.pay(START, INCOMING)]),
    *([lambda bank: bank.later(0.5)] * 12),
    lambda bank: bank.book.order([orders.roll(START, each) for each in System if each is not System.CCMS]),
    *([lambda bank: bank.later(0.5)] * 4),
]


def content(book: Book) -> list[tuple[object, ...]]:
    """All credits, whatever they were numbered, and how the systems stand."""
    with book.reading() as connection:
        booked = connection.exec_driver_sql(
            "SELECT system, kind, amount, payee_account, status, code, cleared_on, returned_by FROM credit "
            "ORDER BY system, kind, amount"
        ).all()
        systems = connection.exec_driver_sql("SELECT system, cleared_on, put_into FROM system ORDER BY system").all()
    return [tuple(row) for row in (*booked, *systems)]


def run(bank: Bank, dies: Callable[[int], bool], die: Callable[[Bank, Step], None]) -> list[tuple[object, ...]]:
    """Take every step; at those where it dies the process is started again and the step is tried anew."""
    for number, step in enumerate(STEPS):
        moment = bank.now
        if dies(number):
            die(bank, step)
            bank.now = moment
            bank.book.close()
            bank.book = Book(bank.settings, bank.now)
            bank.book.start(bank.now)
        step(bank)
    return content(bank.book)


def _before_commit(bank: Bank, step: Step) -> None:
    """Die when all was written and nothing committed."""
    work = bank.book.write

    def killed(inner: Callable[[Connection], object]) -> None:
        def whole(connection: Connection) -> None:
            inner(connection)
            raise KilledError

        work(whole)

    bank.book.write = killed  # type: ignore[method-assign, assignment]  # the process dies there
    with pytest.raises(KilledError):
        step(bank)


def _after_commit(bank: Bank, step: Step) -> None:
    """Die when all was committed and nothing sent."""
    heard = list(bank.heard)
    step(bank)
    bank.heard = heard


@pytest.mark.parametrize("die", [_before_commit, _after_commit])
def test_a_process_that_dies_at_any_step_leaves_the_book_that_it_would_have_left_alive(
    make_bank: MakeBank, die: Callable[[Bank, Step], None]
) -> None:
    """Before the commit of the step, or after it with nothing sent; the next process takes the step again."""
    alive = run(make_bank(), lambda _: False, die)
    statuses = {row[4] for row in alive if len(row) > 3}
    assert statuses == {"PR04", "PR09"}

    for number, step in enumerate(STEPS):
        is_order = "order" in step.__code__.co_names
        if die is _after_commit and is_order:
            continue  # whoever gives a command twice means it twice
        assert run(make_bank(), number.__eq__, die) == alive, number


def test_a_book_of_another_bank_or_version_and_one_that_is_served_are_refused(tmp_path: Path) -> None:
    """And one that is not there, where none is to be made."""
    settings = settings_at(tmp_path)
    with pytest.raises(BookRefused, match="there is no book"):
        existing(settings, START)
    Book(settings, START).close()
    with pytest.raises(BookRefused, match="name another book"):
        Book(replace(settings, bank=OTHER), START)
    with served(settings.book), pytest.raises(BookRefused, match="another process serves"), served(settings.book):
        pass
    book = existing(settings, START)
    book.write(lambda connection: connection.exec_driver_sql("UPDATE book SET version = 99"))
    book.close()
    with pytest.raises(BookRefused, match="version 99"):
        Book(settings, START)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE credit SET amount = amount + 1 WHERE system = 'HVPS'", "HVPS has brought the bank"),
        ("UPDATE credit SET status = 'PR12', waits = 'funds' WHERE system = 'IBPS'", "which IBPS does not give"),
        ("UPDATE credit SET round = '' WHERE system = 'IBPS'", "without a netting round"),
        ("UPDATE credit SET status = 'PR00' WHERE system = 'HVPS'", "nothing will ever be done about it"),
        ("UPDATE credit SET returned_by = 'late' WHERE system = 'IBPS'", "neither has nor will"),
        ("DELETE FROM credit WHERE system = 'BEPS'", "credits are counted"),
        (
            "UPDATE delivery SET message_id = '0' WHERE credit = (SELECT MIN(credit) FROM delivery)",
            "no credit for the bank is in it",
        ),
        ("UPDATE credit SET amount = 1 WHERE kind = 'A105'", "does not stand with that amount"),
    ],
)
def test_a_book_that_was_damaged_is_not_sound(tmp_path: Path, damage: str, fault: str) -> None:
    """Each rule of the check finds what it is for."""
    settings = settings_at(tmp_path)
    bank = Bank(settings, Book(settings, START))
    for step in STEPS[:16]:
        step(bank)
    assert bank.book.check() == []
    bank.book.write(lambda connection: connection.exec_driver_sql(damage))

    assert any(fault in each for each in bank.book.check())
    bank.book.close()


def test_one_credit_can_not_be_booked_twice_whatever_the_program_does(bank: Bank) -> None:
    """The database itself refuses."""
    bank.pay(credit())
    with pytest.raises(Exception, match="UNIQUE"):
        bank.book.write(
            lambda connection: connection.exec_driver_sql(
                "INSERT INTO credit SELECT number + 1, sender, message_id, tx_id, system, priority, kind, amount, "
                "payer_account, payer_name, payer_bank, payee_account, payee_name, payee_bank, purpose, end_to_end_id, "
                "original_sender, original_message_id, original_tx_id, reason, reason_text, received_at, via, status, "
                "code, text, cleared_on, round, waits, returned_by FROM credit"
            )
        )


def test_net_positions_are_the_sums_of_settled_credits(bank: Bank) -> None:
    """What is netted and not settled yet does not count."""
    bank.pay(credit(100_00))
    bank.pay(credit(60_000_00, system=System.HVPS), system=System.HVPS)
    bank.book.order([orders.pay(bank.now, INCOMING)])
    bank.turn()
    with bank.book.reading() as connection:
        positions = connection.exec_driver_sql(
            "SELECT participant, cleared_on, SUM(change) FROM flow GROUP BY participant, cleared_on ORDER BY 3"
        ).all()

    assert [tuple(row) for row in positions] == [
        (OTHER, "2026-03-02", -10_000_00),  # the IBPS credit is netted, not settled
        (bank.settings.bank, "2026-03-02", 10_000_00),
    ]


def test_the_file_of_a_day_equals_the_book(make_bank: MakeBank) -> None:
    """Line by line, and its total is the sum of its lines."""
    bank = make_bank(faults=Faults(refusal=0.3, late_return=0.3, late_return_seconds=1.0))
    for number in range(30):
        _send(bank, number, [System.IBPS, System.BEPS, System.HVPS][number % 3])
    bank.book.order([orders.pay(bank.now, INCOMING)])
    bank.later(5)
    assert _day(bank)[-1][2] == "open"
    bank.book.order([orders.roll(bank.now, each) for each in System if each is not System.CCMS])
    bank.later(2)
    _send(bank, 99, System.IBPS)  # of the next day

    head, *lines, total = _day(bank)
    assert tuple(head) == day_file.FIELDS
    told = [dict(zip(head, line, strict=True)) for line in lines]
    with bank.book.reading() as connection:
        booked = connection.exec_driver_sql(
            "SELECT sender, message_id, tx_id, amount, status FROM credit WHERE cleared_on = '2026-03-02'"
        ).all()
    names = ("sender", "message_id", "tx_id", "amount", "status")
    assert sorted(tuple(each[name] for name in names) for each in told) == sorted(
        (sender, message_id, tx_id, format_amount(amount), status)
        for sender, message_id, tx_id, amount, status in booked
    )
    assert {each["status"] for each in told} == {"PR04", "PR09"}
    assert total == ["total", "2026-03-02", "ended", *_sums(told)]


def _day(bank: Bank) -> list[list[str]]:
    out = io.StringIO()
    with bank.book.reading() as connection:
        day_file.write(connection, date(2026, 3, 2), out)
    return list(csv.reader(io.StringIO(out.getvalue())))


def _sums(told: list[dict[str, str]]) -> list[str]:
    fen = {
        way: [int(each["amount"].replace(".", "")) for each in told if (each["way"], each["status"]) == (way, "PR04")]
        for way in ("sent", "received")
    }
    sent, received = sum(fen["sent"]), sum(fen["received"])
    counts = (len(fen["sent"]), sent), (len(fen["received"]), received)
    told_sums = [text for count, amount in counts for text in (str(count), format_amount(amount))]
    return [*told_sums, format_amount(received - sent)]


def test_a_command_of_another_process_is_due_at_once(bank: Bank) -> None:
    """Whoever serves the book finds it."""
    assert not bank.book.needed(lines=Lines(), now=bank.now, told=())
    beside = books.existing(bank.settings, bank.now)
    beside.order([orders.pay(bank.now, INCOMING)])
    beside.close()

    assert bank.book.needed(lines=Lines(), now=bank.now, told=())
