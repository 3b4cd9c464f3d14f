"""The ledger keeps the promises of the core interface, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core_adapter.core import (
    MOVES_MAX,
    AccountLost,
    AccountStatus,
    CoreAccount,
    Declined,
    Direction,
    Done,
    Move,
    MoveConflict,
    MoveKind,
    NotFound,
)
from core_adapter.ledger import AccountRefused, Ledger, NewAccount
from core_adapter.ledger.tables import ACCOUNT
from protocol.codes import Code
from tests.core_adapter.books import ALICE, BOB, CLEARING, TODAY, hold, post, transfer, void

Resolve = Callable[[int, str, int], Move]
"""A post or void of so many fen, under an instruction, at a step."""


def balances(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Balance and available of Alice, Bob and the clearing account, in fen."""
    accounts = ledger.accounts([ALICE.number, BOB.number, CLEARING.number])
    return {
        name: (accounts[new.number].balance, accounts[new.number].available)
        for name, new in (("alice", ALICE), ("bob", BOB), ("clearing", CLEARING))
    }


def test_transfer_moves_money_and_says_when_and_under_which_number(ledger: Ledger) -> None:
    """A transfer is booked at once, at the database's time, under a readable number of its own."""
    (first,) = ledger.move([transfer(30_00)])
    (second,) = ledger.move([transfer(1)])

    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.reference == "202603020000000003"
    assert second.reference == "202603020000000004"
    assert first.booked_at <= second.booked_at
    assert abs(first.booked_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert balances(ledger)["alice"] == (69_99, 69_99)
    assert balances(ledger)["bob"] == (80_01, 80_01)


def test_accounts_are_told_as_they_are_and_unknown_ones_left_out(ledger: Ledger) -> None:
    """An account answers its holder, currency, status and money."""
    expected = CoreAccount(ALICE.number, ALICE.name, "CNY", AccountStatus.NORMAL, 100_00, 100_00)

    assert ledger.accounts([ALICE.number, "nobody"]) == {ALICE.number: expected}
    assert ledger.accounts([]) == {}


def test_transfer_may_bring_the_payer_to_exactly_zero_and_not_below(ledger: Ledger) -> None:
    """The last fen may be paid; one more is declined, also within the same batch."""
    answers = ledger.move([transfer(99_99), transfer(2), transfer(1), transfer(1)])

    assert [type(answer) for answer in answers] == [Done, Declined, Done, Declined]
    assert answers[1] == Declined((Code.BALANCE_INSUFFICIENT,))
    assert balances(ledger)["alice"] == (0, 0)


def test_money_that_came_in_earlier_in_the_batch_can_be_spent_later_in_it(ledger: Ledger) -> None:
    """A batch is decided one move after the other."""
    answers = ledger.move([transfer(100_00), transfer(150_00, payer=BOB, payee=ALICE)])

    assert all(isinstance(answer, Done) for answer in answers)
    assert balances(ledger)["alice"] == (150_00, 150_00)


def test_the_same_move_again_gives_the_stored_answer_and_moves_nothing(ledger: Ledger) -> None:
    """A repeat is answered as the first time: in a later batch, within one batch, and when it was declined."""
    move, declined = transfer(10_00), transfer(100_00_00)
    first = ledger.move([move, declined, move])

    assert first[0] == first[2]
    assert ledger.move([declined, move]) == [first[1], first[0]]
    assert balances(ledger)["alice"] == (90_00, 90_00)


def test_a_declined_move_stays_declined_when_the_reason_has_passed(ledger: Ledger) -> None:
    """An id that failed for want of money stays spent after money came."""
    move = transfer(120_00)
    assert ledger.move([move]) == [Declined((Code.BALANCE_INSUFFICIENT,))]
    ledger.move([transfer(50_00, payer=BOB, payee=ALICE)])

    assert ledger.move([move]) == [Declined((Code.BALANCE_INSUFFICIENT,))]


@pytest.mark.parametrize(
    "change",
    [{"amount": 10_01}, {"payee_name": "Bob"}, {"purpose": "other"}, {"business_date": date(2026, 3, 3)}],
    ids=lambda change: next(iter(change)),
)
def test_an_id_with_other_content_is_a_conflict_and_its_batch_does_nothing(
    ledger: Ledger, change: dict[str, object]
) -> None:
    """A second use of an id with other content is the caller's bug: raised, and nothing of the batch is done."""
    move = transfer(10_00)
    ledger.move([move])

    with pytest.raises(MoveConflict, match=f"{move.instruction} step 0"):
        ledger.move([transfer(5_00), replace(move, **change)])  # type: ignore[arg-type]  # cases of a table
    assert balances(ledger)["alice"] == (90_00, 90_00)


def test_a_hold_takes_what_is_available_and_a_post_takes_the_money(ledger: Ledger) -> None:
    """A hold leaves the balance; its post moves it to the clearing account."""
    ledger.move([hold(60_00, "I1")])
    assert balances(ledger)["alice"] == (100_00, 40_00)
    assert ledger.move([transfer(40_01)]) == [Declined((Code.BALANCE_INSUFFICIENT,))]

    ledger.move([post(60_00, "I1")])
    assert balances(ledger) == {"alice": (40_00, 40_00), "bob": (50_00, 50_00), "clearing": (60_00, 60_00)}


def test_a_void_gives_the_held_money_back(ledger: Ledger) -> None:
    """After a void everything is as before the hold, and no entry was made."""
    ledger.move([hold(60_00, "I1"), void(60_00, "I1")])

    assert balances(ledger)["alice"] == (100_00, 100_00)
    assert len(ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)) == 1


