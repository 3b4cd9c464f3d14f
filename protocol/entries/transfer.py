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
        transfer.PreviewTransfer(
            payer_account=examples.PAYER_ACCOUNT,
            payee_account=examples.PAYEE_ACCOUNT,
            payee_name=examples.PAYEE_NAME,
            amount=123450,
            currency="CNY",
            purpose="货款",
            arrival=transfer.Arrival.NORMAL,
        ),
        transfer.PreviewTransferReply,
        Kind.QUERY,
        Permission.ENTER,
        zh="转账试算：通道、汇出时间、手续费、审批步骤及会被拒绝的原因，不办理转账",
        en="What would become of a transfer: channel, time, fee, approvals and faults; nothing is moved",
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
