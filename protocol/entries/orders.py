"""The transfer family's entries for lists of what was submitted, and its withdrawal."""

from datetime import date
from typing import Final

from protocol import examples
from protocol.messages import orders
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        orders.ListTransfers(
            from_date=date(2026, 10, 3),
            to_date=examples.DAY,
            kind=orders.TransferKind.OUTGOING,
            payee="物流",
            page_size=50,
        ),
        orders.ListTransfersReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="单笔转账交易流水查询（分页），提交日期必输",
        en="Transfers by date of submission, by pages",
    ),
    service(
        orders.ListBatches(from_date=date(2026, 10, 3), to_date=examples.DAY, page_size=50),
        orders.ListBatchesReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="批量转账交易流水查询（分页），提交日期必输",
        en="Batches and payrolls by date of submission, by pages",
    ),
    service(
        orders.ListReturns(from_date=date(2026, 10, 3), to_date=examples.DAY, page_size=50),
        orders.ListReturnsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="退回结果查询（分页）：退汇与失败的转账及原因，日期必输",
        en="Payments that came back or failed, and why, by date, by pages",
    ),
    service(
        orders.CancelTransfer(request_id=examples.TO_CANCEL, reason="收款人信息有误"),
        orders.CancelTransferReply,
        Kind.APPROVAL,
        None,
        zh="撤销未提交银行处理的转账或预约",
        en="Withdraw a transfer that is not with the bank yet",
    ),
)
