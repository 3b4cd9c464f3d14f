"""Recurring transfers with the customer: refused at entry, approved with their plan, rejected, expired, withdrawn."""

from typing import Any

import pytest

from gateway.domain.hours import ScheduleRules
from gateway.journal.task import Result, Task
from protocol.codes import Code
from protocol.messages.approval import Decision, ListPending, ListPendingReply, ListTodo
from protocol.messages.orders import CancelTransfer
from protocol.messages.recurring import CancelRecurring, Period, RecurringState
from protocol.messages.transfer import PayeeKind
from tests.journal.bank import OPENING, PAYEE, PAYER, SAVINGS, Bank, command, query, transfer
from tests.journal.company import ask, decide, pending, until, word
from tests.journal.plans import assert_counted, follow_the_mode, order, payments, ran, recurring, runs, set_up
from tests.journal.replies import code, rules, told
from tests.journal.scheduling import MONDAY, TUESDAY, WEDNESDAY, approve, at

# -- refused at entry


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"first": f"{MONDAY} 07:00"}, [Code.SCHEDULE_PAST, Code.SCHEDULE_OUTSIDE_HOURS]),
        ({"first": f"{MONDAY} 09:30"}, [Code.SCHEDULE_OFF_THE_HOUR]),
        ({"first": f"{MONDAY} 18:00"}, [Code.SCHEDULE_OUTSIDE_HOURS]),
        ({"end": "2031-11-02"}, [Code.RECURRING_END_BEFORE_FIRST]),
        ({"end": "2032-11-04"}, [Code.RECURRING_TOO_MANY_RUNS]),
        ({"payee_account": PAYER}, [Code.SAME_ACCOUNT]),
        ({"currency": "USD", "end": "2031-11-02"}, [Code.CURRENCY_UNSUPPORTED, Code.RECURRING_END_BEFORE_FIRST]),
        (
            {"payer_account": PAYEE, "currency": "USD"},
            [Code.PAYER_NOT_ATTACHED, Code.SAME_ACCOUNT, Code.CURRENCY_UNSUPPORTED],
        ),
        ({"amount": OPENING * 11}, [Code.BANK_LIMIT]),
        ({"payee_bank_code": "102100099996"}, [Code.CHANNEL_NOT_OPEN]),
        ({"payee_kind": PayeeKind.PERSON, "purpose": "随便"}, [Code.PURPOSE_NOT_LISTED]),
        ({"replaces": "T0"}, [Code.INSTRUCTION_NOT_FOUND]),
    ],
)
def test_R4_18_an_order_is_refused_with_everything_that_stands_against_it(
    bank: Bank, changed: dict[str, Any], expected: list[Code]
) -> None:
    """The rules of a single payment and those of a plan; the id is used up, and nothing else is left of it."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")

    refused = set_up(node, "R1", recurring(**{"amount": 100} | changed))

    assert rules(refused) == expected
    asked = order(node, "R1")
    assert (asked.state, asked.final, asked.code, asked.text is not None) == ("refused", True, expected[0], True)
    assert (asked.order, asked.run) == (None, ())
    assert bank.usage() == {} or set(bank.usage().values()) == {0}


def test_R4_18_an_account_pays_for_one_at_a_time_where_the_bank_says_so(bank: Bank) -> None:
    """Of orders that come together one is taken; another account is free, and the account is once its order ended."""
    node = bank.node(rules=ScheduleRules(one_recurring=True))
    bank.set_clock(f"{MONDAY} 08:00")

    asked = [node.ask(command(recurring(), name)) for name in ("R1", "R2", "R3")]
    answers = [str(each.result(20)) for each in asked]
    other = set_up(node, "S1", recurring(payer_account=SAVINGS))
    taken = next(name for name, answer in zip(("R1", "R2", "R3"), answers, strict=True) if "SCHEDULED" in answer)
    ask(node, "ERP1", CancelRecurring(request_id=taken))
    again = set_up(node, "R4")

    assert sorted("RECURRING_EXISTS" in answer for answer in answers) == [False, True, True]
    assert [code(other), code(again)] == [Code.SCHEDULED, Code.SCHEDULED]


def test_R1_6_who_may_not_enter_sets_nothing_up(bank: Bank) -> None:
    """And does not use up the id."""
    node = bank.node()

    refused = node.answer(command(recurring(), "R1", operator="LOOK1"))

    assert rules(refused) == [Code.NOT_PERMITTED]
    assert "R1" not in bank.requests()


def test_a_run_that_comes_before_the_entry_was_answered_is_made(bank: Bank) -> None:
    """The hour strikes between the entry and its reply: whoever stores the reply looks for payments behind it."""
    node = bank.node(start=False)
    answer = node.desk.answer

    def late(task: Task) -> Result:
        if task.request is not None and task.request.request_id == "R1":
            bank.set_clock(f"{MONDAY} 09:00")
            node.committer._woken(node.committer._engine)
        return answer(task)

    node.desk.answer = late  # type: ignore[method-assign]  # a moment that no test could hit
    node.desk.start()
    node.committer.start(node.desk)
    bank.set_clock(f"{MONDAY} 08:00")

    set_up(node, "R1", recurring(100, end=MONDAY))

    assert payments(bank, "R1").keys() == {1}
    ran(bank, node, "R1", 1)
    assert bank.balance(PAYEE) == 100


def test_an_order_that_is_sent_again_is_answered_alike(bank: Bank) -> None:
    """The stored reply; one order is set up."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")

    assert set_up(node, "R1", recurring(100, end=MONDAY)) == set_up(node, "R1", recurring(100, end=MONDAY))

    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)
    assert bank.balance(PAYEE) == 100


