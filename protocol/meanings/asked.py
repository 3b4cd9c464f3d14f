"""What a message asks, and whether its sender may."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.SERVICE_UNKNOWN: refused("没有这项服务", "There is no such service"),
    Code.SCHEMA_INVALID: refused(
        "报文内容不符合格式规定，各项错误见Detail",
        "The content does not fit its schema; every fault is listed in a Detail",
    ),
    Code.BANK_CODE_INVALID: refused(
        "行号校验位不正确",
        "The check digit of a bank code is wrong",
    ),
    Code.CURSOR_INVALID: refused(
        "分页游标无效：请使用上一页应答中的NextCursor",
        "The cursor is not valid: use NextCursor of the page before",
    ),
    Code.PERIOD_INVALID: refused("查询的起止日期不合规", "The period asked for is not valid"),
    Code.NOT_PERMITTED: refused("操作员没有此项权限", "The operator has no permission for this", Advice.CONTACT),
    Code.OPERATOR_FROZEN: refused("操作员已被冻结", "The operator is frozen", Advice.CONTACT),
    Code.CUSTOMER_SUSPENDED: refused("客户的银企直连服务已暂停", "The customer is suspended", Advice.CONTACT),
    Code.NOT_OFFERED: refused("银行尚未提供所选的办理方式", "The bank does not offer this option"),
    Code.REQUEST_ID_REUSED: refused(
        "请求号已被另一内容的请求使用",
        "The request id was used before by a request of other content",
    ),
    Code.REQUEST_ID_FENCED: refused(
        "请求号已被查询封闭，不再受理",
        "The request id was fenced by a query and is refused for ever",
    ),
}
