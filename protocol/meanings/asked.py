"""What a message asks, and whether its sender may."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.SERVICE_UNKNOWN: refused(
        "没有这项服务：请核对报文体的根元素及其命名空间",
        "There is no such service: check the element in the Body and its namespace",
    ),
    Code.SCHEMA_INVALID: refused(
        "报文内容不符合格式规定：请按各Detail更正全部错误",
        "The content does not fit its schema: correct every fault that a Detail names",
    ),
    Code.BANK_CODE_INVALID: refused(
        "行号校验位不正确：请核对12位行号",
        "The check digit of a bank code is wrong: check the code of 12 digits",
    ),
    Code.CURSOR_INVALID: refused(
        "分页游标无效：请使用上一页应答中的NextCursor",
        "The cursor is not valid: use NextCursor of the page before",
    ),
    Code.PERIOD_INVALID: refused(
        "查询的起止日期不合规：请按Detail调整", "The period asked for is not valid: change it as the Detail says"
    ),
    Code.NOT_PERMITTED: refused(
        "操作员没有此项权限：请由企业管理员或银行授予",
        "The operator has no permission for this: the administrator or the bank can give it",
        Advice.CONTACT,
    ),
    Code.OPERATOR_FROZEN: refused(
        "操作员已被冻结：请由企业主管或银行解冻",
        "The operator is frozen: the supervisor or the bank can unfreeze it",
        Advice.CONTACT,
    ),
    Code.CUSTOMER_SUSPENDED: refused(
        "客户的银企直连服务已暂停：请联系开户行", "The customer is suspended: ask the bank", Advice.CONTACT
    ),
    Code.NOT_OFFERED: refused(
        "银行尚未提供所选的办理方式：请改用其他方式", "The bank does not offer this option: leave it out"
    ),
    Code.REQUEST_ID_REUSED: refused(
        "请求号已被另一内容的请求使用：请核对原请求，新请求请使用新的请求号",
        "The request id was used before by a request of other content: look at that one, and take a new id "
        "for a new request",
    ),
    Code.REQUEST_ID_FENCED: refused(
        "请求号已被查询封闭，不再受理：请使用新的请求号",
        "The request id was fenced by a query and is refused for ever: take a new id",
    ),
}
