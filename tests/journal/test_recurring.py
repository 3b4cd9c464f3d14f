"""Recurring transfers through whole turns: their runs, what is skipped, and their end (R4.18).

The clock is set by hand and goes on from there; the plan is fixed at entry, and nobody approves here.
"""

import re

import pytest
from sqlalchemy import delete, update

from gateway.administration.change import raise_version
from gateway.administration.customers import set_customer_status
from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR, OPERATOR_ACCOUNT
from protocol.codes import Code
from protocol.meanings import text
from protocol.messages.recurring import Period, RecurringState
from tests.journal.bank import CUSTOMER_ID, OPENING, OPERATOR_ID, PAYEE, PAYER, SAVINGS, Bank, Node, query
from tests.journal.company import until, word
from tests.journal.plans import assert_counted, order, payments, ran, recurring, runs, set_up
from tests.journal.scheduling import EVERY, MONDAY, TUESDAY, WEDNESDAY, at, of


def test_R4_18_each_run_is_a_payment_at_its_hour(bank: Bank) -> None:
    """It is live from its entry, moves nothing before an hour of its plan, and pays once at each."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")

    entered = set_up(node, "R1", recurring(100, end=WEDNESDAY))

    assert (word(entered, "Code"), word(entered, "State")) == (Code.SCHEDULED, "live")
    assert (word(entered, "Runs"), word(entered, "NextRun")) == ("3", f"{MONDAY}T09:00:00+08:00")
    assert (bank.balance(PAYER), payments(bank, "R1")) == (OPENING, {})
    for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY), 1):
        bank.set_clock(f"{day} 09:00")
        ran(bank, node, "R1", number)
        assert bank.balance(PAYEE) == 100 * number
        assert payments(bank, "R1")[number].business_date == day
    assert runs(node, "R1") == dict.fromkeys((3, 2, 1), "succeeded")


@pytest.mark.parametrize(
    ("period", "second"),
    [
        (Period.DAILY, "2031-02-01"),
        (Period.WEEKLY, "2031-02-07"),
        (Period.FORTNIGHTLY, "2031-02-14"),
        (Period.MONTHLY, "2031-02-28"),
        (Period.QUARTERLY, "2031-04-30"),
        (Period.HALF_YEARLY, "2031-07-31"),
        (Period.YEARLY, "2032-01-31"),
    ],
)
def test_R4_18_a_period_says_when_the_next_run_comes(bank: Bank, period: Period, second: str) -> None:
    """The 31st is the last day of a month that has none."""
    node = bank.node()
    bank.set_clock("2031-01-31 08:00")
    set_up(node, "R1", recurring(first="2031-01-31 11:00", end="2032-01-31", period=period))

    bank.set_clock("2031-01-31 11:00")
    ran(bank, node, "R1", 1)

    assert order(node, "R1").next_run == at(f"{second} 11:00")
    bank.set_clock(f"{second} 10:59")
    assert order(node, "R1").next_run == at(f"{second} 11:00")
    bank.set_clock(f"{second} 11:00")
    ran(bank, node, "R1", 2)
    assert bank.balance(PAYEE) == 200


def ended(node: Node, request_id: str, number: int) -> None:
    """Wait until a run has come to an end."""
    until(node, lambda: runs(node, request_id).get(number) in ("succeeded", "failed"))


def paid(bank: Bank, node: Node, request_id: str, number: int) -> None:
    """Wait until a run was paid, whoever may ask for it."""
    until(node, lambda: number in (made := payments(bank, request_id)) and made[number].state == "succeeded")


# -- what is skipped


def test_R4_18_an_hour_that_passed_with_no_gateway_there_is_skipped_and_never_made_up_for(bank: Bank) -> None:
    """The next one comes by itself; the log tells which was missed."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end="2031-11-07"))

    bank.set_clock(f"{WEDNESDAY} 10:00")

    until(node, lambda: runs(node, "R1") == dict.fromkeys((3, 2, 1), "skipped"))
    assert order(node, "R1").next_run == at("2031-11-06 09:00")
    assert (payments(bank, "R1"), bank.balance(PAYEE)) == ({}, 0)
    bank.set_clock("2031-11-06 09:00")
    ran(bank, node, "R1", 4)
    assert runs(node, "R1") == {4: "succeeded", 3: "skipped", 2: "skipped", 1: "skipped"}
    assert bank.balance(PAYEE) == 100