# -- approved


def test_R4_18_the_approval_of_the_order_lets_all_its_runs_go(company: Bank) -> None:
    """It waits for its people once; an hour that passes meanwhile is skipped."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    entered = set_up(node, "R1", recurring(100, end=WEDNESDAY))
    assert (word(entered, "Code"), word(entered, "State")) == (Code.AWAITING_APPROVAL, "waiting-review")
    assert (word(entered, "NextRun"), "<Plan>" in entered) == (f"{MONDAY}T09:00:00+08:00", True)
    company.set_clock(f"{MONDAY} 09:30")
    waiting = order(node, "R1")
    assert (waiting.state, waiting.next_run) == ("waiting-review", at(f"{TUESDAY} 09:00"))
    assert runs(node, "R1") == {1: "skipped"}

    assert word(approve(node, "R1"), "State") == "scheduled"

    assert (order(node, "R1").state, company.balance(PAYEE)) == ("live", 0)
    for number, day in ((2, TUESDAY), (3, WEDNESDAY)):
        company.set_clock(f"{day} 09:00")
        ran(company, node, "R1", number)
    assert runs(node, "R1") == {3: "succeeded", 2: "succeeded", 1: "skipped"}
    assert company.balance(PAYEE) == 200
    assert_counted(company)


def test_R4_18_an_approver_signs_for_the_plan(company: Bank) -> None:
    """Period, first run and end stand in the content whose digest the decision names; so does every other field."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    plans = [
        recurring(100),
        recurring(100, period=Period.WEEKLY),
        recurring(100, first=f"{MONDAY} 10:00"),
        recurring(100, end="2031-11-29"),
        recurring(100, save_payee=True),
    ]
    for number, plan in enumerate(plans):
        set_up(node, f"R{number}", plan)

    shown = told(ask(node, "REV1", ListPending(service="SubmitRecurring")), ListPendingReply).item

    contents = [each.content for each in shown]
    assert [(each.period, each.first_run, each.end_date) for each in contents] == [
        (plan.period, plan.first_run, plan.end_date) for plan in plans
    ]
    assert len({each.body_digest for each in contents}) == len({each.digest for each in shown}) == len(plans)
    assert [each.runs_at for each in shown] == [plan.first_run for plan in plans]
    todo = ask(node, "REV1", ListTodo())
    assert (word(todo, "Service"), word(todo, "Count")) == ("SubmitRecurring", "5")


def test_R2_3_the_amount_of_one_run_picks_the_band(company: Bank) -> None:
    """An amount beyond the first band takes the authorizer of the second also."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(50_000_00))
    set_up(node, "R2", recurring(50_000_01))

    for request_id in ("R1", "R2"):
        decide(node, "REV1", Decision.APPROVE, request_id)
        decide(node, "AUTH1", Decision.APPROVE, request_id)

    assert [order(node, each).state for each in ("R1", "R2")] == ["waiting-dispatch", "waiting-authorization"]


def test_O39_a_rejected_order_runs_never_and_is_amended(company: Bank) -> None:
    """By whoever could act on the present step; the new one names it (O4)."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    assert "R1" not in pending(node, "AUTH1")

    assert word(decide(node, "REV1", Decision.REJECT, "R1", reason="期限太长"), "State") == "rejected"
    assert (order(node, "R1").state, order(node, "R1").final) == ("rejected", True)
    amended = set_up(node, "R2", recurring(100, end=MONDAY, replaces="R1"))

    assert code(amended) == Code.AWAITING_APPROVAL
    assert rules(set_up(node, "R3", recurring(100, replaces="R1"))) == [Code.NOT_REJECTED]
    company.set_clock(f"{MONDAY} 09:00")
    assert (order(node, "R1").next_run, payments(company, "R1")) == (None, {})


