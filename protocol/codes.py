"""The one table of codes: result, finality, advice, HTTP status, words; who raises which is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["zh", "en"]


class Result(StrEnum):
    """The first thing a program reads of an outcome."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class Advice(StrEnum):
    """What the sender does next; `correct-and-resend` is under a new id if this one was used up."""

    DONE = "done"
    CORRECT = "correct-and-resend"
    RESEND = "resend-same-id"
    QUERY = "query-status"
    CONTACT = "contact-bank"


class Code(StrEnum):
    """Stable outcome codes; a code is never renamed or reused once released."""

    DONE = "DONE"
    PENDING = "PENDING"
    # The message alone is at fault, whoever sent it.
    FRAME_LENGTH = "FRAME_LENGTH"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    HTTP_REQUEST = "HTTP_REQUEST"
    MEDIA_TYPE = "MEDIA_TYPE"
    DEADLINE = "DEADLINE"
    ENCODING_UNSUPPORTED = "ENCODING_UNSUPPORTED"
    ENCODING_INVALID = "ENCODING_INVALID"
    ENCODING_DISPUTED = "ENCODING_DISPUTED"
    XML_NOT_WELL_FORMED = "XML_NOT_WELL_FORMED"
    XML_FORBIDDEN = "XML_FORBIDDEN"
    XML_LIMIT = "XML_LIMIT"
    ENVELOPE_SHAPE = "ENVELOPE_SHAPE"
    HEAD_INVALID = "HEAD_INVALID"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNATURE_SHAPE = "SIGNATURE_SHAPE"
    SIGNATURE_ALGORITHM = "SIGNATURE_ALGORITHM"
    # Who sent it and when.
    NOT_AUTHENTIC = "NOT_AUTHENTIC"
    CLOCK_SKEW = "CLOCK_SKEW"
    # What it asks.
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    BANK_CODE_INVALID = "BANK_CODE_INVALID"
    CURSOR_INVALID = "CURSOR_INVALID"
    PERIOD_INVALID = "PERIOD_INVALID"
    NOT_PERMITTED = "NOT_PERMITTED"
    OPERATOR_FROZEN = "OPERATOR_FROZEN"
    CUSTOMER_SUSPENDED = "CUSTOMER_SUSPENDED"
    NOT_OFFERED = "NOT_OFFERED"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    REQUEST_ID_FENCED = "REQUEST_ID_FENCED"
    # Rules of money and accounts.
    CURRENCY_UNSUPPORTED = "CURRENCY_UNSUPPORTED"
    SAME_ACCOUNT = "SAME_ACCOUNT"
    PAYER_NOT_ATTACHED = "PAYER_NOT_ATTACHED"
    ACCOUNT_NOT_ATTACHED = "ACCOUNT_NOT_ATTACHED"
    ACCOUNT_LOST = "ACCOUNT_LOST"
    PAYER_LOST = "PAYER_LOST"
    PAYER_FROZEN = "PAYER_FROZEN"
    PAYER_CLOSED = "PAYER_CLOSED"
    PAYEE_UNKNOWN = "PAYEE_UNKNOWN"
    PAYEE_LOST = "PAYEE_LOST"
    PAYEE_FROZEN = "PAYEE_FROZEN"
    PAYEE_CLOSED = "PAYEE_CLOSED"
    PAYEE_NAME_MISMATCH = "PAYEE_NAME_MISMATCH"
    PAYEE_CURRENCY = "PAYEE_CURRENCY"
    BALANCE_INSUFFICIENT = "BALANCE_INSUFFICIENT"
    CHANNEL_NOT_OPEN = "CHANNEL_NOT_OPEN"
    # The gateway cannot answer now; nothing was decided.
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_CONNECTIONS = "TOO_MANY_CONNECTIONS"
    BUSY = "BUSY"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    SIGNER_UNAVAILABLE = "SIGNER_UNAVAILABLE"
    CORE_UNAVAILABLE = "CORE_UNAVAILABLE"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says: `http` is the status of an unsigned Fault with it; a signed reply has `signed_http`."""

    result: Result
    final: bool
    advice: Advice
    http: int
    zh: str
    en: str

    @property
    def signed_http(self) -> int:
        """The HTTP status of a signed reply: 200 for every answer, 429 or 503 where the gateway could not give one."""
        return self.http if self.result is Result.UNAVAILABLE else 200


def _refused(zh: str, en: str, advice: Advice = Advice.CORRECT, http: int = 400) -> Meaning:
    return Meaning(Result.REFUSED, True, advice, http, zh, en)


def _unavailable(zh: str, en: str, http: int = 503) -> Meaning:
    return Meaning(Result.UNAVAILABLE, False, Advice.RESEND, http, zh, en)


_CONTACT: Final = Advice.CONTACT

MEANINGS: Final[Mapping[Code, Meaning]] = MappingProxyType(
    {
        Code.DONE: Meaning(Result.ACCEPTED, True, Advice.DONE, 200, "处理完成", "Done"),
        Code.PENDING: Meaning(
            Result.ACCEPTED,
            False,
            Advice.QUERY,
            200,
            "已受理，尚无最终结果，请按原请求号查询",
            "Accepted; the final result is not known yet: query it by this request id",
        ),
        Code.FRAME_LENGTH: _refused(
            "报文长度头不正确：应为八位ASCII十进制数字，且不超过上限",
            "The frame length is wrong: eight ASCII decimal digits within the limit are expected",
        ),
        Code.MESSAGE_TOO_LARGE: _refused("报文超过长度上限", "The message is larger than the limit", http=413),
        Code.HTTP_REQUEST: _refused(
            "HTTP请求不正确：应为POST /v1/messages",
            "The HTTP request is not one the gateway takes: POST /v1/messages is expected",
        ),
        Code.MEDIA_TYPE: _refused(
            "Content-Type应为application/xml，且不得使用Content-Encoding",
            "The content type must be application/xml, without a content encoding",
            http=415,
        ),
        Code.DEADLINE: _refused(
            "报文未在规定时间内收完",
            "The message was not complete within the time allowed",
            Advice.RESEND,
        ),
        Code.ENCODING_UNSUPPORTED: _refused(
            "不支持所声明的字符编码：请使用UTF-8、GB18030、GBK或GB2312",
            "The declared encoding is not supported: use UTF-8, GB18030, GBK or GB2312",
        ),
        Code.ENCODING_INVALID: _refused(
            "报文字节与所声明的字符编码不符",
            "The bytes of the message do not fit the declared encoding",
        ),
        Code.ENCODING_DISPUTED: _refused(
            "报文含有各编码表解释不一的字节：请改用UTF-8或数字字符引用",
            "The message holds bytes that encoding tables read differently: use UTF-8 or a numeric character reference",
        ),
        Code.XML_NOT_WELL_FORMED: _refused("报文不是格式良好的XML", "The message is not well-formed XML"),
        Code.XML_FORBIDDEN: _refused(
            "报文含有不允许的XML内容（DOCTYPE、注释、处理指令、CDATA、xsi命名空间等）",
            "The message holds XML that is not allowed (DOCTYPE, comment, processing instruction, CDATA, xsi names)",
        ),
        Code.XML_LIMIT: _refused(
            "报文的元素数、属性数、命名空间数、名称或层数超过上限",
            "The message has too many elements, attributes, namespaces or names, or is nested too deeply",
        ),
        Code.ENVELOPE_SHAPE: _refused(
            "信封结构不正确：Message应依次含Head、Body和ds:Signature",
            "The envelope is misshapen: Message holds Head, Body and ds:Signature, in this order",
        ),
        Code.HEAD_INVALID: _refused(
            "报文头中的CustomerId、OperatorId或RequestId缺失或不合规",
            "CustomerId, OperatorId or RequestId of the head is missing or malformed",
        ),
        Code.SIGNATURE_MISSING: _refused("报文没有签名", "The message has no signature"),
        Code.SIGNATURE_SHAPE: _refused(
            "签名结构不符合规定",
            "The signature does not have the one structure that is accepted",
        ),
        Code.SIGNATURE_ALGORITHM: _refused(
            "签名算法或摘要算法不被接受，或二者不匹配",
            "The signature or digest algorithm is not accepted, or the two do not belong together",
        ),
        Code.NOT_AUTHENTIC: _refused(
            "签名未通过验证：请核对客户号、操作员号、证书与签名值",
            "The signature could not be verified: check customer, operator, certificate and signature value",
        ),
        Code.CLOCK_SKEW: _refused(
            "SentAt与网关时间相差过大：请校准时钟后重新签名发送",
            "SentAt is too far from the gateway's time: set the clock right, sign again and resend",
        ),
        Code.SERVICE_UNKNOWN: _refused("没有这项服务", "There is no such service"),
        Code.SCHEMA_INVALID: _refused(
            "报文内容不符合格式规定，各项错误见Detail",
            "The content does not fit its schema; every fault is listed in a Detail",
        ),
        Code.BANK_CODE_INVALID: _refused(
            "行号校验位不正确",
            "The check digit of a bank code is wrong",
        ),
        Code.CURSOR_INVALID: _refused(
            "分页游标无效：请使用上一页应答中的NextCursor",
            "The cursor is not valid: use NextCursor of the page before",
        ),
        Code.PERIOD_INVALID: _refused("查询的起止日期不合规", "The period asked for is not valid"),
        Code.NOT_PERMITTED: _refused("操作员没有此项权限", "The operator has no permission for this", _CONTACT),
        Code.OPERATOR_FROZEN: _refused("操作员已被冻结", "The operator is frozen", _CONTACT),
        Code.CUSTOMER_SUSPENDED: _refused("客户的银企直连服务已暂停", "The customer is suspended", _CONTACT),
        Code.NOT_OFFERED: _refused("银行尚未提供所选的办理方式", "The bank does not offer this option"),
        Code.REQUEST_ID_REUSED: _refused(
            "请求号已被另一内容的请求使用",
            "The request id was used before by a request of other content",
        ),
        Code.REQUEST_ID_FENCED: _refused(
            "请求号已被查询封闭，不再受理",
            "The request id was fenced by a query and is refused for ever",
        ),
        Code.CURRENCY_UNSUPPORTED: _refused("不支持该币种：仅受理CNY", "The currency is not supported: CNY only"),
        Code.SAME_ACCOUNT: _refused("付款账号与收款账号相同", "Payer and payee account are the same"),
        Code.PAYER_NOT_ATTACHED: _refused(
            "付款账号不是本客户可用的账号",
            "The payer account is not one that this customer may use",
        ),
        Code.ACCOUNT_NOT_ATTACHED: _refused(
            "账号不是本客户可查询的账号",
            "The account is not one that this customer may query",
        ),
        Code.ACCOUNT_LOST: _refused(
            "账户已挂失，只能查询余额", "The account is reported lost: only its balance can be queried", _CONTACT
        ),
        Code.PAYER_LOST: _refused("付款账户已挂失", "The payer account is reported lost", _CONTACT),
        Code.PAYER_FROZEN: _refused("付款账户已冻结", "The payer account is frozen", _CONTACT),
        Code.PAYER_CLOSED: _refused("付款账户已销户", "The payer account is closed"),
        Code.PAYEE_UNKNOWN: _refused("收款账号不存在", "The payee account does not exist"),
        Code.PAYEE_LOST: _refused("收款账户已挂失", "The payee account is reported lost"),
        Code.PAYEE_FROZEN: _refused("收款账户已冻结", "The payee account is frozen"),
        Code.PAYEE_CLOSED: _refused("收款账户已销户", "The payee account is closed"),
        Code.PAYEE_NAME_MISMATCH: _refused("收款账号与户名不符", "The payee name is not that of the account"),
        Code.PAYEE_CURRENCY: _refused(
            "收款账户的币种与付款币种不同",
            "The payee account is kept in another currency",
        ),
        Code.BALANCE_INSUFFICIENT: _refused("付款账户可用余额不足", "The available balance is not sufficient"),
        Code.CHANNEL_NOT_OPEN: _refused(
            "收款行需经跨行通道，目前没有可用通道",
            "The payee's bank is reached only through a channel that is not open",
            _CONTACT,
        ),
        Code.RATE_LIMITED: _unavailable("请求过于频繁，请稍后重发", "Too many messages: resend later", 429),
        Code.TOO_MANY_CONNECTIONS: _unavailable("连接数已达上限，请稍后重连", "Too many connections: come back later"),
        Code.BUSY: _unavailable("系统繁忙，请稍后以原请求号重发", "Busy: resend later under the same id"),
        Code.DATABASE_UNAVAILABLE: _unavailable(
            "数据库暂不可用，请稍后以原请求号重发",
            "The database cannot be reached: resend later under the same id",
        ),
        Code.SIGNER_UNAVAILABLE: _unavailable(
            "签名设备暂不可用，请稍后以原请求号重发",
            "The signing device cannot be reached: resend later under the same id",
        ),
        Code.CORE_UNAVAILABLE: _unavailable(
            "核心系统暂不可用，请稍后以原请求号重发",
            "The core banking system cannot be reached: resend later under the same id",
        ),
        Code.SHUTTING_DOWN: _unavailable(
            "网关正在停机，请稍后以原请求号重发",
            "The gateway is going down: resend later under the same id",
        ),
        Code.INTERNAL: _unavailable(
            "网关内部错误，请稍后以原请求号重发",
            "An internal fault of the gateway: resend later under the same id",
        ),
    }
)


def text(code: Code, language: Language) -> str:
    """The sentence that explains `code` to a person."""
    meaning = MEANINGS[code]
    return meaning.en if language == "en" else meaning.zh
