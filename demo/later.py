"""A scene of what runs when its time has come, transfers and a payroll: the sandbox's clock is moved there."""

from datetime import datetime, timedelta
from typing import Final

from conformance.reply import VerifiedReply
from demo.approvals import Command
from demo.bad import ACCOUNTS
from demo.daemon import Site
from demo.people import People, gathered, payment
from demo.record import Record
from protocol import examples
from protocol.binding import BEIJING
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.batch import (
    BatchState,
    PayrollKind,
    PayrollRow,
    QueryPayroll,
    QueryPayrollReply,
    RowState,
    SubmitPayroll,
    SubmitPayrollReply,
)
from protocol.messages.orders import ListTransfers, ListTransfersReply, TransferKind
from protocol.messages.recurring import (
    CancelRecurring,
    CancelRecurringReply,
    Period,
    QueryRecurring,
    QueryRecurringReply,
    RecurringState,
    RunState,
    SubmitRecurring,
    SubmitRecurringReply,
)
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, TransferState
from protocol.money import readable_amount

SCHEDULED, RECURRING, PAYROLL = "DEMO-SCHEDULED-1", "DEMO-RECURRING-1", "DEMO-PAYROLL-1"
AMOUNT: Final = 8_000_00
RENT: Final = 2_500_00
PAID: Final = (
    PayrollRow("1", "E0001", "11010100000000201", "张三", 45_000_00, "十一月工资"),
    PayrollRow("2", "E0002", *ACCOUNTS.dotted, 38_000_00, "十一月工资"),
)
UNPAID: Final = PayrollRow("3", "E0003", *ACCOUNTS.payee_closed, 12_000_00, "十一月工资")
"""An employee whose account is closed: the others are paid nevertheless."""
WAGES: Final = sum(row.amount for row in PAID)