def test_R4_18_a_run_is_made_while_its_hour_lasts(bank: Bank) -> None:
    """A gateway that was down for some minutes misses nothing, one that was down for an hour does."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))

    bank.set_clock(f"{MONDAY} 09:59:30")
    ran(bank, node, "R1", 1)
    bank.set_clock(f"{TUESDAY} 10:00")

    until(node, lambda: order(node, "R1").state is RecurringState.COMPLETED)
    assert runs(node, "R1") == {2: "skipped", 1: "succeeded"}


# -- the end


def test_R4_18_after_the_last_run_the_order_is_completed(bank: Bank) -> None:
    """The last day is included; nothing runs after it, and by its id it is told as its payments are."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)
    live = order(node, "R1")
    assert (live.state, live.final, word(node.answer(query("R1")), "State")) == ("live", False, "scheduled")

    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)

    done = order(node, "R1")
    assert (done.state, done.final, done.next_run, done.runs) == ("completed", True, None, 2)
    told = node.answer(query("R1"))
    assert (word(told, "State"), word(told, "Service")) == ("succeeded", "SubmitRecurring")
    bank.set_clock(f"{WEDNESDAY} 09:00")
    assert order(node, "R1") == done
    assert bank.balance(PAYEE) == 200


@pytest.mark.parametrize(("amounts", "state"), [((OPENING,), "partly-succeeded"), ((OPENING + 1,), "failed")])
def test_R5_10_a_completed_order_is_told_as_its_payments_are(bank: Bank, amounts: tuple[int, ...], state: str) -> None:
    """Not as succeeded because it came to its end: its payments may not have been made."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(*amounts, end=TUESDAY))
    bank.set_account(PAYER, limit_transfer=None)
    for number, day in enumerate((MONDAY, TUESDAY), 1):
        bank.set_clock(f"{day} 09:00")
        ended(node, "R1", number)

    assert word(node.answer(query("R1")), "State") == state


def test_R4_18_a_completed_order_of_which_nothing_was_made_has_not_succeeded(bank: Bank) -> None:
    """Every hour was missed: no money moved, and nobody may take it for paid."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=MONDAY))

    bank.set_clock(f"{TUESDAY} 08:00")

    until(node, lambda: order(node, "R1").state is RecurringState.COMPLETED)
    told = node.answer(query("R1"))
    assert (word(told, "State"), word(told.partition("<Body>")[2], "Final")) == ("failed", "true")


# -- limits


def test_O46_each_run_takes_of_the_limits_of_its_day_and_the_order_takes_nothing(bank: Bank) -> None:
    """Neither at entry nor on a day without a run; counted again from the payments the counters are the same."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, first=f"{TUESDAY} 09:00", end=WEDNESDAY))
    assert bank.used(MONDAY) == {}

    for number, day in enumerate((TUESDAY, WEDNESDAY), 1):
        bank.set_clock(f"{day} 09:00")
        ran(bank, node, "R1", number)

    assert [bank.used(day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [{}, of(100, *EVERY), of(100, *EVERY)]
    assert_counted(bank)


def test_O46_between_own_accounts_a_run_takes_nothing_of_the_customer(bank: Bank) -> None:
    """R3.3: its limits are for outgoing payments."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, payee_account=SAVINGS, payee_name="甲公司", end=MONDAY))

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)

    assert bank.used(MONDAY) == of(100, "operator", "account")
    assert_counted(bank)


def test_R3_3_a_run_to_an_account_that_is_not_the_customers_own_any_more_takes_of_the_customer(bank: Bank) -> None:
    """Each run is as if it were submitted at its hour: what leaves the customer by then counts, and is limited."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, payee_account=SAVINGS, payee_name="甲公司", end=WEDNESDAY))
    with bank.journal().begin() as tx:
        for table in (OPERATOR_ACCOUNT, ATTACHED_ACCOUNT):
            tx.execute(delete(table).where(table.c.account == SAVINGS))
        raise_version(tx)

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)
    with bank.journal().begin() as tx:
        tx.execute(update(CUSTOMER).values(cap_transfer=99))
        raise_version(tx)
    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2, "failed")

    assert bank.used(MONDAY) == of(100, *EVERY)
    assert payments(bank, "R1")[2].reasons == Code.BANK_LIMIT
    assert_counted(bank)


def test_O47_a_run_beyond_the_limit_of_its_day_fails_and_the_next_stays_due(bank: Bank) -> None:
    """At entry the day limit only warns; the log names why it failed, and on another day there is room again."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    bank.set_account(PAYER, limit_day=150)
    warned = set_up(node, "R0", recurring(151, first=f"{WEDNESDAY} 17:00", end=WEDNESDAY))
    set_up(node, "R1", recurring(100, end=TUESDAY))
    set_up(node, "R2", recurring(100, end=TUESDAY, first=f"{MONDAY} 10:00"))
    assert re.findall("<Warning><Code>([A-Z_]*)<", warned) == [Code.ACCOUNT_DAY_LIMIT]

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)
    bank.set_clock(f"{MONDAY} 10:00")
    ran(bank, node, "R2", 1, "failed")

    failed = order(node, "R2")
    assert (failed.state, failed.next_run) == ("live", at(f"{TUESDAY} 10:00"))
    assert [(run.code, run.text is not None, run.business_date) for run in failed.run] == [
        (Code.ACCOUNT_DAY_LIMIT, True, at(MONDAY).date())
    ]
    assert bank.used(MONDAY) == of(100, *EVERY)
    bank.set_account(PAYER, limit_day=250)
    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)
    bank.set_clock(f"{TUESDAY} 10:00")
    ran(bank, node, "R2", 2)
    assert (bank.balance(PAYEE), bank.used(TUESDAY)) == (300, of(200, *EVERY))
    assert_counted(bank)


