"""The batch family's entries."""

from typing import Final

from protocol import examples
from protocol.messages import batch
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        batch.SubmitBatch(
            payer_account=examples.PAYER_ACCOUNT,
            currency="CNY",
            count=2,
            total=350000,
            row=(
                batch.BatchRow("1", examples.PAYEE_ACCOUNT, examples.PAYEE_NAME, 300000, "货款", "PO-2026-0002"),
                batch.BatchRow("2", examples.SECOND_ACCOUNT, examples.CUSTOMER_NAME, 50000, "调拨"),
            ),
        ),
        batch.SubmitBatchReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        zh="批量行内转账",
        en="A batch of transfers within this bank",
    ),
    service(
        batch.SubmitInterbankBatch(
            payer_account=examples.PAYER_ACCOUNT,
            currency="CNY",
            count=1,
            total=880000,
            row=(
                batch.InterbankRow(
                    "1", "3010001230000456", examples.FOREIGN_NAME, examples.FOREIGN_BANK_CODE, 880000, "货款"
                ),
            ),
        ),
        batch.SubmitInterbankBatchReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        offered=False,  # until there is a channel to other banks
        zh="批量跨行转账",
        en="A batch of transfers to other banks",
    ),
    service(
        batch.QueryBatch(request_id=examples.BATCH),
        batch.QueryBatchReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="批量转账结果查询，逐笔状态，可单查一行",
        en="What became of a batch and of each of its rows, or of one row alone",
    ),
    service(
        batch.SubmitPayroll(
            payer_account=examples.PAYER_ACCOUNT,
            kind=batch.PayrollKind.PAYROLL,
            currency="CNY",
            count=2,
            total=1750000,
            row=(
                batch.PayrollRow("1", "E0001", "11010100000000201", "张三", 950000, "十一月工资"),
                batch.PayrollRow("2", "E0002", "11010100000000202", "阿依古丽·买买提", 800000, "十一月工资"),
            ),
        ),
        batch.SubmitPayrollReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        large=True,
        zh="代发工资、代报销",
        en="Payroll and reimbursement",
    ),
    service(
        batch.QueryPayroll(request_id=examples.PAYROLL),
        batch.QueryPayrollReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="代发结果查询，逐笔状态，可单查一行",
        en="What became of a payroll and of each of its rows, or of one row alone",
    ),
)