def tomorrow_at_ten(site: Site, record: Record, command: Command, now: datetime) -> None:
    """All wait until the clock shows ten o'clock of tomorrow, and run on that business date.

    `now` is in Beijing, and what the business clock shows.
    """
    hour = (now + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    title = "A transfer and a recurring one wait for their hour, a payroll for the bank's: the sandbox's clock is moved"
    with gathered(site, record, title) as people:
        before = people.available(examples.PAYER_ACCOUNT)
        _enter_transfer(people, hour, now)
        _enter_recurring(people, hour)
        _enter_payroll(people)
        command("clock", "--to", f"{hour:%Y-%m-%dT%H:%M}")
        _transfer_made(people, hour)
        _run_made(people, hour)
        _payroll_paid(people)
        moved = before - people.available(examples.PAYER_ACCOUNT)
        wanted = AMOUNT + RENT + WAGES
        people.expect(f"what moved is {wanted} fen, not {moved}", holds=moved == wanted)


def _enter_transfer(people: People, hour: datetime, now: datetime) -> None:
    message = payment(examples.PAYER_ACCOUNT, AMOUNT, scheduled_for=hour)
    people.enter(message, SCHEDULED, f"8,000.00 for {hour:%Y-%m-%d %H:%M}", Code.SCHEDULED)
    question = ListTransfers(from_date=now.date(), to_date=now.date(), kind=TransferKind.SCHEDULED)
    reply = people.of["erp01"].ask("ERP01 lists what is scheduled", question, telling=_listed)
    listed = reply.body_as(ListTransfersReply).item if reply is not None else ()
    shown = [item.runs_at for item in listed if item.request_id == SCHEDULED]
    people.expect("it is listed with its hour", holds=shown == [hour])


def _enter_recurring(people: People, hour: datetime) -> None:
    """Ten o'clock of each day for a year; nobody need approve so little."""
    rent = SubmitRecurring(
        payer_account=examples.PAYER_ACCOUNT,
        payee_account=examples.PAYEE_ACCOUNT,
        payee_name=examples.PAYEE_NAME,
        amount=RENT,
        currency="CNY",
        purpose="演示·场租",
        period=Period.DAILY,
        first_run=hour,
        end_date=hour.date() + timedelta(days=364),
    )
    said = "ERP01 sets up a daily payment of 2,500.00"
    people.of["erp01"].ask(said, rent, Code.SCHEDULED, request_id=RECURRING, telling=_plan)


def _run_made(people: People, hour: datetime) -> None:
    """Its first run was paid, and the next day's is awaited, until the order is withdrawn."""
    question = QueryRecurring(request_id=RECURRING)
    found = people.settled(question, QueryRecurringReply, telling=_runs, over=_has_paid)
    done = found is not None and _has_paid(found)
    people.expect("its first run was paid", holds=done)
    awaited = found.next_run if found is not None else None
    people.expect(f"the next one is awaited, not {awaited}", holds=awaited == hour + timedelta(days=1))
    people.of["erp01"].record.transfers += done
    withdrawal = CancelRecurring(request_id=RECURRING)
    people.of["erp01"].ask("ERP01 withdraws it", withdrawal, telling=_withdrawn)
    found = people.settled(question, QueryRecurringReply, telling=_runs)
    ended = found is not None and found.state is RecurringState.WITHDRAWN and found.next_run is None
    people.expect("no run of it is to come", holds=ended)


def _enter_payroll(people: People) -> None:
    """Three employees, more than nobody need approve; in the bank's hours it may be handed over at once."""
    rows = (*PAID, UNPAID)
    payroll = SubmitPayroll(
        payer_account=examples.PAYER_ACCOUNT,
        kind=PayrollKind.PAYROLL,
        currency="CNY",
        count=len(rows),
        total=sum(row.amount for row in rows),
        row=rows,
    )
    said = "ERP01 enters the pay of three employees"
    people.of["erp01"].ask(said, payroll, Code.AWAITING_APPROVAL, request_id=PAYROLL, telling=_payroll)
    people.pass_on("mgr01", PAYROLL, Decision.APPROVE, TransferState.SCHEDULED, TransferState.PROCESSING)


def _transfer_made(people: People, hour: datetime) -> None:
    found = people.settled(QueryTransfer(request_id=SCHEDULED), QueryTransferReply)
    done = found is not None and found.state is TransferState.SUCCEEDED
    day = found.transfer.business_date if found is not None and found.transfer is not None else None
    people.expect(f"it ran on {hour:%Y-%m-%d}, not {day}", holds=done and day == hour.date())
    people.of["erp01"].record.transfers += done


def _payroll_paid(people: People) -> None:
    """Who could be paid was, who could not is told apart (R5.10)."""
    found = people.settled(QueryPayroll(request_id=PAYROLL), QueryPayrollReply, telling=_tally)
    states = [row.state for row in found.row] if found is not None else []
    wanted = [RowState.SUCCEEDED] * len(PAID) + [RowState.FAILED]
    people.expect("two employees are paid and one cannot be", holds=states == wanted)
    codes = [row.code for row in found.row if row.code] if found is not None else []
    people.expect("the reason is told", holds=codes == [Code.PAYEE_CLOSED])
    partly = found is not None and found.state is BatchState.PARTLY_SUCCEEDED
    people.expect("the payroll as a whole succeeded partly", holds=partly)
    people.of["erp01"].record.transfers += states.count(RowState.SUCCEEDED)


def _listed(reply: VerifiedReply) -> str:
    return ", ".join(item.request_id for item in reply.body_as(ListTransfersReply).item)


def _plan(reply: VerifiedReply) -> str:
    entered = reply.body_as(SubmitRecurringReply)
    hour = f"{entered.next_run.astimezone(BEIJING):%Y-%m-%d %H:%M}" if entered.next_run is not None else "never"
    return f"{entered.state}; {entered.runs} runs, the next {hour}"


def _has_paid(found: QueryRecurringReply) -> bool:
    return [run.state for run in found.run] == [RunState.SUCCEEDED]


def _runs(reply: VerifiedReply) -> str:
    found = reply.body_as(QueryRecurringReply)
    return f"{found.state}; " + ", ".join(f"run {run.number}: {run.state}" for run in found.run)


def _withdrawn(reply: VerifiedReply) -> str:
    return reply.body_as(CancelRecurringReply).state


def _payroll(reply: VerifiedReply) -> str:
    entered = reply.body_as(SubmitPayrollReply)
    return f"{entered.state}; {entered.count} rows, {readable_amount(entered.total)} CNY"


def _tally(reply: VerifiedReply) -> str:
    """The state, and rows and sums by theirs."""
    found = reply.body_as(QueryPayrollReply)
    parts = [f"{item.count} {item.state}, {readable_amount(item.total)} CNY" for item in found.tally]
    return f"{found.state}: {'; '.join(parts)}"
