"""Rules of money and accounts."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.CURRENCY_UNSUPPORTED: refused("不支持该币种：请使用CNY", "The currency is not supported: use CNY"),
    Code.SAME_ACCOUNT: refused(
        "付款账号与收款账号相同：请更正其一", "Payer and payee account are the same: correct one of them"
    ),
    Code.PAYER_NOT_ATTACHED: refused(
        "付款账号不是本客户可用的账号：请核对账号，或向银行申请上挂",
        "The payer account is not one that this customer may use: check it, or have the bank attach it",
    ),
    Code.ACCOUNT_NOT_ATTACHED: refused(
        "账号不是本客户可用的账号：请核对账号，或向银行申请上挂",
        "The account is not one that this customer may use: check it, or have the bank attach it",
    ),
    Code.ACCOUNT_LOST: refused(
        "账户已挂失，只能查询余额：请向银行解挂",
        "The account is reported lost and shows its balance alone: the bank can lift the report",
        Advice.CONTACT,
    ),
    Code.PAYER_LOST: refused(
        "付款账户已挂失：请向银行解挂",
        "The payer account is reported lost: the bank can lift the report",
        Advice.CONTACT,
    ),
    Code.PAYER_FROZEN: refused(
        "付款账户已冻结：请联系开户行", "The payer account is frozen: ask the bank", Advice.CONTACT
    ),
    Code.PAYER_CLOSED: refused("付款账户已销户：请改用其他账户", "The payer account is closed: pay from another"),
    Code.PAYEE_UNKNOWN: refused(
        "收款账号不存在：请与收款人核对", "The payee account does not exist: check it with the payee"
    ),
    Code.PAYEE_LOST: refused(
        "收款账户已挂失：请与收款人联系", "The payee account is reported lost: ask the payee for another"
    ),
    Code.PAYEE_FROZEN: refused(
        "收款账户已冻结：请与收款人联系", "The payee account is frozen: ask the payee for another"
    ),
    Code.PAYEE_CLOSED: refused(
        "收款账户已销户：请与收款人联系", "The payee account is closed: ask the payee for another"
    ),
    Code.PAYEE_NAME_MISMATCH: refused(
        "收款账号与户名不符：请与收款人核对", "The payee name is not that of the account: check both with the payee"
    ),
    Code.PAYEE_CURRENCY: refused(
        "收款账户的币种与付款币种不同：请改用相同币种的账户",
        "The payee account is kept in another currency: pay to one in the same",
    ),
    Code.BALANCE_INSUFFICIENT: refused(
        "付款账户可用余额不足：请补足余额或调低金额",
        "The available balance is not sufficient: provide for it or lower the amount",
    ),
    Code.PAYEE_BANK_UNKNOWN: refused(
        "行名行号中没有该收款行：请用QueryBankCode查询后填写",
        "The payee's bank is not in the bank directory: find its code by QueryBankCode",
    ),
    Code.NO_CHANNEL: refused(
        "没有可用于该笔转账的跨行通道：请按Detail更改",
        "No channel to the payee's bank takes this transfer: change it as the Detail says",
    ),
    Code.REFUSED_BY_CLEARING: refused(
        "清算系统或收款行已拒绝该笔转账，款项已解冻：请核对收款人与收款行后重新提交",
        "The clearing side or the payee's bank refused the transfer and the money is free again: check the payee",
    ),
    Code.CHANNEL_NOT_OPEN: refused(
        "收款行需经跨行通道，目前没有可用通道：请咨询开户行",
        "The payee's bank is reached only through a channel that is not open: ask the bank when it will be",
        Advice.CONTACT,
    ),
}