@pytest.mark.parametrize("first", [post, void])
@pytest.mark.parametrize("second", [post, void])
def test_a_hold_is_resolved_once(ledger: Ledger, first: Resolve, second: Resolve) -> None:
    """Whatever comes second under another id is declined; the first, repeated, is told again."""
    ledger.move([hold(60_00, "I1")])
    (answer,) = ledger.move([first(60_00, "I1", 1)])

    assert isinstance(answer, Done)
    assert ledger.move([second(60_00, "I1", 2)]) == [Declined((Code.REQUEST_ID_FENCED,))]
    assert ledger.move([first(60_00, "I1", 1)]) == [answer]


def test_a_post_without_a_standing_hold_is_a_conflict(ledger: Ledger) -> None:
    """Posting what was never held, or was declined, or differs from its hold, is the caller's bug."""
    ledger.move([hold(1, "I1"), hold(500_00, "I2"), transfer(1, instruction="I3", payee=CLEARING)])

    for move in (post(1, "I0"), post(500_00, "I2"), post(1, "I3"), post(2, "I1")):
        with pytest.raises(MoveConflict):
            ledger.move([move])


def test_a_post_goes_through_whatever_the_status_has_become(ledger: Ledger) -> None:
    """Held money is promised already: a freeze after the hold does not stop the post."""
    ledger.move([hold(60_00, "I1")])
    ledger.set_status(ALICE.number, AccountStatus.FROZEN)

    (answer,) = ledger.move([post(60_00, "I1")])
    assert isinstance(answer, Done)


def test_ask_tells_what_became_of_moves(ledger: Ledger) -> None:
    """Asked by id, in any order and also twice, the core tells the stored outcome, or that it has none."""
    done, declined = transfer(1), transfer(100_00_00)
    answers = ledger.move([done, declined])

    assert ledger.ask([declined.id, ("nobody", 0), done.id, done.id]) == [
        answers[1],
        NotFound(fenced=False),
        answers[0],
        answers[0],
    ]
    assert ledger.ask([(done.instruction, 1)]) == [NotFound(fenced=False)]
    assert ledger.ask([]) == []


