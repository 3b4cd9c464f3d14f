"""What has happened on a demo site before anybody comes: orders that wait or were rejected, for the examples to act on.

The ids are those of `protocol.examples`. No money has moved: balances are the opening ones.
"""

from datetime import date, time, timedelta
from typing import Final

from gateway.domain.calendar import on_clock
from gateway.seeding import Seed, Seeding
from protocol import examples
from protocol.messages.approval import DecideInstructions, DecideItem, Decision
from protocol.messages.batch import BatchRow, PayrollKind, PayrollRow, SubmitBatch, SubmitPayroll
from protocol.messages.enterprise.operators import AccountList, AddOperator, Rights
from protocol.messages.recurring import Period, SubmitRecurring
from protocol.messages.transfer import SubmitTransfer
from protocol.service import Permission

_ENTERS: Final = examples.ENTERING_CLIENT
_APPROVES: Final = examples.APPROVING_CLIENT


def sow(seeding: Seeding) -> None:
    """Send everything, in order; raises SeedRefused."""
    today = seeding.today()
    seeding.send(
        Seed(_ENTERS, examples.TO_DECIDE, _transfer(66_000_00, "仓储费")),
        Seed(_ENTERS, examples.TO_NAME, _transfer(72_500_00, "运费")),
        Seed(_ENTERS, examples.TO_CANCEL, _transfer(58_800_00, "保险费")),
        Seed(_ENTERS, examples.REJECTED, _transfer(91_000_00, "装卸费")),
        Seed(_ENTERS, examples.BATCH, _batch()),
        Seed(_ENTERS, examples.PAYROLL, _payroll()),
        Seed(_ENTERS, examples.RECURRING, _recurring(today, "房租")),
        Seed(_ENTERS, examples.TO_END, _recurring(today, "物业费")),
        Seed("c2mgr01", examples.CHANGE, _new_operator()),
    )
    refused = DecideItem(request_id=examples.REJECTED, digest=seeding.digest(examples.CUSTOMER, examples.REJECTED))
    reject = DecideInstructions(decision=Decision.REJECT, reason="金额与合同不符", item=(refused,))
    seeding.send(Seed(_APPROVES, "EXAMPLE-DECISION-1", reject))


def _transfer(amount: int, purpose: str) -> SubmitTransfer:
    """A payment that one authorizer of level 1 is asked about; fen."""
    return SubmitTransfer(
        payer_account=examples.PAYER_ACCOUNT,
        payee_account=examples.PAYEE_ACCOUNT,
        payee_name=examples.PAYEE_NAME,
        amount=amount,
        currency="CNY",
        purpose=purpose,
    )


def _recurring(today: date, purpose: str) -> SubmitRecurring:
    """A payment at nine on the same day of each month, for a year, from a month after today."""
    first = on_clock(today + timedelta(days=30), time(9))
    return SubmitRecurring(
        payer_account=examples.PAYER_ACCOUNT,
        payee_account=examples.PAYEE_ACCOUNT,
        payee_name=examples.PAYEE_NAME,
        amount=8_000_00,
        currency="CNY",
        purpose=purpose,
        period=Period.MONTHLY,
        first_run=first,
        end_date=first.date() + timedelta(days=365),
    )


def _batch() -> SubmitBatch:
    """Two payments, approved as a whole."""
    rows = (
        BatchRow("1", examples.PAYEE_ACCOUNT, examples.PAYEE_NAME, 40_000_00, "货款"),
        BatchRow("2", examples.OFFERED_ACCOUNT, examples.PAYEE_NAME, 35_000_00, "货款"),
    )
    return SubmitBatch(payer_account=examples.PAYER_ACCOUNT, currency="CNY", count=len(rows), total=75_000_00, row=rows)


def _payroll() -> SubmitPayroll:
    """Two employees' pay, approved as a whole."""
    rows = (
        PayrollRow("1", "E0001", "11010100000000201", "张三", 45_000_00, "年终奖"),
        PayrollRow("2", "E0002", "11010100000000202", "阿依古丽·买买提", 38_000_00, "年终奖"),
    )
    return SubmitPayroll(
        payer_account=examples.PAYER_ACCOUNT,
        kind=PayrollKind.PAYROLL,
        currency="CNY",
        count=len(rows),
        total=83_000_00,
        row=rows,
    )


def _new_operator() -> AddOperator:
    """A change of the other customer's that its second administrator is asked about."""
    return AddOperator(
        operator=examples.NEW_OPERATOR,
        name="冯出纳",
        rights=Rights(permission=(Permission.QUERY, Permission.ENTER)),
        accounts=AccountList(account=(examples.PAYEE_ACCOUNT,)),
    )
