"""The transfer family's entries."""

from typing import Final

from protocol import examples
from protocol.messages import transfer
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        transfer.SubmitTransfer(
            payer_account=examples.PAYER_ACCOUNT,
            payee_account=examples.PAYEE_ACCOUNT,
            payee_name=examples.PAYEE_NAME,
            amount=123450,
            currency="CNY",
            purpose="货款",
            end_to_end_id="PO-2026-0001",
        ),
        transfer.SubmitTransferReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        zh="单笔转账",
        en="One transfer",
    ),
    service(
        transfer.QueryTransfer(request_id=examples.TO_DECIDE),
        transfer.QueryTransferReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="转账结果查询，可封闭未收到的请求号",
        en="What became of a transfer; may fence an id that was never received",
    ),
)
