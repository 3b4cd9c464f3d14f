"""Who sent a message and when."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.NOT_AUTHENTIC: refused(
        "签名未通过验证：请核对客户号、操作员号、证书与签名值",
        "The signature could not be verified: check customer, operator, certificate and signature value",
    ),
    Code.CLOCK_SKEW: refused(
        "SentAt与网关时间相差过大：请校准时钟后重新签名发送",
        "SentAt is too far from the gateway's time: set the clock right, sign again and resend",
    ),
}
