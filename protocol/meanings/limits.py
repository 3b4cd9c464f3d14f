"""Limits (限额): of an operator, an account, a customer by itself and by the bank; what to do depends on which (R3.6).

Raising the limit of an operator or account helps only while the bank's holds, so there a Detail says what to do (O49).
"""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.OPERATOR_LIMIT: refused(
        "超过操作员单笔限额：请按Detail所示处理",
        "Over the operator's limit per transfer: do as the Detail says",
    ),
    Code.OPERATOR_DAY_LIMIT: refused(
        "超过操作员日累计限额：请按Detail所示处理",
        "Over the operator's limit per day: do as the Detail says",
    ),
    Code.ACCOUNT_LIMIT: refused(
        "超过付款账户单笔限额：请按Detail所示处理",
        "Over the payer account's limit per transfer: do as the Detail says",
    ),
    Code.ACCOUNT_DAY_LIMIT: refused(
        "超过付款账户日累计限额：请按Detail所示处理",
        "Over the payer account's limit per day: do as the Detail says",
    ),
    Code.CUSTOMER_LIMIT: refused(
        "超过客户自设的单笔限额：请调高限额或调低金额",
        "Over the customer's own limit per transfer: raise the limit or lower the amount",
    ),
    Code.CUSTOMER_DAY_LIMIT: refused(
        "超过客户自设的日累计限额：请调高限额或调低金额",
        "Over the customer's own limit per day: raise the limit or lower the amount",
    ),
    Code.BANK_LIMIT: refused(
        "超过银行规定的单笔限额：请调低金额",
        "Over the bank's limit per transfer: lower the amount",
    ),
    Code.BANK_DAY_LIMIT: refused(
        "超过银行规定的日累计限额：请调低金额",
        "Over the bank's limit per day: lower the amount",
    ),
    Code.PAYROLL_CAP: refused(
        "超过银行规定的每批代发总额：请分批提交",
        "Over the bank's cap on the total of a payroll batch: split the batch",
    ),
    Code.LIMIT_ABOVE_CAP: refused(
        "限额不得高于银行规定的上限：请调低，或向银行申请提高",
        "A limit cannot be set above the bank's: lower it, or apply to the bank",
    ),
}
