"""The help family's entries."""

from typing import Final

from protocol.messages import help as help_family
from protocol.service import Kind, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        help_family.SelfTest(),
        help_family.SelfTestReply,
        Kind.HELP,
        None,
        zh="自检：返回网关所见的编码、摘要、算法、证书与时钟差",
        en="Self-test: what the gateway saw of encoding, digest, algorithm, certificate and clock",
    ),
)
