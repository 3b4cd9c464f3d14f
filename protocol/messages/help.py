"""The help family: SelfTest shows a sender what the gateway saw of its message; how is not known here."""

from datetime import datetime
from typing import Final

from protocol.binding import message

NAMESPACE: Final = "urn:yinqi:help:1"


@message(NAMESPACE)
class SelfTest:
    """Asks for nothing but to be verified and described."""


@message(NAMESPACE)
class SelfTestReply:
    """What the gateway saw: encoding, algorithms, digests and certificate fingerprint in lower-case hex.

    `clock_difference_ms` is the gateway's time less SentAt; `sm2_id` and `sm2_z` come with SM2 signatures only.
    """

    encoding: str
    algorithm: str
    digest_algorithm: str
    digest: str
    signed_info_digest: str
    certificate: str
    certificate_not_after: datetime
    clock_difference_ms: int
    sm2_id: str | None = None
    sm2_z: str | None = None
