"""The approval family: what waits for whom, and the decisions of those who approve."""

from enum import StrEnum
from typing import Final

NAMESPACE: Final = "urn:yinqi:approval:1"


class Decision(StrEnum):
    """What somebody decides about what waits (同意、拒绝、强制授权、发送)."""

    APPROVE = "approve"
    REJECT = "reject"
    FORCE = "force"
    DISPATCH = "dispatch"
