"""Who may do what: services, lists of accounts, capabilities, grants, closed lists."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.SERVICE_NOT_LISTED: refused(
        "该业务不在操作员的可操作业务列表中：请由企业管理员或银行柜面添加",
        "The service is not on the operator's own list: the administrator or the bank's counter can add it",
        Advice.CONTACT,
    ),
    Code.SERVICE_OFF: refused(
        "该业务已停用，启用前不受理新指令：请由企业管理员启用",
        "The service is switched off and takes nothing new: the administrator can switch it on",
        Advice.CONTACT,
    ),
    Code.ACCOUNT_NOT_LISTED: refused(
        "账号不在操作员的可操作账户列表中：请由企业管理员或银行柜面添加",
        "The account is not on the operator's own list: the administrator or the bank's counter can add it",
        Advice.CONTACT,
    ),
    Code.RIGHT_NOT_GRANTED: refused(
        "对外授权未包含此项权限：请由账户所属企业重新授权",
        "The grant of this account does not hold this right: its owner can grant it anew",
        Advice.CONTACT,
    ),
    Code.GRANTOR_SUSPENDED: refused(
        "账户所属企业的银企直连服务已暂停，其授权的账户不可使用：请联系账户所属企业",
        "The customer who granted this account is suspended, so it cannot be used: ask that customer",
        Advice.CONTACT,
    ),
    Code.PAYMENT_NOT_OPEN: refused(
        "付款账户没有付款权限：请先在银行柜面开通，再由企业管理员启用",
        "The payer account has no payment permission: the bank opens it, then the administrator switches it on",
        Advice.CONTACT,
    ),
    Code.WAGES_NOT_OPEN: refused(
        "付款账户没有代发类权限：请先在银行柜面开通，再由企业管理员启用",
        "The account has no payroll permission: the bank opens it, then the administrator switches it on",
        Advice.CONTACT,
    ),
    Code.PAYEE_NOT_IN_CLOSED_LIST: refused(
        "付款账户已开通封闭转账，收款账户不在转账对应关系清单中：请向银行申请增加",
        "The payer account is closed and the payee is not on its list: apply to the bank, which keeps the list",
        Advice.CONTACT,
    ),
}
