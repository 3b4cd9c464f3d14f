"""What is wrong with a message alone, whoever sent it."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.FRAME_LENGTH: refused(
        "报文长度头不正确：请以八位ASCII十进制数字写明长度，且不超过上限",
        "The frame length is wrong: write eight ASCII decimal digits, within the limit",
    ),
    Code.MESSAGE_TOO_LARGE: refused(
        "报文超过长度上限：请拆分后发送", "The message is larger than the limit: send it in parts", http=413
    ),
    Code.HTTP_REQUEST: refused(
        "HTTP请求不正确：请使用POST /v1/messages",
        "The HTTP request is not one the gateway takes: use POST /v1/messages",
    ),
    Code.MEDIA_TYPE: refused(
        "报文类型不被接受：请以application/xml为Content-Type发送，且不使用Content-Encoding",
        "The content type is not accepted: send application/xml, without a content encoding",
        http=415,
    ),
    Code.DEADLINE: refused(
        "报文未在规定时间内收完：请以原请求号重发",
        "The message was not complete within the time allowed: resend it under the same id",
        Advice.RESEND,
    ),
    Code.ENCODING_UNSUPPORTED: refused(
        "不支持所声明的字符编码：请使用UTF-8、GB18030、GBK或GB2312",
        "The declared encoding is not supported: use UTF-8, GB18030, GBK or GB2312",
    ),
    Code.ENCODING_INVALID: refused(
        "报文字节与所声明的字符编码不符：请按所声明的编码书写",
        "The bytes of the message do not fit the declared encoding: write it in the encoding that it declares",
    ),
    Code.ENCODING_DISPUTED: refused(
        "报文含有各编码表解释不一的字节：请改用UTF-8或数字字符引用",
        "The message holds bytes that encoding tables read differently: use UTF-8 or a numeric character reference",
    ),
    Code.XML_NOT_WELL_FORMED: refused(
        "报文不是格式良好的XML：请按Detail所示位置更正",
        "The message is not well-formed XML: correct it where the Detail says",
    ),
    Code.XML_FORBIDDEN: refused(
        "报文含有不允许的XML内容：请去掉DOCTYPE、注释、处理指令、CDATA、xsi命名空间等",
        "The message holds XML that is not allowed: leave out DOCTYPE, comments, processing instructions, "
        "CDATA, xsi names",
    ),
    Code.XML_LIMIT: refused(
        "报文的元素数、属性数、命名空间数、名称或层数超过上限：请精简或拆分",
        "The message has too many elements, attributes, namespaces or names, or is nested too deeply: make "
        "it smaller or send it in parts",
    ),
    Code.ENVELOPE_SHAPE: refused(
        "信封结构不正确：请在Message中依次写Head、Body和ds:Signature",
        "The envelope is misshapen: let Message hold Head, Body and ds:Signature, in this order",
    ),
    Code.HEAD_INVALID: refused(
        "报文头中的CustomerId、OperatorId或RequestId缺失或不合规：请按格式规定填写",
        "CustomerId, OperatorId or RequestId of the head is missing or malformed: write them as the schema says",
    ),
    Code.SIGNATURE_MISSING: refused("报文没有签名：请签名后发送", "The message has no signature: sign it"),
    Code.SIGNATURE_SHAPE: refused(
        "签名结构不符合规定：请按Detail所示更正后重新签名",
        "The signature does not have the one structure that is accepted: correct what the Detail names and sign again",
    ),
    Code.SIGNATURE_ALGORITHM: refused(
        "签名算法或摘要算法不被接受，或二者不匹配：请改用所支持的一对算法",
        "The signature or digest algorithm is not accepted, or the two do not belong together: use a pair "
        "that is supported",
    ),
}