def test_a_fence_refuses_a_late_move_for_ever(ledger: Ledger) -> None:
    """An id that was fenced before its move came never moves money; one that came first keeps its outcome."""
    late, early = transfer(1), transfer(2)
    (told,) = ledger.move([early])

    assert ledger.ask([late.id, early.id], fence=True) == [NotFound(fenced=True), told]
    for _ in range(2):
        assert ledger.move([late]) == [Declined((Code.REQUEST_ID_FENCED,))]
        assert ledger.ask([late.id]) == [NotFound(fenced=True)]
    assert balances(ledger)["alice"] == (99_98, 99_98)


@pytest.mark.parametrize("status", [AccountStatus.LOST, AccountStatus.FROZEN, AccountStatus.CLOSED])
def test_only_a_normal_account_pays_or_is_paid(ledger: Ledger, status: AccountStatus) -> None:
    """A lost, frozen or closed account neither pays nor is paid, and each status has its reason."""
    barred = NewAccount("6210009", "Barred", status=status, opening=0)
    ledger.open_accounts([barred], TODAY)

    pays, paid = ledger.move([transfer(1, payer=barred), transfer(1, payee=barred)])
    assert pays == Declined((Code(f"PAYER_{status.name}"), Code.BALANCE_INSUFFICIENT))
    assert paid == Declined((Code(f"PAYEE_{status.name}"),))


def test_R4_27_a_lost_account_answers_its_balance_and_nothing_else(ledger: Ledger) -> None:
    """Under a loss report (R4.27) only the balance can be asked; released, the entries are there again."""
    ledger.set_status(ALICE.number, AccountStatus.LOST)

    assert ledger.accounts([ALICE.number])[ALICE.number].balance == 100_00
    with pytest.raises(AccountLost):
        ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)
    ledger.set_status(ALICE.number, AccountStatus.NORMAL)
    assert len(ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)) == 1


def test_O13_a_loss_report_ends_by_itself_after_120_hours(ledger: Ledger) -> None:
    """A minute before it holds, then the account pays again and shows its entries; a new report counts from anew."""
    ledger.set_status(ALICE.number, AccountStatus.LOST)
    _pass(ledger, hours=120, seconds=-60)
    (held,) = ledger.move([transfer(1)])
    _pass(ledger, hours=0, seconds=60)
    (moved,) = ledger.move([transfer(1)])

    assert held == Declined((Code.PAYER_LOST,))
    assert isinstance(moved, Done)
    assert ledger.accounts([ALICE.number])[ALICE.number].status is AccountStatus.NORMAL
    assert len(ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)) == 2

    ledger.set_status(ALICE.number, AccountStatus.LOST)
    assert ledger.accounts([ALICE.number])[ALICE.number].status is AccountStatus.LOST


def _pass(ledger: Ledger, *, hours: int, seconds: int) -> None:
    """Let a report be older by that much."""
    with ledger.engine.begin() as connection:
        connection.execute(ACCOUNT.update().values(lost_until=ACCOUNT.c.lost_until - (hours * 3600 + seconds) * 1000))


def test_entries_come_from_either_side_in_order_with_running_balances(ledger: Ledger) -> None:
    """An account sees its debits and credits as one history; only the payer's side shows the payer's request id."""
    move = transfer(30_00)
    (done,) = ledger.move([move])
    ledger.move([transfer(5_00, payer=BOB, payee=ALICE)])
    assert isinstance(done, Done)

    opening, paid, received = ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)
    assert [entry.sequence for entry in (opening, paid, received)] == [1, 2, 3]
    assert [entry.balance_after for entry in (opening, paid, received)] == [100_00, 70_00, 75_00]
    assert (opening.direction, opening.counterparty_account) == (Direction.CREDIT, "#EQUITY-CNY")
    assert (paid.direction, paid.amount, paid.reference, paid.booked_at) == (
        Direction.DEBIT,
        30_00,
        done.reference,
        done.booked_at,
    )
    assert (paid.counterparty_account, paid.counterparty_name) == (BOB.number, BOB.name)
    assert (paid.instruction, paid.request_id, paid.purpose) == (move.instruction, "R1", "goods 货款")
    assert (received.direction, received.request_id) == (Direction.CREDIT, "")


