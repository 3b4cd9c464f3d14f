"""What became of recurring transfers: one with the log of its runs (执行记录), and the list of them (R4.17, R4.18)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Connection

from gateway.domain import accounts, entitlement
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.facts import Facts, Moment, Request, Transfer
from gateway.domain.matter import Matter
from gateway.domain.recurrence import Recurrence, next_run, order_of, passed, plan_of, run_at, run_count
from gateway.domain.states import WAITING, State, told_final
from gateway.journal import listing, matters
from gateway.journal import recurring as statements
from gateway.journal.recurring import RecurringFilter
from gateway.services.cursor import paging
from gateway.services.ordering import own
from gateway.services.query import asked_id, hidden, order_key, standing
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import recurring_state, runs_at
from protocol.codes import Code
from protocol.meanings import text
from protocol.messages.recurring import (
    ListRecurring,
    ListRecurringReply,
    QueryRecurring,
    QueryRecurringReply,
    RecurringItem,
    RecurringLine,
    RecurringState,
    RunItem,
    RunState,
    SubmitRecurring,
)

_RUN: Final[Mapping[State, RunState]] = {
    State.RELEASED: RunState.PROCESSING,
    State.PROCESSING: RunState.PROCESSING,
    State.UNKNOWN: RunState.UNKNOWN,
    State.CLEARING: RunState.PROCESSING,
    State.IN_DOUBT: RunState.UNKNOWN,
    State.SUCCEEDED: RunState.SUCCEEDED,
    State.FAILED: RunState.FAILED,
}
"""What is told of a run; none is entered before its hour."""


# -- one order and its runs


def _query(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """An order by its request id, told to who sees its account; its runs are numbered, the latest first."""
    body: QueryRecurring = command.body
    here = place("QueryRecurring")
    question = ("QueryRecurring", body.request_id)
    asked = paging(question, (int,), cursor=body.cursor, size=body.page_size, place=here)
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    request = facts.request
    if request is None or request.service != "SubmitRecurring":
        return done(_no_order(body.request_id, request))
    matter = facts.matters.get(order_key(request))
    if faults := hidden(request, matter, facts, f"{here}/RequestId"):
        return refuse(faults)
    if matter is None:
        return done(_refused(request, command.language))

    def read(tx: Connection) -> Reply:
        order = order_of(matter)
        plan = plan_of(order)
        below = int(asked.after[0]) if asked.after else None
        tally = listing.tally_of(tx, request.customer_id, request.request_id)
        made = statements.last_run(tx, request.customer_id, request.request_id)
        newest = max(made, _passed(matter, plan, instant(moment.business_ms)))
        newest = newest if below is None else min(newest, below - 1)
        numbers = range(newest, max(0, newest - asked.limit), -1)
        runs = _runs(tx, request, numbers)
        page, cursor = asked.page(list(numbers), lambda number: (number,))
        return done(
            QueryRecurringReply(
                request_id=request.request_id,
                state=recurring_state(matter.state),
                final=told_final(matter.state) and all(told_final(state) for state in tally.rows),
                service=request.service,
                order=_item(order),
                runs=run_count(plan),
                next_run=_next(matter, plan, instant(moment.business_ms)),
                run=tuple(_run(plan, number, runs.get(number), command.language) for number in page),
                next_cursor=cursor,
            )
        )

    return Read(read)


def _no_order(request_id: str, request: Request | None) -> QueryRecurringReply:
    """No recurring transfer came under that id; if it was used for something else, for what."""
    used = request.service if request is not None and request.kind != "fence" else None
    return QueryRecurringReply(request_id=request_id, state=RecurringState.NOT_FOUND, final=False, service=used)


def _refused(request: Request, language: str) -> QueryRecurringReply:
    _, code = standing(request, None)
    return QueryRecurringReply(
        request_id=request.request_id,
        state=RecurringState.REFUSED,
        final=True,
        service=request.service,
        code=code,
        text=_text(code, language) if code else None,
    )


def _passed(matter: Matter, plan: Recurrence, now: datetime) -> int:
    """How many hours of the plan lie behind: whatever was not made at one of them was skipped.

    One whose run is awaited does not, also at the moment when it is due. Of an order that has ended those lie behind
    that came on a day before.
    """
    if matter.ended_on is not None:
        return sum(run_at(plan, number).date() < matter.ended_on for number in range(1, run_count(plan) + 1))
    return passed(plan, now if matter.run_ms is None else instant(matter.run_ms))


def _next(matter: Matter, plan: Recurrence, now: datetime) -> datetime | None:
    """The next run that may still come; while it waits for people, the first that they may let go."""
    if matter.state not in WAITING:
        return runs_at(matter)
    following = next_run(plan, now)
    return following.at if following else None


def _runs(tx: Connection, request: Request, numbers: Sequence[int]) -> dict[int, Transfer]:
    """The payments of these runs, by their numbers."""
    found = statements.runs_of(tx, request, first=min(numbers, default=0), last=max(numbers, default=0))
    return {run.row: run for run in found}


def _run(plan: Recurrence, number: int, made: Transfer | None, language: str) -> RunItem:
    due_at = run_at(plan, number)
    if made is None:
        return RunItem(number=number, due_at=due_at, state=RunState.SKIPPED)
    code = made.reasons[0] if made.reasons else None
    return RunItem(
        number=number,
        due_at=due_at,
        state=_RUN[made.state],
        code=code,
        text=_text(code, language) if code else None,
        reference=made.reference,
        business_date=made.business_date,
        booked_at=instant(made.booked_ms) if made.booked_ms is not None else None,
    )


def _item(order: SubmitRecurring) -> RecurringItem:
    return RecurringItem(
        payer_account=order.payer_account,
        payee_account=order.payee_account,
        payee_name=order.payee_name,
        payee_bank_code=order.payee_bank_code,
        amount=order.amount,
        currency=order.currency,
        purpose=order.purpose,
        period=order.period,
        first_run=order.first_run,
        end_date=order.end_date,
        end_to_end_id=order.end_to_end_id,
        remark=order.remark,
    )


def _text(code: Code, language: str) -> str:
    return text(code, "en" if language == "en" else "zh")


# -- the list


def _list(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """The orders from accounts on the asker's list, the newest first (R1.5)."""
    body: ListRecurring = command.body
    question = ("ListRecurring", body.payer_account, str(body.live_only))
    form: tuple[type, ...] = (int, str)
    asked = paging(question, form, cursor=body.cursor, size=body.page_size, place=place("ListRecurring"))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer, _ = own(facts)
    seen = [account.number for account in accounts.used(facts)]
    wanted = RecurringFilter(
        accounts=[number for number in seen if body.payer_account in (None, number)],
        live_only=bool(body.live_only),
    )

    def read(tx: Connection) -> Reply:
        after = cast("statements.RecurringPlace | None", asked.after)
        keys = statements.recurring_of(tx, customer.customer_id, wanted, after=after, most=asked.limit)
        found = matters.read(tx, keys)
        page, cursor = asked.page([found[key] for key in keys], _position)
        now = instant(moment.business_ms)
        return done(ListRecurringReply(recurring=tuple(_line(each, now) for each in page), next_cursor=cursor))

    return Read(read)


def _position(matter: Matter) -> tuple[Any, ...]:
    return matter.entered_ms, matter.key.request_id


def _line(matter: Matter, now: datetime) -> RecurringLine:
    order = order_of(matter)
    return RecurringLine(
        request_id=matter.key.request_id,
        state=recurring_state(matter.state),
        payer_account=order.payer_account,
        payee_account=order.payee_account,
        payee_name=order.payee_name,
        amount=order.amount,
        currency=order.currency,
        period=order.period,
        first_run=order.first_run,
        end_date=order.end_date,
        next_run=_next(matter, plan_of(order), now),
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "QueryRecurring": Functions(needs_core=False, decide=_query, subject=asked_id),
    "ListRecurring": Functions(needs_core=False, decide=_list),
}
"""By the name of the service."""
