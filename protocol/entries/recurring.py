"""The recurring family's entries."""

from datetime import date, datetime
from typing import Final

from protocol import examples
from protocol.binding import BEIJING
from protocol.messages import recurring
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        recurring.SubmitRecurring(
            payer_account=examples.PAYER_ACCOUNT,
            payee_account=examples.PAYEE_ACCOUNT,
            payee_name=examples.PAYEE_NAME,
            amount=800000,
            currency="CNY",
            purpose="房租",
            period=recurring.Period.MONTHLY,
            first_run=datetime(2026, 12, 31, 9, tzinfo=BEIJING),
            end_date=date(2027, 12, 31),
        ),
        recurring.SubmitRecurringReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        zh="定时转账设置",
        en="Set up a recurring transfer",
    ),
    service(
        recurring.QueryRecurring(request_id=examples.RECURRING, page_size=50),
        recurring.QueryRecurringReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="定时转账详情与执行记录查询",
        en="A recurring transfer and what became of its runs",
    ),
    service(
        recurring.ListRecurring(live_only=True, page_size=50),
        recurring.ListRecurringReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="定时转账列表查询",
        en="The recurring transfers",
    ),
    service(
        recurring.CancelRecurring(request_id=examples.TO_END),
        recurring.CancelRecurringReply,
        Kind.APPROVAL,
        None,
        zh="定时转账撤销（录入员或管理员）",
        en="Withdraw a recurring transfer, by who entered it or an administrator",
    ),
)