def test_O47_of_two_runs_at_one_hour_only_what_fits_is_made(bank: Bank) -> None:
    """They are counted one after the other, also in one transaction."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    bank.set_account(PAYER, limit_day=250)
    names = [f"R{number}" for number in range(5)]
    for name in names:
        set_up(node, name, recurring(100, end=MONDAY))

    bank.set_clock(f"{MONDAY} 09:00")

    until(node, lambda: all(runs(node, name).get(1) in ("succeeded", "failed") for name in names))
    assert sorted(runs(node, name)[1] for name in names) == ["failed"] * 3 + ["succeeded"] * 2
    assert (bank.balance(PAYEE), bank.used(MONDAY)) == (200, of(200, *EVERY))
    assert_counted(bank)


def test_R3_8_a_run_that_the_core_declines_gives_its_day_back(bank: Bank) -> None:
    """As any payment that fails on the day it ran."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(OPENING + 1, end=TUESDAY))

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1, "failed")

    assert order(node, "R1").run[0].code == Code.BALANCE_INSUFFICIENT
    assert (bank.used(MONDAY), bank.balance(PAYER)) == ({}, OPENING)
    assert_counted(bank)


# -- what is asked at each hour


def test_R1_23_a_list_that_was_closed_meanwhile_stops_the_runs_until_it_is_opened(bank: Bank) -> None:
    """Each run is as if it were submitted at its hour."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    bank.set_account(PAYER, closed=True)

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1, "failed")
    bank.set_account(PAYER, closed=False)
    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)

    assert [run.code for run in order(node, "R1").run] == [None, Code.PAYEE_NOT_IN_CLOSED_LIST]
    assert bank.used(MONDAY) == {}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [("may_pay", False, Code.PAYMENT_NOT_OPEN), ("limit_transfer", 99, Code.ACCOUNT_LIMIT)],
)
def test_R4_18_the_log_tells_why_a_run_failed(bank: Bank, column: str, value: int, reason: Code) -> None:
    """失败原因: its code and words."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    bank.set_account(PAYER, **{column: value})

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1, "failed")

    (run,) = order(node, "R1").run
    assert (run.code, run.text, run.due_at) == (reason, text(reason, "en"), at(f"{MONDAY} 09:00"))


def test_R4_18_a_customer_who_is_suspended_pays_nothing_at_the_hour(bank: Bank) -> None:
    """Once it is normal again the runs go on."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    with bank.journal().begin() as tx:
        set_customer_status(tx, CUSTOMER_ID, "suspended")
    bank.set_clock(f"{MONDAY} 09:00")
    until(node, lambda: 1 in payments(bank, "R1"))
    assert payments(bank, "R1")[1].reasons == Code.CUSTOMER_SUSPENDED
    with bank.journal().begin() as tx:
        set_customer_status(tx, CUSTOMER_ID, "normal")

    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)

    assert bank.balance(PAYEE) == 100


def test_O23_an_operator_who_is_frozen_or_deleted_since_stops_no_run(bank: Bank) -> None:
    """Acts already done stand."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    for number, (day, status) in enumerate(((MONDAY, "frozen"), (TUESDAY, "deleted")), 1):
        with bank.journal().begin() as tx:
            tx.execute(update(OPERATOR).where(OPERATOR.c.operator_id == OPERATOR_ID).values(status=status))
            raise_version(tx)
        bank.set_clock(f"{day} 09:00")
        paid(bank, node, "R1", number)

    assert bank.balance(PAYEE) == 200


# -- the payee book


@pytest.mark.parametrize(("save", "kept"), [(True, [PAYEE]), (None, [])])
def test_R4_22_a_payee_is_kept_once_a_run_has_succeeded(bank: Bank, save: bool | None, kept: list[str]) -> None:  # noqa: FBT001  a row
    """Not at entry, and not by a run that failed."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY, save_payee=save))
    bank.set_account(PAYER, closed=True)
    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1, "failed")
    assert bank.payees() == []
    bank.set_account(PAYER, closed=False)

    bank.set_clock(f"{TUESDAY} 09:00")
    ran(bank, node, "R1", 2)

    assert bank.payees() == kept