def test_O24_an_order_that_waits_past_its_last_hour_expires(company: Bank) -> None:
    """Nothing is left to approve; an approval at the very hour is in time (O12)."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=TUESDAY))
    shown = told(ask(node, "REV1", ListPending()), ListPendingReply).item
    assert [each.expires_on for each in shown] == [at(TUESDAY).date()]

    company.set_clock(f"{TUESDAY} 09:00:01")

    until(node, lambda: order(node, "R1").state is RecurringState.EXPIRED)
    assert word(decide(node, "REV1", Decision.APPROVE, "R1"), "Code") != Code.DONE
    assert (order(node, "R1").final, payments(company, "R1")) == (True, {})


def test_O24_an_order_that_nobody_decides_expires_after_thirty_days(company: Bank) -> None:
    """However long its plan is."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end="2032-10-30", period=Period.MONTHLY))

    company.set_clock("2031-12-03 23:58")
    assert order(node, "R1").state is RecurringState.WAITING_REVIEW
    company.set_clock("2031-12-04 00:00")

    until(node, lambda: order(node, "R1").state is RecurringState.EXPIRED)


# -- withdrawn


def cancel(request_id: str) -> CancelRecurring:
    """The withdrawal of an order."""
    return CancelRecurring(request_id=request_id)


def test_R4_17_a_withdrawn_order_runs_no_more_and_what_was_made_stays(bank: Bank) -> None:
    """Until its end; a second withdrawal is refused."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=WEDNESDAY))
    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)

    withdrawn = ask(node, "ERP1", cancel("R1"))

    assert (word(withdrawn, "State"), code(withdrawn)) == ("withdrawn", Code.DONE)
    bank.set_clock(f"{WEDNESDAY} 09:00")
    asked = order(node, "R1")
    assert (asked.state, asked.final, asked.next_run) == ("withdrawn", True, None)
    assert (runs(node, "R1"), bank.balance(PAYEE)) == ({1: "succeeded"}, 100)
    assert rules(ask(node, "ERP1", cancel("R1"))) == [Code.NOT_WITHDRAWABLE]
    assert_counted(bank)


def test_R4_17_a_completed_order_cannot_be_withdrawn(bank: Bank) -> None:
    """Nothing of it is to come."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100, end=MONDAY))
    bank.set_clock(f"{MONDAY} 09:00")
    ran(bank, node, "R1", 1)

    assert rules(ask(node, "ERP1", cancel("R1"))) == [Code.NOT_WITHDRAWABLE]


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("operator", ["ERP1", "ADM"])
def test_O5_it_is_withdrawn_by_who_entered_it_or_an_administrator(company: Bank, operator: str, approved: bool) -> None:  # noqa: FBT001  a row
    """Also where modes are used, while it waits and while it is live; by nobody else."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    if approved:
        approve(node, "R1")

    assert rules(ask(node, "REV1", cancel("R1"))) == [Code.WITHDRAWAL_BY_OTHERS]
    assert word(ask(node, operator, cancel("R1")), "State") == "withdrawn"

    company.set_clock(f"{MONDAY} 09:00")
    until(node, lambda: order(node, "R1").next_run is None)
    assert payments(company, "R1") == {}


def test_each_kind_of_order_is_withdrawn_by_its_own_message(bank: Bank) -> None:
    """The refusal tells which; nothing is withdrawn by the other."""
    node = bank.node()
    bank.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    node.answer(transfer("T1", 100, scheduled_for=at(f"{MONDAY} 11:00")))

    other = [ask(node, "ERP1", CancelTransfer(request_id="R1")), ask(node, "ERP1", cancel("T1"))]

    assert [rules(each) for each in other] == [[Code.NOT_WITHDRAWABLE]] * 2
    assert "use CancelRecurring" in other[0]
    assert "use CancelTransfer" in other[1]
    assert rules(ask(node, "ERP1", cancel("NOBODY"))) == [Code.INSTRUCTION_NOT_FOUND]
    assert order(node, "R1").state is RecurringState.LIVE
    assert word(node.answer(query("T1")), "State") == "scheduled"


def test_R2_23_its_history_is_told_by_its_id(company: Bank) -> None:
    """Who did what to it, and its plan of approval, as of any order."""
    follow_the_mode(company)
    node = company.node()
    company.set_clock(f"{MONDAY} 08:00")
    set_up(node, "R1", recurring(100))
    waiting = node.answer(query("R1"))
    approve(node, "R1")
    ask(node, "ADM", cancel("R1"))

    history = node.answer(query("R1"))

    assert (word(waiting, "State"), word(waiting, "Mode")) == ("waiting-review", "M1")
    acts = [each.partition("<")[0] for each in history.split("<Act>")[1:]]
    assert acts == ["enter", "review", "authorize", "dispatch", "withdraw"]
    assert order(node, "R1").next_run is None
