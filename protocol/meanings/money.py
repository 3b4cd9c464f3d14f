"""Rules of money and accounts."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.CURRENCY_UNSUPPORTED: refused("不支持该币种：仅受理CNY", "The currency is not supported: CNY only"),
    Code.SAME_ACCOUNT: refused("付款账号与收款账号相同", "Payer and payee account are the same"),
    Code.PAYER_NOT_ATTACHED: refused(
        "付款账号不是本客户可用的账号",
        "The payer account is not one that this customer may use",
    ),
    Code.ACCOUNT_NOT_ATTACHED: refused(
        "账号不是本客户可查询的账号",
        "The account is not one that this customer may query",
    ),
    Code.ACCOUNT_LOST: refused(
        "账户已挂失，只能查询余额", "The account is reported lost: only its balance can be queried", Advice.CONTACT
    ),
    Code.PAYER_LOST: refused("付款账户已挂失", "The payer account is reported lost", Advice.CONTACT),
    Code.PAYER_FROZEN: refused("付款账户已冻结", "The payer account is frozen", Advice.CONTACT),
    Code.PAYER_CLOSED: refused("付款账户已销户", "The payer account is closed"),
    Code.PAYEE_UNKNOWN: refused("收款账号不存在", "The payee account does not exist"),
    Code.PAYEE_LOST: refused("收款账户已挂失", "The payee account is reported lost"),
    Code.PAYEE_FROZEN: refused("收款账户已冻结", "The payee account is frozen"),
    Code.PAYEE_CLOSED: refused("收款账户已销户", "The payee account is closed"),
    Code.PAYEE_NAME_MISMATCH: refused("收款账号与户名不符", "The payee name is not that of the account"),
    Code.PAYEE_CURRENCY: refused(
        "收款账户的币种与付款币种不同",
        "The payee account is kept in another currency",
    ),
    Code.BALANCE_INSUFFICIENT: refused("付款账户可用余额不足", "The available balance is not sufficient"),
    Code.CHANNEL_NOT_OPEN: refused(
        "收款行需经跨行通道，目前没有可用通道",
        "The payee's bank is reached only through a channel that is not open",
        Advice.CONTACT,
    ),
}
