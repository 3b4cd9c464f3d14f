"""What the gateway cannot answer now; nothing was decided."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, unavailable

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.RATE_LIMITED: unavailable("请求过于频繁，请稍后重发", "Too many messages: resend later", 429),
    Code.TOO_MANY_CONNECTIONS: unavailable("连接数已达上限，请稍后重连", "Too many connections: come back later"),
    Code.BUSY: unavailable("系统繁忙，请稍后以原请求号重发", "Busy: resend later under the same id"),
    Code.DATABASE_UNAVAILABLE: unavailable(
        "数据库暂不可用，请稍后以原请求号重发",
        "The database cannot be reached: resend later under the same id",
    ),
    Code.SIGNER_UNAVAILABLE: unavailable(
        "签名设备暂不可用，请稍后以原请求号重发",
        "The signing device cannot be reached: resend later under the same id",
    ),
    Code.CORE_UNAVAILABLE: unavailable(
        "核心系统暂不可用，请稍后以原请求号重发",
        "The core banking system cannot be reached: resend later under the same id",
    ),
    Code.SHUTTING_DOWN: unavailable(
        "网关正在停机，请稍后以原请求号重发",
        "The gateway is going down: resend later under the same id",
    ),
    Code.INTERNAL: unavailable(
        "网关内部错误，请稍后以原请求号重发",
        "An internal fault of the gateway: resend later under the same id",
    ),
}