def test_entries_page_by_sequence_within_a_period(ledger: Ledger) -> None:
    """Pages follow one another without gap or overlap, and hold only the business dates asked for."""
    days = [date(2026, 3, day) for day in (2, 3, 3, 4, 4, 5)]
    ledger.move([transfer(1, business_date=day) for day in days])

    first = ledger.entries(ALICE.number, date(2026, 3, 3), date(2026, 3, 4), after=0, limit=3)
    second = ledger.entries(ALICE.number, date(2026, 3, 3), date(2026, 3, 4), after=first[-1].sequence, limit=3)
    assert [entry.sequence for entry in (*first, *second)] == [3, 4, 5, 6]
    assert ledger.entries(ALICE.number, date(2026, 3, 3), date(2026, 3, 4), after=6, limit=3) == []
    assert ledger.entries("nobody", TODAY, TODAY, after=0, limit=3) == []


def test_the_book_lists_what_was_done_in_order(ledger: Ledger) -> None:
    """For reconciliation: every done move with its content and answer, declined and fenced ones left out."""
    moves = [transfer(1), transfer(100_00_00), hold(2, "I1"), void(2, "I1")]
    answers = ledger.move(moves)
    ledger.ask([("fenced", 0)], fence=True)

    openings, booked = ledger.book(0, 2), ledger.book(2, 10)
    assert [each.move.kind for each in openings] == [MoveKind.TRANSFER] * 2
    assert [each.move for each in booked] == [moves[0], moves[2], moves[3]]
    assert [each.done for each in booked] == [answers[0], answers[2], answers[3]]
    assert [each.number for each in booked] == [3, 5, 6]
    assert ledger.book(booked[-1].number, 10) == []


def test_accounts_are_opened_once_all_or_none(ledger: Ledger) -> None:
    """One that exists, stands twice, has no name, or opens closed or below zero refuses the whole list."""
    fresh = NewAccount("6210010", "Fresh")
    for wrong in (
        ALICE,
        fresh,
        replace(fresh, number="x", opening=-1),
        NewAccount("x", "x", "CNY", AccountStatus.CLOSED, 1),
    ):
        with pytest.raises(AccountRefused):
            ledger.open_accounts([fresh, wrong], TODAY)

    assert ledger.accounts([fresh.number]) == {}
    ledger.open_accounts([], TODAY)


def test_an_account_is_closed_only_when_nothing_is_on_it_and_for_good(ledger: Ledger) -> None:
    """Closing asks for an empty account without holds; a closed account cannot be reopened."""
    for number in (ALICE.number, "nobody"):
        with pytest.raises(AccountRefused):
            ledger.set_status(number, AccountStatus.CLOSED)
    ledger.move([transfer(100_00)])
    ledger.set_status(ALICE.number, AccountStatus.CLOSED)

    with pytest.raises(AccountRefused):
        ledger.set_status(ALICE.number, AccountStatus.NORMAL)


def test_a_call_has_a_limit(ledger: Ledger) -> None:
    """A full batch is done; one move more is refused before it costs anything."""
    assert len(ledger.move([transfer(1) for _ in range(MOVES_MAX)])) == MOVES_MAX
    with pytest.raises(ValueError, match="at most"):
        ledger.move([transfer(1)] * (MOVES_MAX + 1))
    assert ledger.move([]) == []


def test_a_move_out_of_bounds_cannot_be_worded() -> None:
    """No amount below one fen, no endless id, no post without its hold."""
    move = transfer(1)
    for change in ({"amount": 0}, {"amount": 10**15}, {"instruction": "x" * 81}, {"step": -1}, {"hold_step": 0}):
        with pytest.raises(ValueError, match=r"out of bounds|do not go together"):
            replace(move, **change)
